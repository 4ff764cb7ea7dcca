import Canonical
import Documents
import StrictJSON
import Synchronization
import Vocabulary

/// Translates by mapping files, both ways (Message Translator).
public final class Translator: Sendable {
    struct Loaded: Sendable {
        let content: MappingLoader.Loaded
        let names = FindingNamesInForce()

        var mappings: [Mapping] { content.mappings }
        var codes: CodeLists { content.codes }
    }

    /// Compiled XPath belongs to one thread at a time; idle workers wait here for the next.
    ///
    /// `@unchecked`: a worker is in the pool or with one caller, never with two.
    final class Worker: @unchecked Sendable {
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

    /// Whether a text says nothing: 无, 待定, `-` and what else the table of placeholders has.
    public func isPlaceholder(_ text: String) -> Bool {
        switch placeholders.read(text) {
        case .value: text.allSatisfy(\.isWhitespace)
        case .nothing, .nothingTold: true
        }
    }

    /// Whether a list in force holds the code.
    public func isCode(_ code: String, of list: String) -> Bool {
        loaded.codes[list]?.contains(code: code) ?? false
    }

    /// Identifiers and titles of what is in force.
    public var mappings: [(id: String, title: String, version: Int, isInbound: Bool)] {
        loaded.mappings.map { ($0.id, $0.titleZh, $0.version, $0.isInbound) }
    }

    /// What messages of a mapping in force may be; several where its records differ, none of an outbound one.
    public func kinds(of id: String) -> [IntakeKind] {
        var kinds: [IntakeKind] = []
        for record in loaded.mappings.first(where: { $0.id == id })?.records ?? [] where !kinds.contains(record.kind) {
            kinds.append(record.kind)
        }
        return kinds
    }

    /// Codes that mappings in force tell and that the gateway itself does not know, with what the first of them says.
    public var ownFindings: [(code: String, message: String)] {
        var seen = Set(Finding.messages.keys)
        return loaded.mappings.flatMap(\.warnings).filter { seen.insert($0.code).inserted }
            .map { ($0.code, $0.message ?? $0.code) }.sorted { $0.code < $1.code }
    }

    /// The code lists in force.
    public var codeLists: CodeLists { loaded.codes }

    /// The JSON Schema of what a mapping reads or writes; nothing for XML, whose XSD is the published contract.
    public func jsonSchema(of id: String) -> JSONValue? {
        loaded.mappings.first { $0.id == id }?.jsonSchema(by: loaded.content)
    }

    func withWorker<Result>(_ work: (Worker) -> Result) -> Result {
        let worker = idle.withLock { workers in workers.popLast() } ?? Worker(loaded, digests: digests)
        defer { idle.withLock { if $0.count < 64 { $0.append(worker) } } }
        return work(worker)
    }

    /// Translates a document. Whatever is wrong with it is a finding; nothing is thrown.
    ///
    /// - Parameters:
    ///   - id: the mapping to use; by default the first one whose test the document meets. It never makes another message of
    ///     one that says what it is.
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
        result.root = document.root.location
        result.findings = document.notes.map {
            Finding(severity: .warning, code: $0.code, path: nil, location: $0.location, rule: nil)
        }
        withWorker { worker in
            let allowedEngines = engines(worker, allowed)
            let engines = allowedEngines.filter { id != nil || $0.mapping.format == document.format }
            var messages = DocumentMessages(document, engines: engines, asked: id)
            // A namespace that the mapping does not ask for would hide every element from it.
            if messages.first?.accepts(document) != true, document.ignoreNamespaces() {
                messages = DocumentMessages(document, engines: engines, asked: id)
                result.findings.append(
                    Finding(
                        severity: .warning, code: "namespaceIgnored", path: nil, location: document.root.location,
                        rule: nil))
            }
            if let other = Self.own(of: document, insteadOf: id, among: worker.engines) {
                result.findings.append(other)
                return
            }
            let choices = allowedEngines.map {
                UnmatchedDocument.Choice(id: $0.mapping.id, title: $0.mapping.titleZh)
            }
            guard let engine = messages.first else {
                result.findings.append(
                    Finding(
                        noMapping: UnmatchedDocument(document.root, document.format, choices: choices),
                        at: document.root.location))
                return
            }
            result.mapping = engine.mapping.reference
            translate(
                messages, of: document, choices: choices, receivedAt: receivedAt, limits: limits, explain: explain,
                into: &result)
            name(&result, messages)
            if observe { result.shape = DocumentShape(document) }
        }
        return result
    }

    /// Those that documents may be read by.
    private func engines(_ worker: Worker, _ allowed: Set<String>?) -> [Engine] {
        worker.engines.filter { $0.mapping.isInbound && allowed?.contains($0.mapping.id) ?? true }
    }

    /// What is told where a document says that it is of another mapping than the one asked for.
    private static func own(of document: Document, insteadOf id: String?, among engines: [Engine]) -> Finding? {
        guard let id, let asked = engines.first(where: { $0.mapping.id == id && $0.mapping.isInbound }),
            !asked.accepts(document), let own = engines.first(where: { $0.mapping.isInbound && $0.accepts(document) })
        else { return nil }
        let (wanted, found) = (asked.mapping, own.mapping)
        return Finding(
            severity: .error, code: "mappingDisagrees", path: nil, location: document.root.location, rule: found.id,
            message:
                "参数 mapping 指定的是 \(wanted.id)（\(wanted.titleZh)），而报文自身是 \(found.id)（\(found.titleZh)），未予接收。 The document says that it is \(found.id), not \(wanted.id)."
        )
    }

    /// A finding that was made behind the translation, with what its sender calls the field.
    ///
    /// - Parameter mapping: that of the document; none of a canonical one, whose fields have their canonical names.
    public func named(_ finding: Finding, of mapping: String?) -> Finding {
        guard let mapping else { return finding.canonical }
        return loaded.mappings.first { $0.id == mapping }.map { loaded.names.names(of: $0).named(finding) } ?? finding
    }

    /// Gives every finding the sender's own name of its field.
    private func name(_ result: inout TranslatedDocument, _ messages: DocumentMessages) {
        guard let first = messages.first else { return }
        func name(_ findings: inout [Finding], by engine: Engine) {
            guard !findings.isEmpty else { return }
            findings = findings.map(loaded.names.names(of: engine.mapping).named)
        }
        name(&result.findings, by: first)
        for index in result.records.indices where !result.records[index].findings.isEmpty {
            let id = result.records[index].mapping?.id
            let own = messages.engines.first { $0.mapping.id == id } ?? first
            name(&result.records[index].findings, by: own)
        }
    }

    /// What is said of the document as a whole.
    private func findings(
        about document: Document, _ messages: DocumentMessages, _ noted: [Finding], choices: [UnmatchedDocument.Choice]
    ) -> FindingList {
        var about = FindingList()
        for finding in noted { about.add(finding) }
        for node in messages.strangers {
            about.add(
                Finding(
                    noMapping: UnmatchedDocument(node, document.format, choices: choices), at: node.location))
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
        _ messages: DocumentMessages, of document: Document, choices: [UnmatchedDocument.Choice],
        receivedAt: Timestamp, limits: ParseLimits, explain: Bool, into result: inout TranslatedDocument
    ) {
        var about = findings(about: document, messages, result.findings, choices: choices)
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
        defer { for engine in messages.engines { engine.forgetDocument() } }
        var persons = RepeatedPersons()
        for (message, group) in zip(messages.known, groups) {
            for (planned, nodes) in group {
                let rows = planned.by.map { message.engine.grouped(nodes, by: $0) }
                let heads = rows?.map { $0[0] } ?? nodes
                for (number, node) in heads.enumerated() {
                    var run = Engine.Run(findings: FindingList(room: room), explains: explain)
                    run.shares = shares
                    run.limits = limits
                    run.item = number
                    if let rows { run.rows = rows[number] }
                    run.received = receivedAt
                    let record = record(
                        planned, at: node, isOneOfMany: heads.count > 1, by: message.engine, receivedAt: receivedAt,
                        &run)
                    room = run.findings.remaining
                    read.formUnion(run.read)
                    result.unknownCodes += run.unknownCodes
                    persons.add(record, .init(node: node, rule: message.engine.mapping.id))
                }
            }
        }
        result.records = persons.records
        // What is told of a value, with its field, need not be told of the document besides.
        let told = Set(result.records.flatMap { $0.findings.map(\.code) })
        result.findings.removeAll { $0.rule == nil && DocumentNote.codes.contains($0.code) && told.contains($0.code) }
        if explain { Self.tellCoverage(of: document, by: messages.engines, read: read, in: &result) }
    }

    /// What was read, of the document and of those within it.
    private static func tellCoverage(
        of document: Document, by engines: [Engine], read: Set<Int>, in result: inout TranslatedDocument
    ) {
        let opened = engines.flatMap(\.embeddedRoots).sorted { $0.location.path < $1.location.path }
        let coverage = Coverage(of: [document.root] + opened, by: engines.map(\.mapping), taken: read)
        result.isExplained = true
        result.leaves = coverage.leaves.count
        result.unread = coverage.unread.map(\.location)
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
            courts: engine.codes["court"], divisions: engine.codes["division"],
            isTypeUnreadable: run.findings.holds("unknownCode", below: "recipient.idType"))
        for finding in engine.placed(checked.findings, of: planned, at: node, rows: run.rows) {
            run.findings.add(finding)
        }
        if let finding = Self.noWill(of: checked.application, run.findings, at: node, by: engine.mapping) {
            run.findings.add(finding)
        }
        if run.explains {
            run.traces += Self.derived(from: before, to: checked.application, run.traces, by: engine.mapping.id)
        }
        return TranslatedRecord(
            mapping: engine.mapping.reference, application: checked.application, findings: run.findings.all,
            traces: run.traces,
            unfilled: run.explains ? engine.mapping.unfilled(of: rules, in: checked.application) : [],
            uploadClaims: run.uploadClaims)
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
            (
                "proceeding.handlingOrgan.level",
                "proceeding.handlingOrgan."
                    + (application.text("proceeding.handlingOrgan.type") == "court" ? "code" : "division")
            ),
        ]
        return origins.compactMap { path, origin in
            guard let value = application.value(path), before.value(path) != value else { return nil }
            return FieldTrace(
                target: path, location: traces.first { $0.target == origin }?.location, raw: nil,
                conversions: ["derived from \(origin)"],
                result: ExplanationMask.mask(value, of: path.replacing(".", with: "/")), rule: mapping)
        }
    }
}
