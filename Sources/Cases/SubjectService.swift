import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What a person may ask of whoever keeps data about them: a copy (个人信息保护法 45), a correction (46), to be erased (47).
/// The person is found by keyed hash; neither number nor name stands in the audit trail.
public struct SubjectService: Sendable {
    /// A word that says why something was not done.
    public enum Refusal: Error, Sendable, Hashable {
        case nothingStored
        /// Cases and messages that are not finished.
        case notFinished([String])
        case notThisPerson(String)
        case isErased(String)
        /// The fields that cannot be corrected so, each with the reason.
        case badChanges([String])
        case changedMeanwhile(String)
    }

    private let clerk: CaseClerk
    private let store: any SubjectStore & MessageStore & AuditStore
    private let now: @Sendable () -> Instant

    public init(
        clerk: CaseClerk, store: any SubjectStore & MessageStore & AuditStore, now: @escaping @Sendable () -> Instant
    ) {
        self.clerk = clerk
        self.store = store
        self.now = now
    }

    /// Whose data are asked for, and by whom.
    public struct Request: Sendable {
        public let idType: String?
        public let idNumber: String
        /// Of the operator.
        public let caller: Caller
        /// Why, or on which request; no personal data.
        public let reason: String

        public init(idType: String?, idNumber: String, caller: Caller, reason: String) {
            self.idType = idType
            self.idNumber = idNumber
            self.caller = caller
            self.reason = reason
        }
    }

    /// All that is stored about the person as the recipient of aid.
    public func export(_ request: Request) async throws -> JSONValue {
        let person = key(of: request)
        let file = try await store.subject([person], now: now())
        guard !file.isEmpty else { throw Refusal.nothingStored }
        try await store.record(
            act(.exportSubject, on: person, request, detail: "\(file.applications.count) applications"))
        return try file.json(at: now())
    }

    /// Erases everything about the person, once nothing is open.
    public func erase(_ request: Request) async throws -> (records: Int, keptMessages: [String]) {
        let person = key(of: request)
        let file = try await store.subject([person], now: now())
        guard !file.isEmpty else { throw Refusal.nothingStored }
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
        let person = key(of: request)
        guard let record = try await store.application(applicationNo) else {
            throw Refusal.notThisPerson(applicationNo)
        }
        guard record.erasedAt == nil else { throw Refusal.isErased(applicationNo) }
        var application = try record.application
        guard clerk.keys.persons(in: application, at: "recipient").contains(person) else {
            throw Refusal.notThisPerson(applicationNo)
        }
        let mistakes = changes.members.compactMap { mistake(in: $0.name, $0.value) }
        guard mistakes.isEmpty, !changes.isEmpty else {
            throw Refusal.badChanges(mistakes.isEmpty ? ["nothing to correct"] : mistakes)
        }
        for (path, value) in changes.members { application.set(path, value == .null ? nil : value) }
        let moment = now()
        let fields = changes.names.joined(separator: ", ")
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.subjectCorrected), actor: request.caller.id, at: moment)
        change.detail = fields
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

    private func key(of request: Request) -> String {
        clerk.keys.person(idType: request.idType, idNumber: ResidentID.normalize(request.idNumber).value)
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
        if value == .null { return field.isRequired ? "\(path): cannot be left out" : nil }
        guard field.type.takes(value, codes: clerk.current.translator.codeLists) else {
            return "\(path): is not what the field holds (\(JSONValue.object(field.type.jsonSchema).text()))"
        }
        if path == "recipient.idNumber", let number = value.string,
            [.checksumError, .formatError].contains(
                IdentityDocument.check(number, type: "111", today: now().timestamp.date))
        {
            return "\(path): is no number of a resident's identity card"
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
