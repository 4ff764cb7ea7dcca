import Canonical
import Documents
import StrictJSON
import Synchronization
import Vocabulary

/// Which mapping made something.
public struct MappingReference: Sendable, Hashable {
    public let id: String
    public let version: Int
    /// SM3 of the mapping file.
    public let digest: String

    public var json: JSONValue { ["id": .string(id), "version": JSONValue(version), "digest": .string(digest)] }
}

/// One record of a document, translated.
public struct TranslatedRecord: Sendable {
    public let application: LegalAidApplication
    public let findings: [Finding]
    public let traces: [FieldTrace]
    /// Canonical fields that the mapping could fill and this document did not; only when an explanation was asked for.
    public let unfilled: [String]

    public var isUsable: Bool { !findings.contains { $0.severity == .error } }
}

/// A document, translated.
public struct TranslatedDocument: Sendable {
    public var mapping: MappingReference?
    public var format: DocumentFormat?
    public var encoding: TextEncoding?
    /// About the document as a whole.
    public var findings: [Finding] = []
    public var records: [TranslatedRecord] = []
    /// Whether an explanation was asked for: only then are traces and coverage there.
    public var isExplained = false
    /// Leaf nodes of the source, and those that no rule read.
    public var leaves = 0
    public var unread: [SourceLocation] = []
    /// Which elements the document has; only when asked for.
    public var shape: DocumentShape?
    /// What no code list knows, in clear: for counting only, never to be kept or shown.
    public var unknownCodes: [UnknownCodeText] = []
}

/// A text that its code list does not know.
public struct UnknownCodeText: Sendable, Hashable {
    public let list: String
    public let text: String
}

/// A status in a sender's own format.
public struct RenderedMessage: Sendable, Hashable {
    public let bytes: [UInt8]
    public let mediaType: String
}

/// Why a status cannot be put into a sender's format.
public enum RenderError: Error, Sendable, Hashable {
    case noMapping(String)
    /// What the mapping gave breaks the published schema.
    case invalid(rule: String, path: String)
    case unencodable

    /// A stable word for logs.
    public var code: String {
        switch self {
        case .noMapping: "noMapping"
        case .invalid: "invalid"
        case .unencodable: "unencodable"
        }
    }
}

/// Translates by mapping files, both ways (Message Translator).
public final class Translator: Sendable {
    private struct Loaded: Sendable {
        let mappings: [Mapping]
        let codes: CodeLists
    }

    /// Compiled XPath belongs to one thread at a time; idle workers wait here for the next.
    ///
    /// `@unchecked`: a worker is in the pool or with one caller, never with two.
    private final class Worker: @unchecked Sendable {
        let engines: [Engine]

        init(_ loaded: Loaded, digests: Digests) {
            engines = loaded.mappings.map { Engine($0, codes: loaded.codes, digests: digests) }
        }
    }

    private let digests: Digests
    private let loaded: Loaded
    private let idle = Mutex<[Worker]>([])
    private let sharesGroups: Bool

    /// - Throws: `MappingSetError` with every mistake of the whole set.
    public convenience init(directory: String, digests: Digests) throws(MappingSetError) {
        try self.init(directory: directory, digests: digests, sharesGroups: true)
    }

    /// - Parameter sharesGroups: whether what lies outside the records of a document is read once for all of them.
    init(directory: String, digests: Digests, sharesGroups: Bool) throws(MappingSetError) {
        self.sharesGroups = sharesGroups
        self.digests = digests
        let (mappings, codes) = try MappingLoader.load(directory: directory, digest: digests.sm3)
        loaded = Loaded(mappings: mappings, codes: codes)
    }

    var inForce: (mappings: [Mapping], codes: CodeLists) { (loaded.mappings, loaded.codes) }

    /// Whether a list in force holds the code.
    public func isCode(_ code: String, of list: String) -> Bool {
        loaded.codes[list]?.contains(code: code) ?? false
    }

    /// Identifiers and titles of what is in force.
    public var mappings: [(id: String, title: String, version: Int, isInbound: Bool)] {
        loaded.mappings.map { ($0.id, $0.titleZh, $0.version, $0.isInbound) }
    }

    /// A code's Chinese name in a code list.
    public func name(of code: String, in list: String) -> String? {
        loaded.codes[list]?.name(of: code)
    }

    /// The JSON Schema of what a mapping reads or writes; nothing for XML, whose XSD is the published contract.
    public func jsonSchema(of id: String) -> JSONValue? {
        loaded.mappings.first { $0.id == id }?.jsonSchema(codes: loaded.codes)
    }

    private func withWorker<Result>(_ work: (Worker) -> Result) -> Result {
        let worker = idle.withLock { workers in workers.popLast() } ?? Worker(loaded, digests: digests)
        defer { idle.withLock { if $0.count < 64 { $0.append(worker) } } }
        return work(worker)
    }

    /// Translates a document. Whatever is wrong with it is a finding; nothing is thrown.
    ///
    /// - Parameters:
    ///   - id: the mapping to use; by default the first one whose test the document meets.
    ///   - allowed: the mappings that may be used; `nil` for all.
    ///   - observe: whether the document's shape is wanted.
    public func translate(
        _ bytes: [UInt8], format: DocumentFormat?, declaredEncoding: String?, mapping id: String?,
        among allowed: Set<String>?, receivedAt: Timestamp, limits: ParseLimits, explain: Bool,
        observe: Bool = false
    ) -> TranslatedDocument {
        var result = TranslatedDocument()
        let document: Document
        do {
            document = try Document.parse(bytes, format: format, declaredEncoding: declaredEncoding, limits: limits)
        } catch {
            result.findings = [
                Finding(
                    severity: .error, code: error.problem == .empty ? "empty-document" : error.problem.rawValue,
                    path: nil, location: error.location, rule: nil)
            ]
            return result
        }
        result.format = document.format
        result.encoding = document.encoding
        result.findings = document.notes.map {
            Finding(severity: .warning, code: $0.code, path: nil, location: nil, rule: nil)
        }
        withWorker { worker in
            let engine = worker.engines.first { engine in
                engine.mapping.isInbound && (id != nil || engine.mapping.format == document.format)
                    && allowed?.contains(engine.mapping.id) ?? true
                    && (id.map { $0 == engine.mapping.id } ?? engine.accepts(document))
            }
            guard let engine else {
                result.findings.append(
                    Finding(severity: .error, code: "noMapping", path: nil, location: document.root.location, rule: nil)
                )
                return
            }
            translate(document, by: engine, receivedAt: receivedAt, explain: explain, into: &result)
            if observe { result.shape = DocumentShape(document) }
        }
        return result
    }

    private func translate(
        _ document: Document, by engine: Engine, receivedAt: Timestamp, explain: Bool,
        into result: inout TranslatedDocument
    ) {
        let mapping = engine.mapping
        result.mapping = MappingReference(id: mapping.id, version: mapping.version, digest: mapping.digest)
        var about = FindingList()
        for finding in result.findings { about.add(finding) }
        for violation in mapping.schema?.violations(in: document) ?? [] {
            about.add(
                Finding(
                    severity: mapping.violations, code: violation.rule.rawValue, path: nil,
                    location: violation.location, rule: mapping.id,
                    message: mapping.violations == .error
                        ? "与公布的格式不符。 Not as the published schema says."
                        : "与公布的格式不符，已容忍。 Not as the published schema says; tolerated."))
        }
        for place in mapping.members?.strangers(in: document, most: 50) ?? [] {
            about.add(
                Finding(
                    severity: mapping.violations, code: "unexpectedElement", path: nil, location: place,
                    rule: mapping.id))
        }
        let groups = engine.records.map { ($0, engine.nodes(of: $0, in: document)) }
        if groups.allSatisfy({ $0.1.isEmpty }) {
            about.add(
                Finding(
                    severity: .error, code: "noRecord", path: nil, location: document.root.location, rule: mapping.id))
        }
        result.findings = about.all
        var room = about.remaining
        var read: Set<Int> = []
        // An explanation tells of every record where each value came from.
        let shares = !explain && sharesGroups && groups.reduce(0) { $0 + $1.1.count } > 1
        defer { engine.forgetShared() }
        for (planned, nodes) in groups {
            for node in nodes {
                var run = Engine.Run(findings: FindingList(room: room), explains: explain)
                run.shares = shares
                let record = record(
                    planned, at: node, isOneOfMany: nodes.count > 1, by: engine, receivedAt: receivedAt, &run)
                room = run.findings.remaining
                read.formUnion(run.read)
                result.unknownCodes += run.unknownCodes
                result.records.append(record)
            }
        }
        if explain {
            let leaves = Self.leaves(of: document.root)
            result.isExplained = true
            result.leaves = leaves.count
            result.unread = leaves.filter { !read.contains($0.identity) }.map(\.location)
        }
    }

    private func record(
        _ planned: PlannedRecord, at node: Node, isOneOfMany: Bool, by engine: Engine, receivedAt: Timestamp,
        _ run: inout Engine.Run
    ) -> TranslatedRecord {
        let rules = planned.rules
        var head = JSONObject([
            ("aidRoute", .string(rules.route.rawValue)), ("intakeKind", .string(rules.kind.rawValue)),
        ])
        engine.fill(&run, by: planned, from: node)
        for (name, value) in run.target.members { head[name] = value }
        run.target = JSONObject()
        if isOneOfMany, let group = planned.group { head["groupId"] = .string(group.string(at: node)) }
        let before = run.explains ? head : JSONObject()
        // Handed over whole: a second owner would make its first change a copy.
        let checked = Consistency(
            LegalAidApplication(content: consume head), mapping: engine.mapping.id, today: receivedAt.date)
        for finding in engine.placed(checked.findings, of: planned, at: node) { run.findings.add(finding) }
        if run.explains {
            run.traces += Self.derived(from: before, to: checked.application, run.traces, by: engine.mapping.id)
        }
        return TranslatedRecord(
            application: checked.application, findings: run.findings.all, traces: run.traces,
            unfilled: run.explains ? engine.mapping.unfilled(of: rules, in: checked.application) : [])
    }

    /// What followed from the identity number and the birth date rather than from a rule.
    private static func derived(
        from head: JSONObject, to application: LegalAidApplication, _ traces: [FieldTrace], by mapping: String
    ) -> [FieldTrace] {
        let before = LegalAidApplication(content: head)
        let origins = [
            ("recipient.idType", "recipient.idNumber"), ("recipient.idCheck", "recipient.idNumber"),
            ("recipient.sexCode", "recipient.idNumber"), ("recipient.birthDate", "recipient.idNumber"),
            ("recipient.birthDateSource", "recipient.idNumber"), ("groupFlags", "recipient.birthDate"),
        ]
        return origins.compactMap { path, origin in
            guard let value = application.value(path), before.value(path) != value else { return nil }
            return FieldTrace(
                target: path, location: traces.first { $0.target == origin }?.location, raw: nil,
                conversions: ["derived from \(origin)"],
                result: ExplanationMask.mask(value, of: path.replacing(".", with: "/")), rule: mapping)
        }
    }

    private static func leaves(of node: Node) -> [Node] {
        let children = node.children
        return children.isEmpty ? (node.text.isEmpty ? [] : [node]) : children.flatMap(leaves)
    }

    /// What a mapping reads or writes, or nothing where there is no such mapping. The encoding is that of what it writes.
    public func form(of id: String) -> (format: DocumentFormat, encoding: TextEncoding, schema: XMLSchema?)? {
        inForce.mappings.first { $0.id == id }.map { ($0.format, $0.encoding, $0.schema) }
    }

    /// Puts a canonical status into a sender's own format and encoding, strictly valid against its schema.
    public func render(_ event: StatusEvent, outbound id: String) throws(RenderError) -> RenderedMessage {
        let result: Result<RenderedMessage, RenderError> = withWorker { worker in
            guard let engine = worker.engines.first(where: { $0.mapping.id == id && !$0.mapping.isInbound }),
                let source = try? Document(JSONValue.object(event.content))
            else { return .failure(.noMapping(id)) }
            var run = Engine.Run()
            engine.fillOutbound(&run, from: source.root)
            if let problem = run.findings.all.first(where: { $0.severity == .error }) {
                return .failure(.invalid(rule: problem.code, path: problem.path ?? "/"))
            }
            return Self.write(run.target, by: engine.mapping)
        }
        return try result.get()
    }

    private static func write(_ target: JSONObject, by mapping: Mapping) -> Result<RenderedMessage, RenderError> {
        let bytes: [UInt8]
        switch mapping.format {
        case .json:
            guard let encoded = try? mapping.encoding.encode(JSONValue.object(target).text()) else {
                return .failure(.unencodable)
            }
            bytes = encoded
            if let violation = mapping.jsonSchema?.violation(in: .object(target)) {
                return .failure(.invalid(rule: violation.keyword, path: violation.pointer))
            }
        case .xml:
            guard let encoded = try? element(mapping.root, .object(target)).serialized(encoding: mapping.encoding)
            else {
                return .failure(.unencodable)
            }
            bytes = encoded
            if let schema = mapping.schema {
                guard let document = try? Document.parse(bytes, format: .xml) else {
                    return .failure(.invalid(rule: "notWellFormed", path: "/"))
                }
                if let violation = schema.violations(in: document).first {
                    return .failure(.invalid(rule: violation.rule.rawValue, path: violation.location.path))
                }
            }
        }
        return .success(RenderedMessage(bytes: bytes, mediaType: mapping.mediaType))
    }

    /// `@name` members are attributes, `.` is the element's own text, arrays repeat their element.
    private static func element(_ name: String, _ value: JSONValue) -> OutputElement {
        var element = OutputElement(name: name)
        guard let object = value.object else {
            element.text = value.string ?? value.text()
            return element
        }
        for member in object.members {
            if member.name.hasPrefix("@") {
                element.attributes.append(
                    .init(name: String(member.name.dropFirst()), value: member.value.string ?? member.value.text()))
            } else if member.name == "." {
                element.text = member.value.string ?? member.value.text()
            } else if let items = member.value.array {
                element.children += items.map { self.element(member.name, $0) }
            } else {
                element.children.append(self.element(member.name, member.value))
            }
        }
        return element
    }
}
