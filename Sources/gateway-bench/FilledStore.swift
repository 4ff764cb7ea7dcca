import Foundation
import Messaging
import Storage
import StrictJSON
import Vocabulary

/// A store with a past, and what may be asked of it.
struct FilledStore: Sendable {
    static let partners = ["court", "police", "procuratorate", "relief"]

    /// A message in the middle of the past, by all its numbers.
    struct Sample: Sendable {
        let referralID: String
        let messageID: String
        let applicationNo: String
        let envelopeID: String
        let digest: String
        let letterNo: String
        let caseNumber: String
    }

    let messages: Int
    let deadLetters: Int
    let end: Instant
    let store: SQLMessageStore
    /// A dead letter in the middle of the dead-letter queue.
    let middle: DeadLetterSummary
    let sample: Sample
    fileprivate let database: SQLiteDatabase
    fileprivate let path: String

    var summary: String { "\(messages) messages with \(deadLetters) dead letters" }

    init(_ place: Workplace, messages: Int) async throws {
        self = try await StoreFiller(place, messages: messages).fill()
    }

    fileprivate init(
        _ filler: StoreFiller, deadLetters: Int, middle: DeadLetterSummary, sample: Sample
    ) {
        messages = filler.messages
        self.deadLetters = deadLetters
        end = filler.end
        store = filler.store
        self.middle = middle
        self.sample = sample
        database = filler.database
        path = filler.path
    }

    /// Closes the store. Returns the microseconds from then to one that answers.
    func reopen() async throws -> Double {
        await database.close()
        let start = ContinuousClock.now
        let again = try SQLiteDatabase(path: path, maxPending: 4096)
        _ = try await SQLMessageStore(database: again)
        let took = ContinuousClock.now - start
        await again.close()
        return took / .microseconds(1)
    }
}

/// Makes messages that come at an even pace, most of them delivered and told of, every twentieth dead.
private struct StoreFiller: Sendable {
    private static let queues = ["CZ-SZ", "CZ-TN", "CZ-WJ", "CZ-ZL"]
    /// Milliseconds between two messages: some 11,000 a day.
    private static let pace: Int64 = 7_776
    /// Messages that the institutions have not fetched yet, in either store.
    private static let open = 2_000
    private static let references = [
        ReferencePath(name: "letterNo", path: "source.letterNo"),
        ReferencePath(name: "caseNumber", path: "proceeding.caseNumber"),
    ]

    let messages: Int
    let store: SQLMessageStore
    let database: SQLiteDatabase
    let path: String
    private let began = Instant(milliseconds: 1_700_000_000_000)
    private let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })

    var end: Instant { began.advanced(milliseconds: Int64(messages) * Self.pace) }

    init(_ place: Workplace, messages: Int) async throws {
        self.messages = messages
        path = place.folder.appending(path: "store-\(UUID().uuidString).sqlite").path
        database = try SQLiteDatabase(path: path, maxPending: 4096)
        store = try await SQLMessageStore(database: database)
    }

    func fill() async throws -> FilledStore {
        for start in stride(from: 0, to: messages, by: 512) {
            try await accept((start..<min(messages, start + 512)).map { commit($0) })
        }
        try await liveOn()
        while try await store.indexReferences(
            ReferencePaths(Self.references), before: end.advanced(seconds: 60), limit: 5_000) > 0
        {}
        return try await filled()
    }

    private func accept(_ commits: [IntakeCommit]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for commit in commits {
                group.addTask { [store] in
                    guard try await store.accept(commit) == .stored else { throw BenchFailure("a message was refused") }
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: Messages

    private func number(_ index: Int) -> String { String(1_000_000_000 + index) }

    /// The rows of a court's notice, without the work that makes them.
    private func commit(_ index: Int) -> IntakeCommit {
        let at = began.advanced(milliseconds: Int64(index) * Self.pace)
        let partner = FilledStore.partners[index % 7 % FilledStore.partners.count]
        let number = number(index)
        // Every fortieth cannot be translated, every eightieth not be routed; others die later.
        let isInvalid = index % 40 == 7
        let isUnroutable = index % 80 == 19
        let referralID = identifiers.next(at: at)
        let findings = Self.findings(index)
        let application = "LA-" + identifiers.next(at: at)
        let record = record(
            index, at, application: application, cause: isInvalid ? Self.cause(index) : nil, isUnroutable: isUnroutable)
        var commit = IntakeCommit(
            referralID: referralID, partnerID: partner, messageID: "M-" + number,
            digest: Self.randomKey() + Self.randomKey(), rawBytes: Array(Self.document(number).utf8),
            mediaType: "application/xml", encoding: "utf-8", receivedAt: at, mappingID: "court/defence-notice",
            mappingVersion: 2, mappingDigest: String(repeating: "0", count: 64),
            outcome: isInvalid ? .invalid : .accepted, isInvalid: isInvalid,
            answer: Array(
                (isInvalid
                    ? #"{"type":"urn:legal-aid-gateway:problem:invalid","errors":\#(findings)}"#
                    : #"{"referralId":"\#(referralID)","applicationNo":"\#(application)"}"#).utf8),
            records: [record], supersedes: nil)
        if isInvalid {
            commit.cause = Self.cause(index)
            commit.findings = Array(findings.utf8)
        }
        return commit
    }

    private static func cause(_ index: Int) -> DeadLetterCause {
        .invalid(code: "missing", rule: "court/defence-notice:\(index % 1_000 / 40 + 10)")
    }

    private static func findings(_ index: Int) -> String {
        #"[{"severity":"error","code":"missing","path":"recipient.name","rule":"court/defence-notice:\#(index % 1_000 / 40 + 10)","message":"缺少必填内容","location":{"line":4,"column":9,"path":"/ROOT/RECORD"}}]"#
    }

    /// - Parameter cause: why it could not be translated.
    private func record(
        _ index: Int, _ at: Instant, application: String, cause: DeadLetterCause?, isUnroutable: Bool
    ) -> IntakeRecord {
        var record = IntakeRecord(
            id: identifiers.next(at: at), index: 0, outcome: cause == nil ? .accepted : .invalid)
        record.priority = index % 3
        record.dueAt = at.advanced(seconds: 3 * 86_400)
        record.route = .byNotification
        if let cause {
            record.findings = Array(Self.findings(index).utf8)
            record.deadLetter = cause
            return record
        }
        record.applicationNo = application
        record.content = CanonicalContent(Self.content(number(index), application))
        record.standing = ApplicationStanding(referral: isUnroutable ? .routingManual : .queued)
        if isUnroutable {
            record.deadLetter = .unroutable()
            record.detail = "RT-13 没有规则能确定承办机构，请人工选择（建议先由 市中心 首问负责）"
        } else {
            record.queue = Self.queues[index % 11 % Self.queues.count]
        }
        record.keys = (0..<2).map { _ in Self.randomKey() }
        record.clocks = [
            RunningClock(
                id: "CLK-05", content: Array(#"{"id":"CLK-05","bound":"institution"}"#.utf8),
                dueAt: at.advanced(seconds: 3 * 86_400), soonAt: at.advanced(seconds: 2 * 86_400),
                isRunning: messages - index < Self.open, endedAt: messages - index < Self.open ? nil : at,
                standing: messages - index < Self.open ? .running : .met)
        ]
        return record
    }

    private static func randomKey() -> String {
        (0..<2).map { _ in String(UInt64.random(in: 1 << 60 ... .max), radix: 16) }.joined()
    }

    private static func document(_ number: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <ROOT><RECORD><BSXX><XXBH>M-\(number)</XXBH><FSDW>320402</FSDW><LEIX>TZBH</LEIX></BSXX>
        <AJXX><FYDM>苏0402</FYDM><AH>(2023)苏0402刑初\(number)号</AH></AJXX>
        <FLYZXX><TZWH>天法通\(number)</TZWH></FLYZXX>
        <DSRXX><RECORD><XM>测试甲</XM></RECORD></DSRXX></RECORD></ROOT>
        """
    }

    private static func content(_ number: String, _ application: String) -> JSONObject {
        JSONObject([
            ("schemaVersion", "1.0"), ("applicationNo", .string(application)), ("intakeKind", "notification"),
            (
                "source",
                ["messageId": .string("M-\(number)"), "senderCode": "320402", "letterNo": .string("天法通\(number)")]
            ),
            ("recipient", ["name": "测试甲"]),
            (
                "proceeding",
                [
                    "caseNumber": .string("(2023)苏0402刑初\(number)号"),
                    "handlingOrgan": ["code": "苏0402", "type": "court"],
                ]
            ),
        ])
    }

    // MARK: What followed

    /// Deliveries, deaths on the way and statuses, as leases and couriers leave them.
    private func liveOn() async throws {
        let past = IdentifierSource.floor(began.advanced(milliseconds: Int64(messages - Self.open) * Self.pace))
        // The application, and the status that is told of it.
        let exhausted = "state = 'queued' AND id < ? AND created_at / \(Self.pace) % 120 = 3"
        let undelivered = "channel = 'status' AND id < ? AND created_at / \(Self.pace) % 250 = 5"
        let statements = [
            Self.countRows(exhausted, "exhausted", "exhausted/leaseEnded", queue: "recipient"),
            """
            UPDATE message SET state = 'dead', ready_at = NULL, attempt = 5, reason = 'exhausted', dead_since = created_at + 3600000,
            problem = 'leased 5 times in vain', cause = 'exhausted/leaseEnded',
            count_row = \(Self.countRow("exhausted/leaseEnded", queue: "message.recipient")) WHERE \(exhausted)
            """,
            """
            INSERT INTO history (subject, at, event, actor, detail) SELECT id, ready_at + 60000, 'delivered', recipient, NULL
            FROM message WHERE state = 'queued' AND id < ?
            """,
            """
            INSERT INTO status (id, application_no, code, content, at) SELECT id || 'S', correlation_id, '01', CAST('{"code":"01"}' AS BLOB),
            ready_at + 60000 FROM message WHERE state = 'queued' AND id < ?
            """,
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, payload, media_type,
            created_at, due_at, priority, state, attempt, finished_at) SELECT id || 'S', 'status', correlation_id, partner,
            'LA-OUT-' || id, partner, CAST('<MESSAGE/>' AS BLOB), 'application/xml', ready_at + 60000, due_at, 0, 'delivered', 1,
            ready_at + 61000 FROM message WHERE channel = 'application' AND state = 'queued' AND id < ?
            """,
            Self.countRows(undelivered, "undeliverable", "undeliverable/http-503", queue: "''"),
            """
            UPDATE message SET state = 'dead', finished_at = NULL, attempt = 16, reason = 'undeliverable',
            dead_since = created_at + 86400000, problem = 'HTTP 503, given up after 16 attempts',
            cause = 'undeliverable/http-503', count_row = \(Self.countRow("undeliverable/http-503", queue: "''")) WHERE \(undelivered)
            """,
            """
            UPDATE message SET state = 'delivered', attempt = 1, finished_at = ready_at + 60000, ready_at = NULL
            WHERE state = 'queued' AND id < ?
            """,
        ]
        for statement in statements {
            try await database.write { connection throws(StoreError) in
                _ = try connection.run(statement, [.text(past)])
            }
        }
    }

    private static func countRows(_ dead: String, _ reason: String, _ cause: String, queue: String) -> String {
        """
        INSERT INTO dead_letter_count (partner, cause, channel, queue, reason, messages)
        SELECT partner, '\(cause)', channel, \(queue), '\(reason)', count(*) FROM message WHERE \(dead) GROUP BY 1, 3, 4
        """
    }

    private static func countRow(_ cause: String, queue: String) -> String {
        """
        (SELECT p.id FROM dead_letter_count p WHERE p.partner = message.partner AND p.cause = '\(cause)'
        AND p.channel = message.channel AND p.queue = \(queue))
        """
    }

    private func filled() async throws -> FilledStore {
        guard try await database.deadLetterCountsAgree() else { throw BenchFailure("dead letters are miscounted") }
        let deadLetters = try await store.deadLetterCauses(DeadLetterFilter()).reduce(0) { $0 + $1.count }
        let middle = began.advanced(milliseconds: Int64(messages / 2) * Self.pace)
        let deadLetter = try await store.deadLetters(
            DeadLetterFilter(reason: .invalid, since: middle), newestFirst: false, after: nil, limit: 1
        ).deadLetters.first
        let index = messages / 2 / 40 * 40 + 11
        let referral = try await store.referral(
            partner: FilledStore.partners[index % 7 % 4], messageID: "M-" + number(index))
        let numbers = number(index)
        guard let deadLetter, let referral, let applicationNo = referral.applicationNos.first,
            let trace = try await store.trace(referral: referral.id),
            let envelope = trace.messages.first(where: { $0.channel == .application })
        else { throw BenchFailure("the store was not filled as it should be") }
        return FilledStore(
            self, deadLetters: deadLetters, middle: deadLetter,
            sample: FilledStore.Sample(
                referralID: referral.id, messageID: "M-" + numbers, applicationNo: applicationNo,
                envelopeID: envelope.id, digest: trace.referral.digest, letterNo: "天法通\(numbers)",
                caseNumber: "(2023)苏0402刑初\(numbers)号")
        )
    }
}
