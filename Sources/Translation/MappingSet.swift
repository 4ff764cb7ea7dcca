import Canonical
import Documents
import Foundation

/// One mistake in a mapping or a code list, with the place to mend it.
public struct MappingComplaint: Sendable, Hashable {
    public let file: String
    public let line: Int?
    public let text: String
}

/// The whole set is refused, with everything that is wrong with it.
public struct MappingSetError: Error, Sendable {
    public let complaints: [MappingComplaint]
}

/// What a rule does with a text that its code list does not know.
enum UnknownCode: Sendable, Hashable {
    case warning, skip, error
    case fallback(String)
}

/// One rule of a mapping, checked. XPath stays text here: its compiled form belongs to one thread.
indirect enum Rule: Sendable {
    struct Value: Sendable {
        var to: String
        var from: String
        var converters: [Converter] = []
        var format: String?
        var codes: String?
        var unknown = UnknownCode.warning
        var isRequired = false
        var fallback: String?
        var keepsEmpty = false
        var type: String?
        var isBase64 = false
        var maxLength: Int?
    }

    case value(Value, when: String?, line: Int)
    case constant(to: String, value: String, type: String?, when: String?, line: Int)
    case within(to: String?, node: String, [Rule], when: String?, line: Int)
    case list(to: String, each: String, split: String?, [Rule], when: String?, line: Int)
    case warn(code: String, path: String, when: String, line: Int)
    case read(String, line: Int)
}

/// A mapping file, read and checked.
struct Mapping: Sendable {
    let id: String
    let version: Int
    let file: String
    let digest: String
    let isInbound: Bool
    let format: DocumentFormat
    let titleZh: String
    /// Inbound: the test that tells this mapping's documents.
    var accepts = "false()"
    var kind = IntakeKind.application
    var route = AidRoute.byApplication
    var record = "/*"
    var group: String?
    /// Outbound: the root element and the encoding.
    var root = "root"
    var encoding = TextEncoding.utf8
    var mediaType = "application/json"
    var schema: XMLSchema?
    var rules: [Rule] = []
}

/// Reads all mappings and code lists of a directory and gathers every mistake.
struct MappingLoader {
    private(set) var complaints: [MappingComplaint] = []
    private var file = ""
    private var codes = CodeLists([])
    private var isInbound = true

    static func load(directory: String, digest: ([UInt8]) -> String) throws(MappingSetError) -> ([Mapping], CodeLists) {
        var loader = MappingLoader()
        let files = (FileManager.default.subpaths(atPath: directory) ?? []).sorted()
        let lists = files.filter { $0.hasPrefix("codes/") && $0.hasSuffix(".xml") }.flatMap {
            loader.codeLists(in: directory + "/" + $0)
        }
        loader.codes = CodeLists(lists)
        var mappings: [Mapping] = []
        for path in files where path.hasSuffix("/mapping.xml") {
            guard let mapping = loader.mapping(in: directory, path, digest: digest) else { continue }
            if let other = mappings.first(where: { $0.id == mapping.id }) {
                loader.complain(nil, "the id \(mapping.id) is used by \(other.file) too")
            }
            mappings.append(mapping)
        }
        if mappings.isEmpty { loader.complain(nil, "no mapping.xml was found below \(directory)") }
        guard loader.complaints.isEmpty else { throw MappingSetError(complaints: loader.complaints) }
        return (mappings, loader.codes)
    }

    private mutating func complain(_ node: Node?, _ text: String) {
        complaints.append(MappingComplaint(file: file, line: node?.location.line, text: text))
    }

    private mutating func document(_ path: String, root name: String) -> ([UInt8], Node)? {
        file = path
        guard let data = FileManager.default.contents(atPath: path) else {
            complain(nil, "cannot be read")
            return nil
        }
        do {
            let root = try Document.parse([UInt8](data), format: .xml, limits: ParseLimits(nodes: 100_000)).root
            guard root.name == name else {
                complain(root, "the root element must be <\(name)>, not <\(root.name)>")
                return nil
            }
            return ([UInt8](data), root)
        } catch {
            complaints.append(
                MappingComplaint(
                    file: path, line: error.location.line, text: "is not well-formed XML (\(error.problem.rawValue))"))
            return nil
        }
    }

    // MARK: Code lists

    private mutating func codeLists(in path: String) -> [CodeList] {
        guard let (_, root) = document(path, root: "codeLists") else { return [] }
        return root.children.compactMap { element in
            guard let name = element.attribute("name"), !name.isEmpty else {
                complain(element, "<codeList> needs a name")
                return nil
            }
            guard let match = CodeList.Match(rawValue: element.attribute("match") ?? "exact") else {
                complain(element, "match is exact or contains")
                return nil
            }
            let entries = element.children.map { code in
                CodeEntry(
                    code: code.attribute("value") ?? "", zh: code.attribute("zh") ?? "",
                    aliases: (code.attribute("alias") ?? "").split(separator: "|").map(String.init))
            }
            return CodeList(name: name, standard: element.attribute("standard"), match: match, entries: entries)
        }
    }

    // MARK: Mappings

    private mutating func mapping(in directory: String, _ path: String, digest: ([UInt8]) -> String) -> Mapping? {
        guard let (bytes, root) = document(directory + "/" + path, root: "mapping") else { return nil }
        let folder = String(path.dropLast("/mapping.xml".count))
        isInbound = (root.attribute("direction") ?? "in") == "in"
        let id = root.attribute("id") ?? ""
        if id != folder { complain(root, "id must be the folder's name, \(folder)") }
        guard let format = DocumentFormat(rawValue: root.attribute(isInbound ? "source" : "target") ?? "") else {
            complain(root, "\(isInbound ? "source" : "target") must be xml or json")
            return nil
        }
        var mapping = Mapping(
            id: id, version: root.attribute("version").flatMap { Int($0) } ?? 1, file: path, digest: digest(bytes),
            isInbound: isInbound, format: format, titleZh: root.attribute("title") ?? id)
        if let schema = root.attribute("schema") {
            do {
                mapping.schema = try XMLSchema(path: directory + "/" + folder + "/" + schema)
            } catch {
                complain(root, "the schema \(schema) cannot be used (line \(error.line ?? 1))")
            }
        }
        if isInbound {
            mapping.accepts = root.attribute("accepts") ?? ""
            check(mapping.accepts, at: root)
            mapping.kind = word("kind", of: root) ?? .application
            mapping.route = word("route", of: root) ?? .byApplication
            guard let each = root.children.first(where: { $0.name == "each" }) else {
                complain(root, "an inbound mapping needs <each record=…>")
                return nil
            }
            mapping.record = each.attribute("record") ?? "/*"
            check(mapping.record, at: each)
            mapping.group = each.attribute("group")
            if let group = mapping.group { check(group, at: each) }
            mapping.rules = rules(below: each, prefix: "")
        } else {
            mapping.root = root.attribute("root") ?? "root"
            mapping.mediaType = root.attribute("mediaType") ?? (format == .xml ? "application/xml" : "application/json")
            if let name = root.attribute("encoding") {
                if let encoding = TextEncoding(name: name) {
                    mapping.encoding = encoding
                } else {
                    complain(root, "unknown encoding \(name)")
                }
            }
            mapping.rules = rules(below: root, prefix: "")
        }
        return mapping
    }

    private mutating func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, of node: Node
    ) -> Word? where Word.RawValue == String {
        guard let text = node.attribute(name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        complain(node, "unknown \(name) \(text)" + hint(text, Word.allCases.map(\.rawValue)))
        return nil
    }

    private func hint(_ word: String, _ candidates: [String]) -> String {
        Spelling.nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    private mutating func check(_ xpath: String, at node: Node) {
        do {
            _ = try XPathExpression(xpath)
        } catch {
            complain(node, "this is no XPath 1.0: \(xpath)")
        }
    }

    private mutating func rules(below parent: Node, prefix: String) -> [Rule] {
        parent.children.compactMap { rule($0, prefix: prefix) }
    }

    private mutating func rule(_ node: Node, prefix: String) -> Rule? {
        let line = node.location.line ?? 0
        let when = node.attribute("when")
        if let when { check(when, at: node) }
        switch node.name {
        case "value":
            return value(node, prefix: prefix).map { .value($0, when: when, line: line) }
        case "constant":
            let to = target(node, prefix: prefix, isGroup: false)
            return .constant(
                to: to, value: node.attribute("value") ?? "", type: node.attribute("type"), when: when, line: line)
        case "within":
            let source = node.attribute("node") ?? "."
            check(source, at: node)
            let to = node.attribute("to").map { _ in target(node, prefix: prefix, isGroup: true) }
            return .within(
                to: to, node: source, rules(below: node, prefix: join(prefix, to ?? "")), when: when, line: line)
        case "list":
            let each = node.attribute("each") ?? "."
            check(each, at: node)
            let to = target(node, prefix: prefix, isGroup: true)
            return .list(
                to: to, each: each, split: node.attribute("split"), rules(below: node, prefix: join(prefix, to)),
                when: when, line: line)
        case "warn":
            return .warn(
                code: node.attribute("code") ?? "", path: node.attribute("path") ?? "", when: when ?? "true()",
                line: line)
        case "read":
            let source = node.attribute("node") ?? "."
            check(source, at: node)
            return .read(source, line: line)
        default:
            complain(
                node,
                "unknown rule <\(node.name)>"
                    + hint(node.name, ["value", "constant", "within", "list", "warn", "read"]))
            return nil
        }
    }

    private mutating func value(_ node: Node, prefix: String) -> Rule.Value? {
        let from = node.attribute("from") ?? "."
        check(from, at: node)
        var value = Rule.Value(to: target(node, prefix: prefix, isGroup: false), from: from)
        for name in (node.attribute("as") ?? "").split(separator: " ").map(String.init) {
            if name == "base64" {
                value.isBase64 = true
            } else if name.hasPrefix("format("), name.hasSuffix(")") {
                value.format = String(name.dropFirst(7).dropLast())
            } else if let converter = Converter(rawValue: name) {
                value.converters.append(converter)
            } else {
                complain(
                    node, "unknown converter \(name)" + hint(name, Converter.allCases.map(\.rawValue) + ["base64"]))
            }
        }
        if let list = node.attribute("codes") {
            if codes[list] == nil { complain(node, "unknown code list \(list)" + hint(list, codes.names)) }
            value.codes = list
        }
        switch node.attribute("unknown") {
        case nil, "warning": value.unknown = .warning
        case "skip": value.unknown = .skip
        case "error": value.unknown = .error
        case let code?: value.unknown = .fallback(code)
        }
        value.isRequired = node.attribute("required") == "yes"
        value.fallback = node.attribute("default")
        value.keepsEmpty = node.attribute("empty") == "keep"
        value.type = node.attribute("type")
        if isInbound, case .text(let length) = CanonicalModel.application.field(at: join(prefix, value.to))?.type {
            value.maxLength = length
        }
        return value
    }

    private func join(_ prefix: String, _ path: String) -> String {
        path == "." || path.isEmpty ? prefix : prefix.isEmpty ? path : prefix + "/" + path
    }

    /// The rule's target, checked against the canonical model for mappings that lead there.
    private mutating func target(_ node: Node, prefix: String, isGroup: Bool) -> String {
        guard let to = node.attribute("to"), !to.isEmpty else {
            complain(node, "<\(node.name)> needs the attribute to")
            return ""
        }
        guard isInbound else { return to }
        let path = join(prefix, to)
        let model = CanonicalModel.application
        let field = model.field(at: path)
        if field?.origin == .gateway {
            complain(node, "\(path) is written by the gateway itself, not by mappings")
        } else if field == nil, !(isGroup && model.isGroup(path)) {
            complain(node, "unknown target \(path)" + (model.nearest(to: path).map { "; did you mean \($0)?" } ?? ""))
        }
        return to
    }
}
