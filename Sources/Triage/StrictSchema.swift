import Canonical
import Documents
import Vocabulary

/// A published schema of files that people write, with the words it knows, so that a misspelt one gets the right one named.
public struct StrictSchema: Sendable {
    /// What is known of an attribute.
    private struct Attribute: Sendable {
        let name: String
        let isRequired: Bool
        let type: String
        /// The words it may hold; none where it may hold others.
        let words: [String]

        func allows(_ value: String) -> Bool {
            if !words.isEmpty { return words.contains(value) }
            switch type {
            case "xs:date": return CalendarDate(iso: value) != nil
            case "xs:decimal": return Double(value) != nil
            case "xs:positiveInteger": return Int(value).map { $0 > 0 } ?? false
            case "xs:nonNegativeInteger": return Int(value).map { $0 >= 0 } ?? false
            case "xs:string": return true
            default: return !value.isEmpty && (type == "nonEmpty" || !value.contains(" "))
            }
        }
    }

    private let schema: XMLSchema
    /// That of the files' elements.
    public let namespace: String
    private var attributes: [String: [Attribute]] = [:]

    /// - Parameter source: the schema itself, read as a document.
    init(path: String, source: Node) throws(SchemaError) {
        self.init(try XMLSchema(path: path), source: source)
    }

    /// - Parameters:
    ///   - bytes: of a schema that includes no other.
    ///   - name: names it in an error.
    public init(_ bytes: [UInt8], name: String) throws(SchemaError) {
        let schema = try XMLSchema(bytes, name: name)
        do throws(DocumentError) {
            self.init(schema, source: try Document.parse(bytes, format: .xml).root)
        } catch {
            throw SchemaError(path: name, line: error.location.line)
        }
    }

    private init(_ schema: XMLSchema, source: Node) {
        self.schema = schema
        namespace = source.attribute("targetNamespace") ?? ""
        var types: [String: [String]] = [:]
        for type in source.children where type.name == "simpleType" {
            types[type.attribute("name") ?? ""] = Self.words(in: type)
        }
        var groups: [String: [Attribute]] = [:]
        for group in source.children where group.name == "attributeGroup" {
            groups[group.attribute("name") ?? ""] = Self.declared(in: group, types, [:])
        }
        for type in source.children where type.name == "complexType" {
            groups[type.attribute("name") ?? ""] = Self.declared(in: type, types, groups)
        }
        learn(source, types, groups)
    }

    public struct Mistake {
        public let element: Node?
        /// The one whose value is wrong, where that is known.
        public let attribute: String?
        public let text: String
        /// Of an element or attribute that is misplaced, unknown or missing, not of what one holds.
        public let isStructural: Bool
    }

    /// What is wrong with a file, and with which of its elements.
    public func mistakes(in document: Document) -> [Mistake] {
        guard document.root.namespace == namespace else {
            let text = "<\(document.root.name)> needs xmlns=\"\(namespace)\""
            return [Mistake(element: document.root, attribute: nil, text: text, isStructural: true)]
        }
        // The parser names the element; each of its wrong values is told, and told once.
        var seen: Set<String> = []
        return schema.violations(in: document).flatMap { violation -> [Mistake] in
            let parts = violation.location.path.split(separator: "/").map(String.init)
            let element = Self.element(at: parts, from: document.root)
            guard Self.isStructural(violation.rule) else { return values(violation, element) }
            let text = text(violation, element, attribute: parts.last { $0.hasPrefix("@") })
            return [Mistake(element: element, attribute: nil, text: text, isStructural: true)]
        }.filter { seen.insert("\($0.element?.location.path ?? "") \($0.text)").inserted }
    }

    private func values(_ violation: SchemaViolation, _ element: Node?) -> [Mistake] {
        let name = element?.name ?? "?"
        let mistakes = (attributes[name] ?? []).compactMap { attribute -> Mistake? in
            guard let given = element?.attribute(attribute.name), !attribute.allows(given) else { return nil }
            let hint = Self.hint(given, attribute.words)
            let words =
                hint.isEmpty && !attribute.words.isEmpty
                ? "; it takes \(attribute.words.joined(separator: ", "))" : hint
            return Mistake(
                element: element, attribute: attribute.name,
                text: "\(attribute.name) of <\(name)> cannot be \(given)" + words, isStructural: false)
        }
        guard mistakes.isEmpty else { return mistakes }
        let text = text(violation, element, attribute: nil)
        return [Mistake(element: element, attribute: nil, text: text, isStructural: false)]
    }

    private static func isStructural(_ rule: SchemaViolation.Rule) -> Bool {
        switch rule {
        case .unexpectedElement, .unknownAttribute, .missingAttribute: true
        case .notInEnumeration, .wrongPattern, .wrongType, .outOfRange, .wrongLength, .other: false
        }
    }

    private func text(_ violation: SchemaViolation, _ element: Node?, attribute: String?) -> String {
        let name = element?.name ?? "?"
        let known = attributes[name] ?? []
        switch violation.rule {
        case .unexpectedElement:
            return attributes[name] == nil
                ? "<\(name)> is not known" + Self.hint(name, attributes.keys.sorted())
                : "<\(name)> must not stand here, or not twice"
        case .unknownAttribute:
            let given = attribute.map { String($0.dropFirst()) } ?? unknown(of: element, known.map(\.name))
            return "<\(name)> has no attribute \(given)" + Self.hint(given, known.map(\.name))
        case .missingAttribute:
            let missing = known.filter { $0.isRequired && element?.attribute($0.name) == nil }.map(\.name)
            return "<\(name)> needs the attribute \(missing.joined(separator: " and "))"
        case .notInEnumeration, .wrongPattern, .wrongType, .outOfRange, .wrongLength, .other:
            return "<\(name)> breaks the schema (\(violation.rule.rawValue))"
        }
    }

    private func unknown(of element: Node?, _ known: [String]) -> String {
        (element?.attributes ?? []).map(\.name).first { !known.contains($0) } ?? "?"
    }

    public static func hint(_ word: String, _ candidates: [String]) -> String {
        Spelling.nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    private mutating func learn(_ node: Node, _ types: [String: [String]], _ groups: [String: [Attribute]]) {
        for child in node.children {
            if child.name == "element", let name = child.attribute("name") {
                attributes[name] =
                    Self.declared(in: child, types, groups) + (groups[child.attribute("type") ?? ""] ?? [])
            }
            learn(child, types, groups)
        }
    }

    /// The attributes of one element, not those of the elements within.
    private static func declared(
        in node: Node, _ types: [String: [String]], _ groups: [String: [Attribute]]
    ) -> [Attribute] {
        node.children.flatMap { child -> [Attribute] in
            switch child.name {
            case "attribute":
                let type = child.attribute("type") ?? ""
                return [
                    Attribute(
                        name: child.attribute("name") ?? "", isRequired: child.attribute("use") == "required",
                        type: type, words: types[type] ?? words(in: child))
                ]
            case "attributeGroup": return groups[child.attribute("ref") ?? ""] ?? []
            case "element": return []
            default: return declared(in: child, types, groups)
            }
        }
    }

    private static func words(in node: Node) -> [String] {
        node.children.flatMap { child in
            child.name == "enumeration" ? [child.attribute("value")].compactMap(\.self) : words(in: child)
        }
    }

    /// The element a violation's path leads to.
    private static func element(at parts: [String], from root: Node) -> Node? {
        var node: Node? = root
        for part in parts.dropFirst() where !part.hasPrefix("@") {
            let pieces = part.split(separator: "[")
            let index = pieces.count > 1 ? Int(pieces[1].dropLast()) ?? 1 : 1
            let siblings = node?.children.filter { $0.name == pieces.first.map(String.init) } ?? []
            node = siblings.indices.contains(index - 1) ? siblings[index - 1] : nil
        }
        return node
    }
}
