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
    /// The record's own: messages of several types may lie in one document. None of a canonical document.
    public var mapping: MappingReference?
    public var application: LegalAidApplication
    public var findings: [Finding]
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
        let content: MappingLoader.Loaded

        var mappings: [Mapping] { content.mappings }
        var codes: CodeLists { content.codes }
    }

    /// Compiled XPath belongs to one thread at a time; idle workers wait here for the next.
    ///
    /// `@unchecked`: a worker is in the pool or with one caller, never with two.
    private final class Worker: @unchecked Sendable {
        let engines: [Engine]

        init(_ loaded: Loaded, digests: Digests) {
            engines = loaded.mappings.map {
                Engine($0, codes: loaded.codes, placeholders: loaded.content.placeholders, digests: digests)
            }
        }
    }

    private let digests: Digests
    private let loaded: Loaded
    private let idle = Mutex<[Worker]>([])
    private let sharesGroups: Bool

    /// - Throws: `ConfigurationError` with every mistake of the whole set.
    public convenience init(directory: String, digests: Digests) throws(ConfigurationError) {
        try self.init(directory: directory, digests: digests, sharesGroups: true)
    }

    /// - Parameter sharesGroups: whether what lies outside the records of a document is read once for all of them.
    init(directory: String, digests: Digests, sharesGroups: Bool) throws(ConfigurationError) {
        self.sharesGroups = sharesGroups
        self.digests = digests
        loaded = Loaded(content: try MappingLoader.load(directory: directory, digest: digests.sm3))
    }

    var placeholders: Placeholders { loaded.content.placeholders }
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
        loaded.mappings.first { $0.id == id }?.jsonSchema(by: loaded.content)
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
            Finding(severity: .warning, code: $0.code, path: nil, location: $0.location, rule: nil)
        }
        withWorker { worker in
            let engines = worker.engines.filter { engine in
                engine.mapping.isInbound && (id != nil || engine.mapping.format == document.format)
                    && allowed?.contains(engine.mapping.id) ?? true
            }
            var messages = DocumentMessages(document, engines: engines, asked: id)
            // A namespace that the mapping does not ask for would hide every element from it.
            if messages.first?.accepts(document) != true, document.ignoreNamespaces() {
                messages = DocumentMessages(document, engines: engines, asked: id)
                result.findings.append(
                    Finding(
                        severity: .warning, code: "namespaceIgnored", path: nil, location: document.root.location,
                        rule: nil))
            }
            guard let engine = messages.first else {
                result.findings.append(
                    Finding(severity: .error, code: "noMapping", path: nil, location: document.root.location, rule: nil)
                )
                return
            }
            result.mapping = engine.mapping.reference
            translate(messages, of: document, receivedAt: receivedAt, explain: explain, into: &result)
            if observe { result.shape = DocumentShape(document) }
        }
        return result
    }

    /// What is said of the document as a whole.
    private func findings(about document: Document, _ messages: DocumentMessages, _ noted: [Finding]) -> FindingList {
        var about = FindingList()
        for finding in noted { about.add(finding) }
        for node in messages.strangers {
            about.add(Finding(severity: .error, code: "noMapping", path: nil, location: node.location, rule: nil))
        }
        for engine in messages.engines {
            let mapping = engine.mapping
            for violation in mapping.schema?.violations(in: document) ?? []
            where messages.isPlace(violation.location, of: engine) {
                about.add(Finding(violation, told: mapping))
            }
            for place in mapping.members?.strangers(in: document, most: 50) ?? []
            where messages.isPlace(place, of: engine) {
                about.add(
                    Finding(
                        severity: mapping.violations, code: "unexpectedElement", path: nil, location: place,
                        rule: mapping.id))
            }
        }
        return about
    }

    private func translate(
        _ messages: DocumentMessages, of document: Document, receivedAt: Timestamp, explain: Bool,
        into result: inout TranslatedDocument
    ) {
        var about = findings(about: document, messages, result.findings)
        let groups = messages.known.map { message in
            message.engine.records.map { ($0, message.engine.nodes(of: $0, in: message.node)) }
        }
        for engine in messages.engines {
            for doubt in engine.meaning.takeDoubts() {
                about.add(Finding(doubt, path: nil, rule: engine.mapping.id))
            }
        }
        if groups.allSatisfy({ $0.allSatisfy(\.1.isEmpty) }), messages.strangers.isEmpty {
            about.add(
                Finding(
                    severity: .error, code: "noRecord", path: nil, location: document.root.location,
                    rule: result.mapping?.id))
        }
        result.findings = about.all
        var room = about.remaining
        var read: Set<Int> = []
        // An explanation tells of every record where each value came from.
        let shares = !explain && sharesGroups && groups.joined().reduce(0) { $0 + $1.1.count } > 1
        defer { for engine in messages.engines { engine.forgetShared() } }
        var persons = RepeatedPersons()
        for (index, (message, group)) in zip(messages.known, groups).enumerated() {
            for (planned, nodes) in group {
                for node in nodes {
                    var run = Engine.Run(findings: FindingList(room: room), explains: explain)
                    run.shares = shares
                    run.received = receivedAt
                    let record = record(
                        planned, at: node, isOneOfMany: nodes.count > 1, by: message.engine, receivedAt: receivedAt,
                        &run)
                    room = run.findings.remaining
                    read.formUnion(run.read)
                    result.unknownCodes += run.unknownCodes
                    persons.add(record, .init(message: index, node: node, rule: message.engine.mapping.id))
                }
            }
        }
        result.records = persons.records
        // What is told of a value, with its field, need not be told of the document besides.
        let told = Set(result.records.flatMap { $0.findings.map(\.code) })
        result.findings.removeAll { $0.rule == nil && DocumentNote.codes.contains($0.code) && told.contains($0.code) }
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
            LegalAidApplication(content: consume head), mapping: engine.mapping.id, today: receivedAt.date,
            courts: engine.codes["court"],
            isTypeUnreadable: run.findings.holds("unknownCode", below: "recipient.idType"))
        for finding in engine.placed(checked.findings, of: planned, at: node) { run.findings.add(finding) }
        if let finding = Self.noWill(of: checked.application, run.findings, at: node, by: engine.mapping) {
            run.findings.add(finding)
        }
        if run.explains {
            run.traces += Self.derived(from: before, to: checked.application, run.traces, by: engine.mapping.id)
        }
        return TranslatedRecord(
            mapping: engine.mapping.reference, application: checked.application, findings: run.findings.all,
            traces: run.traces,
            unfilled: run.explains ? engine.mapping.unfilled(of: rules, in: checked.application) : [])
    }

    /// Why somebody is a lead, and what would make an application of it, where the document does not say that the person
    /// applies (法律援助法 39–43).
    private static func noWill(
        of application: LegalAidApplication, _ findings: FindingList, at node: Node, by mapping: Mapping
    ) -> Finding? {
        let field = "consent.applyWill"
        guard application.applyWill == nil || application.applyWill == "unknown",
            !["willDeclined", "willUnclear"].contains(where: { findings.holds($0, below: field) })
        else { return nil }
        let severity: Finding.Severity
        switch application.intakeKind {
        case .application, .referralSuggestion, .dutyLawyerHelp: severity = .warning
        // Nobody said that it was an application.
        case .lead: severity = .info
        case .notification, .consultation, .supplement, .cancel, .caseEvent, .statusShare, .transfer, nil: return nil
        }
        return Finding(severity: severity, code: "willMissing", path: field, location: node.location, rule: mapping.id)
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
            ("proceeding.handlingOrgan.level", "proceeding.handlingOrgan.code"),
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
