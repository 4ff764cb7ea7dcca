import Canonical
import Messaging
import StrictJSON
import Translation
import Triage
import Vocabulary

/// What a sender is told of a message that was taken.
public struct Receipt: Sendable {
    public let referralID: String
    /// The sender's own id, where the document bears one.
    public let messageID: String?
    public let receivedAt: Timestamp
    /// SM3 of the bytes (GB/T 32905), hexadecimal.
    public let digest: String
    public internal(set) var records: [RecordReceipt]

    /// The document's outcome: invalid only where nothing that is new in it could be used.
    public var outcome: Outcome {
        records.first { $0.earlierAnswer == nil && $0.outcome != .invalid }?.outcome ?? .invalid
    }

    /// Once it is known which applications its follow-ups belong to, and which of its records are new.
    ///
    /// - Parameters:
    ///   - attached: for the id of each record that is a follow-up, the applications that it was laid beside.
    ///   - kept: nothing where all records are new.
    /// - Throws: `StoreError.corrupt` where what is on file cannot be read.
    func settled(_ attached: [String: [JoinedApplication]], kept: KeptRecords?) throws(StoreError) -> Receipt {
        let results = try kept.map { kept throws(StoreError) in try Self.results(in: kept.earlierAnswer) } ?? []
        var receipt = self
        receipt.records = []
        for (place, record) in records.enumerated() {
            if let kept, !kept.taken.contains(place) {
                // Better nothing than the number of an application that was not made.
                receipt.records.append(
                    record.answeredBefore(results.indices.contains(place) ? results[place] : .null))
            } else {
                receipt.records.append(try record.settled(attached[record.recordID] ?? []))
            }
        }
        return receipt
    }

    /// What was answered about each record when the message first came.
    private static func results(in answer: [UInt8]) throws(StoreError) -> [JSONValue] {
        let earlier = JSONValue.object(try JSONObject(stored: answer, "an earlier receipt"))
        return earlier["results"]?.array ?? [earlier]
    }

    /// In the shape of the HTTP contract: its only record's, or one with all of them under `results`.
    public var json: JSONValue {
        if records.count == 1, let only = records.first { return json(of: only) }
        return .compact([
            ("referralId", .string(referralID)), ("messageId", .text(messageID)),
            ("outcome", .string(outcome.rawValue)), ("receivedAt", .string(receivedAt.rfc3339)),
            ("digest", ["sm3": .string(digest)]), ("results", .array(records.map(json))),
        ])
    }

    private func json(of record: RecordReceipt) -> JSONValue {
        if let earlier = record.earlierAnswer { return earlier }
        var receipt = JSONObject()
        receipt.reserveCapacity(14)
        receipt["referralId"] = .string(referralID)
        receipt["applicationNo"] = .text(record.applicationNos.first)
        receipt["messageId"] = .text(record.messageID)
        receipt["outcome"] = .string(record.outcome.rawValue)
        receipt["receivedAt"] = .string(receivedAt.rfc3339)
        receipt["digest"] = ["sm3": .string(digest)]
        receipt.add(record.result)
        receipt["handoverTo"] = .text(record.handoverTo)
        if record.applicationNos.count > 1 {
            receipt["applications"] = .array(record.applicationNos.map(JSONValue.string))
        }
        receipt["parked"] = record.parked?.json
        receipt["followUp"] = record.progress.map {
            ["kind": .string($0.kind.rawValue), "progress": .string($0.is.rawValue)]
        }
        return .object(receipt)
    }
}

/// What a sender is told of one record.
public struct RecordReceipt: Sendable {
    /// How long a record waits for the application that it is about.
    public struct Parked: Sendable {
        public let since: Instant
        public let until: Instant

        var json: JSONValue {
            [
                "since": .string(since.rfc3339), "until": .string(until.rfc3339),
                "reason": "所指转介尚未收到，收到后自动并入；逾期转人工处理",
            ]
        }
    }

    /// By this the store tells what it found for the record.
    let recordID: String
    private let followUp: FollowUp?
    /// It made an application of its own, unless it turns out to be a second notice about an earlier one.
    private let isNotice: Bool
    public let messageID: String?
    public private(set) var outcome: Outcome
    /// The application that it made, or those that it was laid beside.
    public private(set) var applicationNos: [String]
    public private(set) var result: RecordResult
    /// The institution that is asked to take over an application that came to another one.
    public let handoverTo: String?
    public private(set) var parked: Parked?
    /// What became of it where it is about an earlier referral.
    private(set) var progress: (kind: FollowUp.Kind, is: FollowUpProgress)?
    /// Of a record that was stored when its message first came: what was answered then, which still holds.
    public private(set) var earlierAnswer: JSONValue?

    init(of record: IntakeRecord, _ step: Pipeline.Step, documentFindings: [Finding]) {
        recordID = record.id
        followUp = record.followUp ?? record.renotification
        isNotice = record.renotification != nil
        messageID = step.messageID
        outcome = step.outcome
        applicationNos = record.applicationNo.map { [$0] } ?? []
        result = RecordResult(of: step, queue: record.queue, documentFindings: documentFindings)
        handoverTo = record.handover.to
    }

    fileprivate func answeredBefore(_ answer: JSONValue) -> RecordReceipt {
        var told = self
        told.earlierAnswer = answer
        return told
    }

    fileprivate func settled(_ joined: [JoinedApplication]) throws(StoreError) -> RecordReceipt {
        // A share is kept on its own and says nothing of others.
        guard let followUp, followUp.kind != .statusShare, !isNotice || !joined.isEmpty else { return self }
        var settled = self
        settled.applicationNos = joined.map(\.record.applicationNo)
        if let first = joined.first {
            settled.outcome = .accepted
            if isNotice { settled.result.clocks = try first.clocks(startedAt: followUp.receivedAt.timestamp) }
            settled.result.queue = first.record.queue
            settled.result.missing = try first.record.application.value("missing")?.array ?? []
        } else {
            settled.outcome = .parked
            settled.parked = Parked(since: followUp.receivedAt, until: followUp.keepUntil)
        }
        settled.progress = (
            followUp.kind,
            FollowUpProgress(
                followUp.kind, joined.isEmpty ? .parked : .attached, standings: joined.map(\.record.standing))
        )
        return settled
    }
}

extension JoinedApplication {
    /// Those of its clocks that a message has started: all others run on as they were told before.
    fileprivate func clocks(startedAt moment: Timestamp) throws(StoreError) -> [Clock] {
        var started: [Clock] = []
        for running in clocks where running.isRunning {
            let clock = try running.clock(of: record.applicationNo)
            if clock.startedAt == moment { started.append(clock) }
        }
        return started
    }
}

/// What translation and triage say of one record, the same in a receipt and in a dry run.
public struct RecordResult: Sendable {
    /// The institution's queue, where there is one.
    public internal(set) var queue: String?
    public let findings: [Finding]
    public internal(set) var missing: [JSONValue]
    public internal(set) var clocks: [Clock]
    public let hints: [Hint]

    init(of step: Pipeline.Step, queue: String?, documentFindings: [Finding] = []) {
        self.queue = queue
        findings = documentFindings + step.findings
        missing = step.assessment?.missing ?? []
        clocks = step.assessment?.clocks ?? []
        hints = step.assessment?.hints ?? []
    }
}

extension JSONObject {
    mutating func add(_ result: RecordResult) {
        self["queue"] = .text(result.queue) ?? .null
        self["findings"] = .array(result.findings.map(\.json))
        self["missing"] = .array(result.missing)
        self["clocks"] = .array(result.clocks.map(\.json))
        self["hints"] = .array(result.hints.map(\.json))
    }
}
