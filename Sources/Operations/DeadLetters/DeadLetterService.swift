import Canonical
import Messaging
import Observability
import StrictJSON
import Transport
import Triage
import Vocabulary

/// What an operator does about dead letters that cannot go on by themselves: look, retry from where it failed, edit and
/// resend, choose a queue, discard. Looking changes nothing; every act is in the audit trail.
public struct DeadLetterService: Sendable {
    let store: any DeadLetterStore & AuditStore
    let registry: Registry
    let cases: any CaseServices
    let text: any DocumentText
    let now: @Sendable () -> Instant
    let log: Log

    public init(
        store: any DeadLetterStore & AuditStore, registry: Registry, cases: any CaseServices,
        text: any DocumentText, now: @escaping @Sendable () -> Instant, log: Log
    ) {
        self.store = store
        self.registry = registry
        self.cases = cases
        self.text = text
        self.now = now
        self.log = log
    }

    // MARK: Looking

    public func list(
        _ filter: DeadLetterFilter, newestFirst: Bool = false, after cursor: DeadLetterCursor? = nil, limit: Int
    ) async throws(StoreError) -> DeadLetterPage {
        try await store.deadLetters(filter, newestFirst: newestFirst, after: cursor, limit: limit)
    }

    /// Dead letters that are mended together, the most frequent cause first.
    public func causes(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount] {
        try await store.deadLetterCauses(filter)
    }

    /// How many there are, by all that a list is filtered by.
    public func groups(_ filter: DeadLetterFilter) async throws(StoreError) -> [DeadLetterGroup] {
        try await store.deadLetterGroups(filter)
    }

    /// One dead letter with its findings, the offending places marked in a masked excerpt, history and remedies.
    public func show(_ id: String) async throws -> DeadLetterView {
        try DeadLetterView(try await deadLetter(id), text)
    }

    /// The document as it came, to be mended: personal data unmasked, which is noted before it is shown.
    public func open(_ id: String, by caller: Caller, reason: String) async throws -> OpenedDeadLetter {
        let deadLetter = try await mendable(id)
        try await store.record(AuditAct(.unmask, on: id, by: caller, detail: reason, at: now()))
        return opened(deadLetter)
    }

    private func opened(_ deadLetter: DeadLetterDetail) -> OpenedDeadLetter {
        let read = text.decode(deadLetter.payload)
        return OpenedDeadLetter(
            deadLetter: deadLetter, text: read.map { String(decoding: $0.utf8, as: UTF8.self) },
            encoding: read?.encoding)
    }

    /// What an edit would change and whether it would then pass; nothing is stored.
    ///
    /// - Parameter isMasked: whether values are hidden in the changes; not from whoever has opened the document.
    public func preview(_ id: String, edited: EditedDocument, isMasked: Bool = true) async throws -> EditPreview {
        let deadLetter = try await mendable(id)
        let bytes = try bytes(of: edited, for: deadLetter)
        let result = try cases.dryRun(bytes, of: deadLetter)
        return EditPreview(changes: diff(deadLetter.payload, bytes, isMasked: isMasked), result: result)
    }

    /// The document of a dead letter for whoever has opened it before in the same sitting.
    public func opened(_ id: String) async throws -> OpenedDeadLetter { opened(try await mendable(id)) }

    /// Causes of invalid messages of which the one that waits longest would pass now, the most frequent first.
    ///
    /// - Parameter most: causes that are tried; each costs a dry run.
    public func mayPass(most: Int = 30) async throws -> [CauseCount] {
        var passing: [CauseCount] = []
        for cause in try await causes(DeadLetterFilter(reason: .invalid)).prefix(most) {
            let oldest = try await store.deadLetters(
                DeadLetterFilter(reason: .invalid, cause: cause.cause), newestFirst: false, after: nil, limit: 1)
            guard let summary = oldest.deadLetters.first else { continue }
            guard !summary.isBeyondMending else { continue }
            let deadLetter = try await deadLetter(summary.id)
            let result = try cases.dryRun(deadLetter.payload, of: deadLetter)
            if EditPreview(changes: nil, result: result).passes { passing.append(cause) }
        }
        return passing
    }

    // MARK: Acts

    /// Again from where it failed: through the doors' walk, past the routing rules as they are now, or onto the endpoint.
    ///
    /// - Parameters:
    ///   - version: the stay in the dead-letter queue that the operator has seen; somebody else's act in between is a conflict.
    ///   - edited: another document to use instead of an invalid message's own; the original stays as it came.
    ///   - queue: the institution chosen for an unroutable application; without one the rules are asked again.
    /// - Throws: `Problem` `.stale` when somebody else was first, `.notFound`, `.badRequest`, `.wrongState`.
    @discardableResult
    public func retry(
        _ id: String, version: DeadLetterVersion? = nil, by caller: Caller, reason: String,
        edited: EditedDocument? = nil, queue: String? = nil
    ) async throws -> JSONValue? {
        try await retry(
            try await deadLetter(id), version: version, by: caller, reason: reason, edited: edited, queue: queue,
            job: nil)
    }

    func retry(
        _ deadLetter: DeadLetterDetail, version: DeadLetterVersion?, by caller: Caller, reason: String,
        edited: EditedDocument?, queue: String?, job: JobStep?
    ) async throws -> JSONValue? {
        let id = deadLetter.summary.id
        if let version, version != deadLetter.summary.version { throw Self.stale }
        var result: JSONValue?
        switch deadLetter.summary.reason {
        case .invalid:
            try Self.checkDocument(of: deadLetter)
            var act = AuditAct(edited == nil ? .retry : .editAndResend, on: id, by: caller, detail: reason, at: now())
            act.job = job
            result = try await cases.replay(
                try edited.map { try bytes(of: $0, for: deadLetter) } ?? deadLetter.payload, of: deadLetter,
                superseding: SupersededDeadLetter(
                    id: id, version: deadLetter.summary.version, edited: edited != nil, act: act))
        case .unroutable:
            try Self.refuse(edited)
            var (target, act) = try await routing(deadLetter, to: queue, by: caller, reason: reason)
            act.job = job
            try Self.check(try await store.requeue(id, version: deadLetter.summary.version, queue: target, act))
        case .exhausted, .undeliverable, .expired:
            try Self.refuse(edited)
            var act = AuditAct(.retry, on: id, by: caller, detail: reason, at: now())
            act.job = job
            // What expired on the referral channel waited for another message; the others were on their endpoint.
            let outcome =
                deadLetter.summary.channel == .referral
                ? try await cases.retryMatch(id, version: deadLetter.summary.version, act: act)
                : try await store.requeue(id, version: deadLetter.summary.version, queue: nil, act)
            try Self.check(outcome)
        }
        note(edited == nil ? "retried" : "edited and resent", deadLetter, caller)
        return result
    }

    /// Ends a dead letter for good and tells its sender where the message was its own. Bytes and history stay.
    ///
    /// - Returns: whether word to the sender is on its way.
    public func discard(
        _ id: String, version: DeadLetterVersion? = nil, by caller: Caller, reason: String
    ) async throws -> Bool {
        try await discard(try await deadLetter(id), version: version, by: caller, reason: reason, job: nil)
    }

    func discard(
        _ deadLetter: DeadLetterDetail, version: DeadLetterVersion?, by caller: Caller, reason: String, job: JobStep?
    ) async throws -> Bool {
        let id = deadLetter.summary.id
        if let version, version != deadLetter.summary.version { throw Self.stale }
        let word = try cases.rejection(of: deadLetter, reason: reason)
        var act = AuditAct(.discard, on: id, by: caller, detail: reason, at: now())
        act.job = job
        let (result, isTold) = try await store.discard(id, version: deadLetter.summary.version, word: word, act)
        try Self.check(result)
        note("discarded", deadLetter, caller)
        return isTold
    }

    // MARK: Help

    /// Where an unroutable application goes, by a person's choice or by the rules as they are now.
    private func routing(
        _ deadLetter: DeadLetterDetail, to chosen: String?, by caller: Caller, reason: String
    ) async throws -> (queue: String, act: AuditAct) {
        let id = deadLetter.summary.id
        if let chosen {
            guard registry.institutions[chosen] != nil, !reason.isEmpty else {
                throw Problem(
                    .badRequest, zh: "选择机构须填写已登记的机构代码 queue，并写明理由 reason。",
                    en: "A choice needs a queue (the code of a known institution) and a reason.")
            }
            return (chosen, AuditAct(.chooseQueue, on: id, by: caller, detail: "\(chosen): \(reason)", at: now()))
        }
        switch try await cases.route(ofApplication: deadLetter.summary.correlationID) {
        case .queue(let queue):
            return (queue, AuditAct(.retry, on: id, by: caller, detail: "\(queue): \(reason)", at: now()))
        case .none(let why):
            throw Problem(
                .wrongState, zh: "现行规则仍不能确定承办机构：\(why)。请更正规则后再试，或用 queue 选择机构并写明理由。",
                en:
                    "The rules still name no institution (\(why)): mend them and retry, or choose a queue and give a reason."
            )
        }
    }

    private static func refuse(_ edited: EditedDocument?) throws(Problem) {
        guard edited == nil else {
            throw Problem(
                .wrongState, zh: "只有无法转换的报文可以编辑后重发。",
                en: "Only a message that could not be translated can be edited and resent.")
        }
    }

    func deadLetter(_ id: String) async throws -> DeadLetterDetail {
        if let deadLetter = try await store.deadLetter(id) { return deadLetter }
        if let erasedAt = try await store.messageErased(id) { throw Problem.erased(at: erasedAt) }
        throw try await store.knowsMessage(id) ? Self.stale : Self.unknown
    }

    /// A dead letter for whoever reads or mends its document.
    private func mendable(_ id: String) async throws -> DeadLetterDetail {
        let deadLetter = try await deadLetter(id)
        try Self.checkDocument(of: deadLetter)
        return deadLetter
    }

    private static func checkDocument(of deadLetter: DeadLetterDetail) throws(Problem) {
        if let erasedAt = deadLetter.summary.documentErasedAt { throw Problem.erased(at: erasedAt) }
    }

    private static func check(_ outcome: DeadLetterActResult) throws(Problem) {
        switch outcome {
        case .done: return
        case .stale: throw stale
        case .notFound: throw unknown
        }
    }

    public static let stale = Problem(
        .stale, zh: "这件异常报文已由他人处理或已改变，请重新打开后再试。",
        en: "Somebody else has dealt with this dead letter or it has changed; open it again.")
    private static let unknown = Problem(.notFound, zh: "没有这件异常报文。", en: "No such dead letter.")

    private func bytes(of edited: EditedDocument, for deadLetter: DeadLetterDetail) throws(Problem) -> [UInt8] {
        switch edited {
        case .bytes(let bytes): return bytes
        case .text(var edited):
            let original = text.decode(deadLetter.payload)
            // Browsers send CR LF whatever the document had.
            if let original, !original.utf8.contains(0x0D) {
                edited = edited.replacing("\r\n", with: "\n")
            } else if original != nil, !edited.utf8.contains(0x0D) {
                // A script reads a text area without them.
                edited = edited.replacing("\n", with: "\r\n")
            }
            guard let bytes = text.encode(edited, as: original?.encoding ?? deadLetter.encoding ?? "utf-8") else {
                throw Problem(
                    .badRequest, zh: "编辑后的文字无法用原编码保存。", en: "The edited text cannot be written in the encoding.")
            }
            return bytes
        }
    }

    private func diff(_ old: [UInt8], _ new: [UInt8], isMasked: Bool) -> LineDiff? {
        guard let before = text.decode(old), let after = text.decode(new) else { return nil }
        return LineDiff(old: before.utf8, new: after.utf8, isMasked: isMasked)
    }

    private func note(_ act: String, _ deadLetter: DeadLetterDetail, _ caller: Caller) {
        log.info(
            "dead letter \(act)",
            [
                ("deadLetter", .string(deadLetter.summary.id)), ("reason", .string(deadLetter.summary.reason.rawValue)),
                ("actor", .string(caller.id)),
            ])
    }
}

/// A mended message.
public enum EditedDocument: Sendable {
    /// As it is to be read, in any encoding.
    case bytes([UInt8])
    /// To be written in the encoding that the original has.
    case text(String)
}

/// A document laid open for mending.
public struct OpenedDeadLetter: Sendable {
    public let deadLetter: DeadLetterDetail
    /// Nothing where the bytes are no text.
    public let text: String?
    public let encoding: String?
}
