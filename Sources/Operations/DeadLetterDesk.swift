import Canonical
import Journal
import Messaging
import StrictJSON
import Transport
import Triage

/// What the desk needs of other rooms, handed in since their doors are not this room's.
public struct DeskErrands: Sendable {
    /// Takes a message's bytes through the front door's walk again and answers with the receipt or the problem.
    public var replay:
        @Sendable (_ bytes: [UInt8], _ letter: DeadLetterDetail, _ old: SupersededDeadLetter)
            async throws -> JSONValue
    /// Asks the routing rules again about an application: the queue that they name now, or in words why they name none.
    public var route: @Sendable (_ applicationNo: String) async throws -> RouteAnswer = { _ in .none(why: "") }
    /// Puts an application on file before the rules once more; nothing where there is none.
    public var reassess: @Sendable (_ applicationNo: String) async throws -> Reassessment? = { _ in nil }
    /// Lets a message that waited in vain look again for the referral that it is about, and wait anew where there is none.
    public var relook:
        @Sendable (_ id: String, _ version: LetterVersion, _ act: AuditAct) async throws -> LetterOutcome =
            { _, _, _ in .notFound }
    /// The same walk without storing anything, as `POST /v1/translate` answers it.
    public var dryRun: @Sendable (_ bytes: [UInt8], _ letter: DeadLetterDetail) throws -> JSONValue
    /// The word that a message was discarded, in the sender's own format; nothing where it must not or cannot be told.
    public var rejection: @Sendable (_ letter: DeadLetterDetail, _ reason: String) throws -> Envelope?
    /// A document's text and the name of its encoding.
    public var decode: @Sendable (_ bytes: [UInt8]) -> (utf8: [UInt8], encoding: String)?
    /// Text in an encoding of that name.
    public var encode: @Sendable (_ text: String, _ encoding: String) -> [UInt8]?
    /// A code's Chinese name in a code list.
    public var codeName: @Sendable (_ list: String, _ code: String) -> String? = { _, _ in nil }
    /// How the clocks that were due in a time came out, for the monthly report.
    public var onTime: @Sendable (_ from: Instant, _ to: Instant) async throws -> [OnTimeFigures] = { _, _ in [] }
    /// The days that are worked.
    public var calendar: @Sendable () -> WorkingCalendar = { WorkingCalendar(years: [:]) }

    /// How the clocks that run now stand.
    public var clocks: @Sendable () async throws -> [ClockFigures] = { [] }
    /// What reading the store through has found so far.
    public var store: @Sendable () -> StoreCondition = { .sound }
    /// The ways out of this node.
    public var lanes: @Sendable () -> [LaneReport] = { [] }
    /// Certificates and keys by name, with their last moment.
    public var expiries: @Sendable () -> [(name: String, at: Instant)] = { [] }

    public init(
        replay: @escaping @Sendable ([UInt8], DeadLetterDetail, SupersededDeadLetter) async throws -> JSONValue,
        dryRun: @escaping @Sendable ([UInt8], DeadLetterDetail) throws -> JSONValue,
        rejection: @escaping @Sendable (DeadLetterDetail, String) throws -> Envelope?,
        decode: @escaping @Sendable ([UInt8]) -> (utf8: [UInt8], encoding: String)?,
        encode: @escaping @Sendable (String, String) -> [UInt8]?
    ) {
        self.replay = replay
        self.dryRun = dryRun
        self.rejection = rejection
        self.decode = decode
        self.encode = encode
    }
}

/// What the routing rules say about an application now.
public enum RouteAnswer: Sendable, Hashable {
    case queue(String)
    case none(why: String)
}

/// What an operator does about letters that cannot go on by themselves: look, retry from where it failed, edit and
/// resend, choose a queue, discard. Looking changes nothing; every act is in the audit trail.
public struct DeadLetterDesk: Sendable {
    let store: any DeadLetterStore & AuditStore
    let institutions: Set<String>
    let errands: DeskErrands
    let pen: AuditPen
    let log: Log

    /// - Parameter institutions: the codes that a dispatcher may choose from.
    public init(
        store: any DeadLetterStore & AuditStore, institutions: Set<String>, errands: DeskErrands, pen: AuditPen,
        log: Log
    ) {
        self.store = store
        self.institutions = institutions
        self.errands = errands
        self.pen = pen
        self.log = log
    }

    // MARK: Looking

    public func list(
        _ filter: DeadLetterFilter, newestFirst: Bool = false, after cursor: DeadLetterCursor? = nil, limit: Int
    ) async throws(StoreError) -> DeadLetterPage {
        try await store.deadLetters(filter, newestFirst: newestFirst, after: cursor, limit: limit)
    }

    /// Letters that are mended together, the most frequent cause first.
    public func causes(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount] {
        try await store.deadLetterCauses(filter)
    }

    /// One letter with its findings, the offending places marked in a masked excerpt, history and remedies.
    public func show(_ id: String) async throws -> LetterView {
        LetterView(try await letter(id), decode: errands.decode)
    }

    /// The document as it came, to be mended: personal data unmasked, which is noted before it is shown.
    public func open(_ id: String, by caller: Caller, reason: String) async throws -> OpenLetter {
        let letter = try await letter(id)
        try await store.record(pen.act(.unmask, on: id, by: caller, detail: reason))
        let text = errands.decode(letter.payload)
        return OpenLetter(
            letter: letter, text: text.map { String(decoding: $0.utf8, as: UTF8.self) }, encoding: text?.encoding)
    }

    /// What an edit would change and whether it would then pass; nothing is stored.
    public func preview(_ id: String, edited: EditedDocument) async throws -> EditPreview {
        let letter = try await letter(id)
        let bytes = try bytes(of: edited, for: letter)
        let result = try errands.dryRun(bytes, letter)
        return EditPreview(changes: diff(letter.payload, bytes), result: result)
    }

    // MARK: Acts

    /// Again from where it failed: through the doors' walk, past the routing rules as they are now, or onto the way out.
    ///
    /// - Parameters:
    ///   - version: the stay in the tray that the operator has seen; somebody else's act in between is a conflict.
    ///   - edited: another document to use instead of an invalid message's own; the original stays as it came.
    ///   - queue: the institution chosen for an unroutable application; without one the rules are asked again.
    /// - Throws: `Problem` `.stale` when somebody else was first, `.notFound`, `.badRequest`, `.wrongState`.
    @discardableResult
    public func retry(
        _ id: String, version: LetterVersion? = nil, by caller: Caller, reason: String,
        edited: EditedDocument? = nil, queue: String? = nil
    ) async throws -> JSONValue? {
        try await retry(
            try await letter(id), version: version, by: caller, reason: reason, edited: edited, queue: queue, job: nil)
    }

    func retry(
        _ letter: DeadLetterDetail, version: LetterVersion?, by caller: Caller, reason: String,
        edited: EditedDocument?, queue: String?, job: JobStep?
    ) async throws -> JSONValue? {
        let id = letter.summary.id
        if let version, version != letter.summary.version { throw Self.stale }
        var result: JSONValue?
        switch letter.summary.reason {
        case .invalid:
            var act = pen.act(edited == nil ? .retry : .editAndResend, on: id, by: caller, detail: reason)
            act.job = job
            result = try await errands.replay(
                try edited.map { try bytes(of: $0, for: letter) } ?? letter.payload, letter,
                SupersededDeadLetter(
                    id: id, version: letter.summary.version, edited: edited != nil, act: act))
        case .unroutable:
            try Self.refuse(edited)
            var (target, act) = try await routing(letter, to: queue, by: caller, reason: reason)
            act.job = job
            try Self.check(try await store.requeue(id, version: letter.summary.version, queue: target, act))
        case .exhausted, .undeliverable, .expired:
            try Self.refuse(edited)
            var act = pen.act(.retry, on: id, by: caller, detail: reason)
            act.job = job
            // What expired on the referral channel waited for another message; the others were on their way out.
            let outcome =
                letter.summary.channel == .referral
                ? try await errands.relook(id, letter.summary.version, act)
                : try await store.requeue(id, version: letter.summary.version, queue: nil, act)
            try Self.check(outcome)
        }
        note(edited == nil ? "retried" : "edited and resent", letter, caller)
        return result
    }

    /// Ends a letter for good and tells its sender where the message was its own. Bytes and history stay.
    ///
    /// - Returns: whether word to the sender is on its way.
    public func discard(
        _ id: String, version: LetterVersion? = nil, by caller: Caller, reason: String
    ) async throws -> Bool {
        let letter = try await letter(id)
        if let version, version != letter.summary.version { throw Self.stale }
        let word = try errands.rejection(letter, reason)
        let act = pen.act(.discard, on: id, by: caller, detail: reason)
        try Self.check(try await store.discard(id, version: letter.summary.version, word: word, act))
        note("discarded", letter, caller)
        return word != nil
    }

    // MARK: Help

    /// Where an unroutable application goes, by a person's choice or by the rules as they are now.
    private func routing(
        _ letter: DeadLetterDetail, to chosen: String?, by caller: Caller, reason: String
    ) async throws -> (queue: String, act: AuditAct) {
        let id = letter.summary.id
        if let chosen {
            guard institutions.contains(chosen), !reason.isEmpty else {
                throw Problem(
                    .badRequest, zh: "选择机构须填写已登记的机构代码 queue，并写明理由 reason。",
                    en: "A choice needs a queue (the code of a known institution) and a reason.")
            }
            return (chosen, pen.act(.chooseQueue, on: id, by: caller, detail: "\(chosen): \(reason)"))
        }
        switch try await errands.route(letter.summary.correlationID) {
        case .queue(let queue):
            return (queue, pen.act(.retry, on: id, by: caller, detail: "\(queue): \(reason)"))
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

    func letter(_ id: String) async throws -> DeadLetterDetail {
        if let letter = try await store.deadLetter(id) { return letter }
        throw try await store.knowsMessage(id) ? Self.stale : Self.unknown
    }

    private static func check(_ outcome: LetterOutcome) throws(Problem) {
        switch outcome {
        case .done: return
        case .stale: throw stale
        case .notFound: throw unknown
        }
    }

    static let stale = Problem(
        .stale, zh: "这封死信已由他人处理或已改变，请重新打开后再试。",
        en: "Somebody else has dealt with this dead letter or it has changed; open it again.")
    private static let unknown = Problem(.notFound, zh: "没有这封死信。", en: "No such dead letter.")

    private func bytes(of edited: EditedDocument, for letter: DeadLetterDetail) throws(Problem) -> [UInt8] {
        switch edited {
        case .bytes(let bytes): return bytes
        case .text(var text):
            let original = errands.decode(letter.payload)
            // Browsers send CR LF whatever the document had.
            if let original, !original.utf8.contains(0x0D) { text = text.replacing("\r\n", with: "\n") }
            guard let bytes = errands.encode(text, original?.encoding ?? letter.encoding ?? "utf-8") else {
                throw Problem(
                    .badRequest, zh: "编辑后的文字无法用原编码保存。", en: "The edited text cannot be written in the encoding.")
            }
            return bytes
        }
    }

    private func diff(_ old: [UInt8], _ new: [UInt8]) -> LineDiff? {
        guard let before = errands.decode(old), let after = errands.decode(new) else { return nil }
        return LineDiff(old: before.utf8, new: after.utf8)
    }

    private func note(_ act: String, _ letter: DeadLetterDetail, _ caller: Caller) {
        log.info(
            "dead letter \(act)",
            [
                ("deadLetter", .string(letter.summary.id)), ("reason", .string(letter.summary.reason.rawValue)),
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
public struct OpenLetter: Sendable {
    public let letter: DeadLetterDetail
    /// Nothing where the bytes are no text.
    public let text: String?
    public let encoding: String?
}

/// What an edit would do.
public struct EditPreview: Sendable {
    /// Nothing where either side is no text.
    public let changes: LineDiff?
    /// The dry run, with personal data: findings and outcome alone are shown to operators.
    let result: JSONValue

    public var outcome: String { result["outcome"]?.string ?? "invalid" }

    /// Of the document and its records.
    public var findings: [JSONValue] {
        (result["findings"]?.array ?? [])
            + (result["results"]?.array ?? []).flatMap { $0["findings"]?.array ?? [] }
    }
}
