import CLibXML2

extension Node {
    /// The prefixes that this element declares, and the namespaces that they stand for; the default namespace has none.
    public var declaredNamespaces: [String: String] {
        guard handle.pointee.type == XML_ELEMENT_NODE else { return [:] }
        var found: [String: String] = [:]
        var declaration = handle.pointee.nsDef
        while let here = declaration {
            if let prefix = here.pointee.prefix, let name = here.pointee.href {
                found[String(cString: prefix)] = String(cString: name)
            }
            declaration = here.pointee.next
        }
        return found
    }
}

extension XPathExpression {
    /// The prefixes that an expression uses; what stands between quotes is none, nor is an axis.
    public static func prefixes(in source: String) -> Set<String> {
        var found: Set<String> = []
        var name = ""
        var rest = source[...]
        while let character = rest.popFirst() {
            switch character {
            case "'", "\"":
                rest = rest[(rest.firstIndex(of: character) ?? rest.endIndex)...].dropFirst()
                name = ""
            case ":":
                if rest.first == ":" { rest = rest.dropFirst() } else if !name.isEmpty { found.insert(name) }
                name = ""
            case _ where character.isLetter || character.isNumber || "_-.".contains(character): name.append(character)
            default: name = ""
            }
        }
        return found
    }
}
