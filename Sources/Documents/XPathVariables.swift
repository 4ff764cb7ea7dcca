import CLibXML2
import Glibc
import StrictJSON

/// Names that an expression may use as `$name`: numbers, and lists as node-sets, so that `kind = $kinds` holds when any
/// item is equal.
///
/// Not `Sendable`: belongs to one thread, like the documents it is lent to.
public final class XPathVariables {
    struct Entry {
        let name: [UInt8]
        let number: Double?
        let nodes: [xmlNodePtr]
    }

    private let entries: [Entry]
    /// Owns the lists' nodes.
    private let lists: Document

    /// - Throws: when libxml2 has no memory for the lists.
    public init(numbers: [String: Double], lists: [String: [String]]) throws(DocumentError) {
        let members = lists.map { (name: $0.key, value: JSONValue.array($0.value.map(JSONValue.string))) }
        self.lists = try Document(JSONValue.object(JSONObject(members)))
        let nodes = Dictionary(grouping: self.lists.root.children, by: \.name).mapValues { $0.map(\.handle) }
        // A number goes before a list of the same name.
        entries =
            numbers.map { Entry(name: Array($0.key.utf8), number: $0.value, nodes: []) }
            + nodes.map { Entry(name: Array($0.key.utf8), number: nil, nodes: $0.value) }
    }

    func number(named name: Bytes) -> Double? { index(of: name).flatMap { entries[$0].number } }

    func nodes(named name: Bytes) -> [xmlNodePtr]? { index(of: name).map { entries[$0].nodes } }

    private func index(of name: Bytes) -> Int? {
        for index in entries.indices where entries[index].name.withUnsafeBufferPointer({ $0.equals(name) }) {
            return index
        }
        return nil
    }

    fileprivate func object(named name: Bytes) -> xmlXPathObjectPtr? {
        if let number = number(named: name) { return xmlXPathNewFloat(number) }
        guard let set = xmlXPathNodeSetCreate(nil) else { return nil }
        for node in nodes(named: name) ?? [] { xmlXPathNodeSetAddUnique(set, node) }
        return xmlXPathWrapNodeSet(set)
    }

    func lend(to context: xmlXPathContextPtr) {
        xmlXPathRegisterVariableLookup(
            context,
            { target, name, _ in
                guard let target, let name else { return nil }
                return Unmanaged<XPathVariables>.fromOpaque(target).takeUnretainedValue().object(
                    named: Bytes(start: name, count: strlen(name)))
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}

extension XPathExpression {
    /// The names of the variables in an expression; what stands between quotes is no variable.
    public static func variables(in source: String) -> [String] {
        var found: [String] = []
        var quote: Character?
        var rest = source[...]
        while let character = rest.popFirst() {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "$" {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." }
                found.append(String(name))
                rest = rest.dropFirst(name.count)
            }
        }
        return found
    }
}
