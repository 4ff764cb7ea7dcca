import Canonical
import Documents
import Foundation
import StrictJSON
import Vocabulary

/// Reads all mappings and code lists of a directory and gathers every mistake.
struct MappingLoader {
    private(set) var complaints: [Complaint] = []
    var file = ""
    private var directory = ""
    private(set) var codes = CodeLists([])
    private(set) var isInbound = true
    private(set) var format = DocumentFormat.xml
    private(set) var language: MappingLanguage?
    /// What prefixes stand for in the mapping that is being read.
    private(set) var namespaces: [String: String] = [:]
    /// The line of the include around the rules that are being read; none at the mapping's own.
    var lineBase = 0
    /// The fragments that are being read, the innermost last.
    var openFragments: [String] = []
    /// Whether the lists and records around what is being read group nodes, the innermost last.
    var grouped: [Bool] = []
    /// How many documents lie around what is being read.
    var embeddedDepth = 0
    /// What the mapping that is being read includes.
    private var fragmentBytes: [String: [UInt8]] = [:]
    private var placeholders = Placeholders()
    /// What the tests of expressions are held against.
    private var meaning: MappingMeaning { MappingMeaning(codes: codes, placeholders: placeholders) }
    /// What the partner's schema allows, while an outbound mapping is read.
    var outline: SchemaOutline?

    /// What a directory holds.
    struct Loaded: Sendable {
        let mappings: [Mapping]
        let codes: CodeLists
        let placeholders: Placeholders
    }

    static func load(directory: String, digest: ([UInt8]) -> String) throws(ConfigurationError) -> Loaded {
        var loader = MappingLoader()
        loader.directory = directory
        let files = FileManager.default.paths(below: directory) ?? []
        let lists = files.filter { $0.hasPrefix("codes/") && $0.hasSuffix(".xml") }.flatMap {
            loader.codeLists(in: directory + "/" + $0)
        }
        loader.codes = CodeLists(lists)
        loader.readPlaceholders(in: directory)
        loader.language = MappingLanguage(directory: directory)
        if loader.language == nil {
            loader.file = directory + "/" + MappingLanguage.fileName
            loader.complain(nil, "is missing or no schema: mappings are validated against it")
        }
        var mappings: [Mapping] = []
        for path in files where path.hasSuffix("/mapping.xml") {
            guard let mapping = loader.mapping(in: directory, path, digest: digest) else { continue }
            if let other = mappings.first(where: { $0.id == mapping.id }) {
                loader.complain(nil, "the id \(mapping.id) is used by \(other.file) too")
            }
            mappings.append(mapping)
        }
        if mappings.isEmpty { loader.complain(nil, "no mapping.xml was found below \(directory)") }
        guard loader.complaints.isEmpty else {
            throw ConfigurationError(
                loader.complaints.sorted { ($0.file, $0.line ?? 0) < ($1.file, $1.line ?? 0) })
        }
        return Loaded(mappings: mappings, codes: loader.codes, placeholders: loader.placeholders)
    }

    private mutating func readPlaceholders(in directory: String) {
        do throws(Placeholders.Problem) {
            placeholders = try Placeholders(directory: directory)
        } catch {
            file = directory + "/" + Placeholders.fileName
            complain(line: error.line, error.text)
        }
    }

    mutating func complain(_ node: Node?, _ text: String) { complain(line: node?.location.line, text) }

    mutating func complain(line: Int?, _ text: String) {
        complaints.append(Complaint(file: file, line: line, text: text))
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
                Complaint(
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
                    en: code.attribute("en"),
                    aliases: (code.attribute("alias") ?? "").split(separator: "|").map(String.init))
            }
            return CodeList(
                name: name, standard: element.attribute("standard"), match: match,
                about: element.attribute("about").flatMap(CodeList.About.init),
                tense: element.attribute("tense").flatMap(CodeList.Tense.init), entries: entries)
        }
    }

    // MARK: Mappings

    private mutating func mapping(in directory: String, _ path: String, digest: ([UInt8]) -> String) -> Mapping? {
        guard let (bytes, root) = document(directory + "/" + path, root: "mapping") else { return nil }
        for complaint in language?.complaints(about: root) ?? [] { complain(line: complaint.line, complaint.text) }
        let folder = String(path.dropLast("/mapping.xml".count))
        fragmentBytes = [:]
        namespaces = [:]
        declareNamespaces(of: root)
        isInbound = (root.attribute("direction") ?? "in") == "in"
        let id = root.attribute("id") ?? ""
        if id != folder { complain(root, "id must be the folder's name, \(folder)") }
        guard let format = DocumentFormat(rawValue: root.attribute(isInbound ? "source" : "target") ?? "") else {
            complain(root, "\(isInbound ? "source" : "target") must be xml or json")
            return nil
        }
        self.format = format
        var mapping = Mapping(
            id: id, version: root.attribute("version").flatMap { Int($0) } ?? 1, file: path, digest: "",
            isInbound: isInbound, format: format, titleZh: root.attribute("title") ?? id)
        mapping.folder = directory + "/" + folder
        readSchema(of: root, in: directory + "/" + folder, into: &mapping)
        if isInbound { readInbound(root, into: &mapping) } else { readOutbound(root, into: &mapping) }
        mapping.namespaces = namespaces
        mapping.digest = digest(fragmentBytes.sorted { $0.key < $1.key }.reduce(bytes) { $0 + $1.value })
        return mapping
    }

    func fragmentFile(_ name: String) -> String { "\(directory)/\(name).xml" }

    /// A fragment's root; nothing where it cannot be read, or includes itself.
    mutating func fragment(_ name: String, at node: Node) -> Node? {
        guard !openFragments.contains(name), openFragments.count < 4 else {
            complain(node, "the fragment \(name) includes itself, or fragments lie too deep")
            return nil
        }
        guard name.split(separator: "/").count == 3, name.contains("/fragments/"), !name.contains("..") else {
            complain(node, "a fragment is named like court/fragments/person")
            return nil
        }
        guard FileManager.default.fileExists(atPath: fragmentFile(name)) else {
            complain(node, "there is no fragment \(name)")
            return nil
        }
        let outer = file
        defer { file = outer }
        guard let (bytes, root) = document(fragmentFile(name), root: "fragment") else { return nil }
        fragmentBytes[name] = bytes
        declareNamespaces(of: root)
        return root
    }

    private mutating func declareNamespaces(of root: Node) {
        for (prefix, name) in root.declaredNamespaces.sorted(by: { $0.key < $1.key }) where name != root.namespace {
            if let other = namespaces[prefix], other != name {
                complain(root, "the prefix \(prefix) stands for \(name) here and for \(other) in the mapping")
            }
            namespaces[prefix] = name
        }
    }

    private mutating func readSchema(of root: Node, in folder: String, into mapping: inout Mapping) {
        guard let schema = root.attribute("schema") else { return }
        let path = folder + "/" + schema
        guard mapping.format == .xml else {
            if isInbound { complain(root, "a JSON sender's schema is made from the mapping; leave schema out") }
            mapping.jsonSchema = jsonSchema(in: path, of: mapping, at: root)
            return
        }
        do {
            mapping.schema = try XMLSchema(path: path)
        } catch {
            complain(root, "the schema \(schema) cannot be used (line \(error.line ?? 1))")
        }
    }

    private mutating func jsonSchema(in path: String, of mapping: Mapping, at root: Node) -> JSONSchemaCheck? {
        let name = root.attribute("schema") ?? ""
        guard let data = FileManager.default.contents(atPath: path), let schema = try? JSONValue(parsing: [UInt8](data))
        else {
            complain(
                root,
                "there is no \(name), or it is no JSON; leave schema out while gateway mappings schema \(mapping.id) prints it"
            )
            return nil
        }
        do throws(JSONSchemaCheck.UnknownKeyword) {
            return try JSONSchemaCheck(schema)
        } catch {
            complain(root, "the schema \(name) says \(error.pointer), which is not held here")
            return nil
        }
    }

    private mutating func readInbound(_ root: Node, into mapping: inout Mapping) {
        mapping.accepts = root.attribute("accepts") ?? ""
        mapping.messages = root.attribute("messages")
        for xpath in [mapping.accepts, mapping.messages].compactMap(\.self) { check(xpath, at: root) }
        mapping.violations = word("violations", of: root) ?? .warning
        if let count = root.attribute("maxAttachments").flatMap({ Int($0) }) { mapping.maxAttachments = count }
        if let size = root.attribute("maxAttachmentBytes").flatMap({ Int($0) }) { mapping.maxAttachmentBytes = size }
        let kind: IntakeKind = word("kind", of: root) ?? .application
        let route: AidRoute = word("route", of: root) ?? .byApplication
        for each in root.children where each.name == "each" {
            var records = RecordRules(
                record: each.attribute("record") ?? "/*", group: each.attribute("group"), by: each.attribute("by"),
                kind: word("kind", of: each) ?? kind, route: word("route", of: each) ?? route,
                when: each.attribute("when"))
            for xpath in [records.record, records.group, records.by, records.when].compactMap(\.self) {
                check(xpath, at: each)
            }
            grouped = [records.by != nil]
            records.rules = rules(below: each, prefix: "")
            grouped = []
            mapping.records.append(records)
        }
        if mapping.format == .json {
            mapping.members = mapping.known
            if mapping.violations == .error {
                complain(root, "members that nobody reads refuse no JSON document: violations is warning or info")
            }
        }
        if mapping.records.isEmpty { complain(root, "an inbound mapping needs <each record=…>") }
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, of node: Node
    ) -> Word? where Word.RawValue == String {
        guard let text = node.attribute(name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        complain(node, "unknown \(name) \(text)" + MappingLanguage.hint(text, Word.allCases.map(\.rawValue)))
        return nil
    }

    func undeclared(_ prefix: String) -> String {
        "the prefix \(prefix) is declared nowhere: write xmlns:\(prefix)=\"…\" on the root element"
    }

    mutating func check(_ xpath: String, at node: Node) {
        do throws(TextCall.Malformed) {
            for call in try TextCall.all(in: xpath) {
                guard let problem = meaning.problem(with: call) else { continue }
                complain(node, "\(problem) in the XPath \(xpath)")
                return
            }
        } catch {
            let name = error.function.rawValue
            complain(node, "\(name)() takes a path and then quoted words, in the XPath \(xpath)")
            return
        }
        let prefixes = XPathExpression.prefixes(in: xpath).sorted()
        if let prefix = prefixes.first(where: { namespaces[$0] == nil && $0 != "xml" }) {
            complain(node, "\(undeclared(prefix)), in the XPath \(xpath)")
            return
        }
        do {
            _ = try XPathExpression(xpath, meaning: meaning)
        } catch {
            complain(node, "this is no XPath 1.0: \(xpath)")
            return
        }
        if let problem = XPathWords.problem(in: xpath) { complain(node, "\(problem) in the XPath \(xpath)") }
    }
}
