import Journal
import Messaging
import StrictJSON
import Transport

/// What an operator does about letters that cannot go on by themselves: look, retry from where it failed, edit and
/// resend, choose a queue, discard.
public struct DeadLetterDesk: Sendable {
    /// Takes a message's bytes through the front door's walk again; handed in, since the doors are not this room's.
    public typealias Replay =
        @Sendable (_ bytes: [UInt8], _ mediaType: String?, _ partnerID: String, _ old: SupersededDeadLetter)
        async throws -> JSONValue

    let store: any MessageStore
    let now: @Sendable () -> Instant
    let replay: Replay
    let log: Log

    public init(
        store: any MessageStore, now: @escaping @Sendable () -> Instant, replay: @escaping Replay, log: Log
    ) {
        self.store = store
        self.now = now
        self.replay = replay
        self.log = log
    }

    /// Again from where it failed.
    ///
    /// - Parameters:
    ///   - edited: other bytes to use instead of an invalid message's own; the original stays as it came.
    ///   - queue: the institution chosen for an unroutable application.
    public func retry(
        _ id: String, actor: String, reason: String, edited: [UInt8]?, queue: String?
    ) async throws -> JSONValue {
        let letter = try await letter(id)
        switch letter.summary.reason {
        case .invalid:
            let result = try await replay(
                edited ?? letter.payload, letter.mediaType, letter.summary.partnerID,
                SupersededDeadLetter(id: id, actor: actor, reason: reason, edited: edited != nil))
            note("retried", letter, actor)
            return ["id": .string(id), "retried": true, "result": result]
        case .unroutable:
            guard let queue else {
                throw Problem(
                    .badRequest, zh: "无法自动分派的申请须指定 queue（机构代码）并写明理由。",
                    en: "An unroutable application needs a queue (an institution's code) and a reason.")
            }
            try await requeue(id, queue: queue, actor: actor, reason: reason)
        case .exhausted, .undeliverable, .expired:
            guard edited == nil else {
                throw Problem(
                    .wrongState, zh: "只有无法转换的报文可以编辑后重发。",
                    en: "Only a message that could not be translated can be edited and resent.")
            }
            try await requeue(id, queue: nil, actor: actor, reason: reason)
        }
        note("retried", letter, actor)
        return ["id": .string(id), "retried": true]
    }

    /// Ends a letter for good. Its bytes and history stay.
    public func discard(_ id: String, actor: String, reason: String) async throws -> JSONValue {
        let letter = try await letter(id)
        guard try await store.discard(id, actor: actor, reason: reason, now: now()) else { throw Self.gone }
        note("discarded", letter, actor)
        return ["id": .string(id), "discarded": true]
    }

    public func list(_ filter: DeadLetterFilter, after cursor: String?, limit: Int) async throws -> JSONValue {
        let letters = try await store.deadLetters(filter, after: cursor, limit: limit)
        return .compact([
            ("deadLetters", .array(letters.map(\.json))),
            ("next", letters.count == limit ? .text(letters.last?.id) : nil),
        ])
    }

    public func show(_ id: String) async throws -> JSONValue { try await letter(id).json }

    private func requeue(_ id: String, queue: String?, actor: String, reason: String) async throws {
        let isRequeued = try await store.requeue(id, queue: queue, actor: actor, reason: reason, now: now())
        guard isRequeued else { throw Self.gone }
    }

    private static let gone = Problem(
        .wrongState, zh: "这封死信已由他人处理。", en: "Somebody else has dealt with this dead letter already.")

    private func letter(_ id: String) async throws -> DeadLetterDetail {
        guard let letter = try await store.deadLetter(id) else {
            throw Problem(.notFound, zh: "没有这封死信，或它已被处理。", en: "No such dead letter, or it was dealt with already.")
        }
        return letter
    }

    private func note(_ act: String, _ letter: DeadLetterDetail, _ actor: String) {
        log.info(
            "dead letter \(act)",
            [
                ("deadLetter", .string(letter.summary.id)), ("reason", .string(letter.summary.reason.rawValue)),
                ("actor", .string(actor)),
            ])
    }
}

extension DeadLetterSummary {
    var json: JSONValue {
        .compact([
            ("id", .string(id)), ("reason", .string(reason.rawValue)), ("channel", .string(channel.rawValue)),
            ("partner", .string(partnerID)), ("queue", .text(queue)), ("messageId", .text(senderMessageID)),
            ("since", .string(since.rfc3339)), ("attempts", JSONValue(attempts)),
            ("problem", .text(problem)), ("remedies", .array(reason.remedies.map { .string($0.rawValue) })),
        ])
    }
}

extension DeadLetterDetail {
    /// Findings, history and remedies; the bytes themselves stay in the store.
    var json: JSONValue {
        var json = summary.json
        json["mediaType"] = .text(mediaType)
        json["bytes"] = JSONValue(payload.count)
        json["digest"] = .text(digest)
        json["findings"] = findings.flatMap { try? JSONValue(parsing: $0) } ?? []
        json["history"] = .array(
            history.map { entry in
                .compact([
                    ("at", .string(entry.at.rfc3339)), ("event", .string(entry.event)),
                    ("actor", .string(entry.actor)), ("detail", .text(entry.detail)),
                ])
            })
        return json
    }
}
