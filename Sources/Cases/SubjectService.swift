import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

/// What a person may ask of whoever keeps data about them: a copy (个人信息保护法 45), a correction (46), to be erased (47).
/// The person is found by keyed hash; neither number nor name stands in the audit trail.
public struct SubjectService: Sendable {
    /// A word that says why something was not done.
    public enum Refusal: Error, Sendable, Hashable {
        case nothingStored
        /// No such code in the list of identity documents.
        case unknownDocument(String)
        /// The number is none of its kind; the request can say that it is meant as it is written.
        case wrongNumber(IdCheck)
        /// Cases and messages that are not finished.
        case notFinished([String])
        case notThisPerson(String)
        case isErased(String)
        /// The fields that cannot be corrected so, each with the reason.
        case badChanges([String])
        case changedMeanwhile(String)
    }

    public typealias Store = SubjectStore & MessageStore & AuditStore & EvidenceStore

    private let clerk: CaseClerk
    private let store: any Store
    private let now: @Sendable () -> Instant

    public init(
        clerk: CaseClerk, store: any Store, now: @escaping @Sendable () -> Instant
    ) {
        self.clerk = clerk
        self.store = store
        self.now = now
    }

    /// Whose data are asked for, and by whom.
    public struct Request: Sendable {
        public let idType: String?
        public let idNumber: Sensitive<String>
        /// Whether the number is looked for though it is none of its kind, as it may have come.
        public let isAsWritten: Bool
        /// Of the operator.
        public let caller: Caller
        /// Why, or on which request; no personal data.
        public let reason: String

        public init(
            idType: String?, idNumber: Sensitive<String>, isAsWritten: Bool = false, caller: Caller, reason: String
        ) {
            self.idType = idType
            self.idNumber = idNumber
            self.isAsWritten = isAsWritten
            self.caller = caller
            self.reason = reason
        }
    }

    /// All that is stored about the person as the recipient of aid.
    public func export(_ request: Request) async throws -> JSONValue {
        let person = try key(of: request)
        let file = try await file(of: person, .exportSubject, request)
        try await store.record(
            act(.exportSubject, on: person, request, detail: "\(file.applications.count) applications"))
        return try file.json(at: now())
    }

    /// Erases everything about the person, once nothing is open.
    public func erase(_ request: Request) async throws -> (records: Int, keptMessages: [String]) {
        let person = try key(of: request)
        _ = try await file(of: person, .eraseSubject, request)
        let result = try await store.eraseSubject([person], act(.eraseSubject, on: person, request, detail: ""))
        switch result {
        case .refused(let open):
            try await store.record(
                act(
                    .eraseSubject, on: person, request, detail: "refused: not finished: \(open.joined(separator: ", "))"
                ))
            throw Refusal.notFinished(open)
        case .erased(let records, let kept):
            try await store.record(act(.eraseSubject, on: person, request, detail: "\(records) records"))
            return (records, kept)
        }
    }

    /// Corrects fields of an application. The message that brought it stays as it came; the institution is told what changed
    /// and why.
    ///
    /// - Parameter changes: dotted paths of the canonical application, with what is right; `null` where nothing is.
    public func correct(_ applicationNo: String, _ changes: JSONObject, _ request: Request) async throws {
        let person = try key(of: request)
        guard let record = try await store.application(applicationNo) else {
            throw try await notThisPerson(applicationNo, person, request)
        }
        guard record.erasedAt == nil else { throw Refusal.isErased(applicationNo) }
        guard clerk.keys.persons(in: try record.application, at: "recipient").contains(person) else {
            throw try await notThisPerson(applicationNo, person, request)
        }
        let (application, sharesUntil) = try await corrected(record, changes)
        let moment = now()
        let fields = changes.names.joined(separator: ", ")
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.subjectCorrected), actor: request.caller.id, at: moment)
        change.detail = fields
        change.sharesUntil = sharesUntil
        change.content = CanonicalContent(application.content)
        change.removedKeys = clerk.keys.persons(in: try record.application, at: "recipient")
        change.addedKeys = clerk.keys.persons(in: application, at: "recipient")
        change.institutionMessages = try clerk.institutionMessages(
            .correction, record, application,
            JSONObject([("reason", .string(request.reason)), ("fields", .array(changes.names.map(JSONValue.string)))]),
            moment)
        change.audit = act(.correctSubject, on: applicationNo, request, detail: fields)
        guard try await store.changeCase(change) == .changed else { throw Refusal.changedMeanwhile(applicationNo) }
    }

    // MARK: Help

    /// - Throws: `Refusal` where the number is none: that nothing is stored under a slip of the pen would be no answer.
    private func key(of request: Request) throws(Refusal) -> String {
        let type = request.idType ?? Self.residentCard
        guard clerk.current.translator.codeLists[Self.documents]?.entries.contains(where: { $0.code == type }) == true
        else { throw .unknownDocument(type) }
        let number = request.idNumber.map { ResidentID.normalize($0).value }
        let check = IdentityDocument.check(number.plain, type: type, today: now().timestamp.date)
        guard request.isAsWritten || ![.checksumError, .formatError].contains(check) else { throw .wrongNumber(check) }
        return clerk.keys.person(idType: type, idNumber: number)
    }

    private static let residentCard = "111"
    private static let documents = "idDocumentType"

    /// - Throws: `Refusal.nothingStored`; that somebody asked is in the trail then, too.
    private func file(of person: String, _ action: AuditAction, _ request: Request) async throws -> SubjectFile {
        let file = try await store.subject([person], now: now())
        guard file.isEmpty else { return file }
        try await store.record(act(action, on: person, request, detail: "nothing stored"))
        throw Refusal.nothingStored
    }

    private func notThisPerson(_ applicationNo: String, _ person: String, _ request: Request) async throws -> Refusal {
        try await store.record(act(.correctSubject, on: person, request, detail: "refused: not this person's"))
        return .notThisPerson(applicationNo)
    }

    /// The application with all of the changes, and what follows from them; and when the first share must go that something
    /// was derived from.
    private func corrected(
        _ record: ApplicationRecord, _ changes: JSONObject
    ) async throws -> (LegalAidApplication, sharesUntil: Instant?) {
        let before = try record.application
        var mistakes = changes.members.compactMap { mistake(in: $0.name, $0.value) }
        guard mistakes.isEmpty, !changes.isEmpty else {
            throw Refusal.badChanges(mistakes.isEmpty ? ["nothing to correct"] : mistakes)
        }
        var changed = before
        for (path, value) in changes.members { changed.set(path, value == .null ? nil : value) }
        var (application, contradictions) = clerk.current.translator.derivedAnew(
            changed, corrected: Set(changes.names), before: before, today: record.receivedAt.timestamp.date)
        mistakes = contradictions.map { Self.mistake($0, in: application) }
        guard mistakes.isEmpty else { throw Refusal.badChanges(mistakes) }
        guard !Translator.identity.isDisjoint(with: changes.names) else { return (application, nil) }
        let evidence = try await clerk.evidence(on: [application], in: store, at: now())(application)
        let assessment = clerk.current.triage.assess(
            application, receivedAt: record.receivedAt.timestamp, evidence: evidence, isLead: record.standing.isLead)
        // That two institutions have the case follows from no rule, but from the other application.
        let related = (before.value("precheck")?.array ?? []).filter { $0["rule"] == "DU-04" }
        application.takeDerived(from: assessment.application)
        for path in ["groupFlags", "urgency"] { application.set(path, assessment.application.value(path)) }
        application.set("precheck", .array(assessment.hints.map(\.json) + related))
        if !record.standing.isLead, before.value("missing") != nil {
            application.set("missing", .array(try clerk.stillMissing(application, of: record, evidence: evidence)))
        }
        return (application, CaseClerk.keepUntil(of: evidence))
    }

    /// What is wrong with a correction: without its value.
    private static func mistake(_ finding: Finding, in application: LegalAidApplication) -> String {
        let path = finding.path ?? ""
        guard path.hasSuffix(".idNumber") else {
            return "\(path): contradicts what is corrected (\(finding.code)); correct it too, or give it as it is"
        }
        let type = application.text(path.replacing(".idNumber", with: ".idType")) ?? residentCard
        return "\(path): is no number of a document of type \(type) (\(finding.code))"
    }

    private func act(_ action: AuditAction, on subject: String, _ request: Request, detail: String) -> AuditAct {
        AuditAct(
            at: now(), actor: request.caller.id,
            role: request.caller.operatorRole?.rawValue ?? request.caller.role.rawValue,
            action: action, subject: subject,
            detail: [request.reason, detail].filter { !$0.isEmpty }.joined(separator: ": "),
            sm3: { Digest.hex(Digest.sm3($0)) })
    }

    /// What keeps a field from being corrected so: without its value.
    private func mistake(in path: String, _ value: JSONValue) -> String? {
        let slashed = path.replacing(".", with: "/")
        guard path.hasPrefix("recipient."), let field = CanonicalModel.application.field(at: slashed),
            field.origin == .sender, !CanonicalModel.application.isList(slashed)
        else { return "\(path): only the person's own fields, such as recipient.mobile, can be corrected" }
        if slashed == "recipient/age" { return "\(path): follows from recipient.birthDate, which can be corrected" }
        if value == .null { return field.isRequired ? "\(path): cannot be left out" : nil }
        guard field.type.takes(value, codes: clerk.current.translator.codeLists) else {
            return "\(path): is not what the field holds (\(JSONValue.object(field.type.jsonSchema).text()))"
        }
        return nil
    }
}

extension FieldType {
    /// Whether the field may hold a value.
    fileprivate func takes(_ value: JSONValue, codes: CodeLists) -> Bool {
        switch self {
        case .text(let length): value.string.map { !$0.isEmpty && $0.count <= length } ?? false
        case .code(let list): codes[list]?.entries.contains { $0.code == value.string } ?? false
        case .word(let words): value.string.map(words.contains) ?? false
        case .date: value.string.map { CalendarDate(iso: $0) != nil } ?? false
        case .dateTime: value.string.map { Timestamp(canonical: $0) != nil } ?? false
        case .money: value.string.map { $0.wholeMatch(of: /\d+\.\d{2}/) != nil } ?? false
        case .integer: value.int != nil
        case .boolean: value.bool != nil
        }
    }
}
