import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Partners send their own failed statuses on again, without an operator.
public struct StatusReplay: Sendable {
    /// In one call.
    private static let most = 500

    let store: any PartnerViewStore
    let deadLetters: DeadLetterService

    public var routes: [Route] {
        [
            Route("POST", "/v1/statuses/{id}/replay", for: .partner) { request, visit in
                let reason = try request.read { $0.text("reason", atMost: RequestBody.reasonLength) }
                let id = visit.value("id")
                try await replay(id, by: visit.caller(), reason: reason)
                return .json(["id": .string(id), "replayed": true])
            },
            Route("POST", "/v1/statuses/replay", for: .partner) { request, visit in
                let (since, reason) = try request.read {
                    ($0.moment("since"), $0.text("reason", atMost: RequestBody.reasonLength))
                }
                return .json(try await replayAll(since: since, by: visit.caller(), reason: reason))
            },
        ]
    }

    private static let usualReason = "the partner asked for it again"

    private func replay(_ id: String, by caller: Caller, reason: String?) async throws {
        // Another partner's is as unknown as one that never was.
        guard let letter = try await deadLetters.store.deadLetter(id), letter.summary.channel == .status,
            letter.summary.partnerID == caller.id
        else {
            throw Problem(
                .notFound, zh: "贵单位没有这条失败的状态；GET /v1/statuses?state=failed 列出全部。",
                en: "You have no failed status of this id; GET /v1/statuses?state=failed lists them.")
        }
        try await deadLetters.retry(
            id, version: letter.summary.version, by: caller, reason: reason ?? Self.usualReason)
    }

    /// Whoever is faster, an operator or another call, has the letter; that one is not counted here.
    private func replayAll(since: Instant?, by caller: Caller, reason: String?) async throws -> JSONValue {
        var filter = ToldStatusFilter(partnerID: caller.id)
        filter.since = since
        filter.states = [.dead]
        let found = try await store.toldStatuses(filter, after: nil, limit: Self.most + 1)
        var replayed = 0
        for status in found.prefix(Self.most) {
            do {
                try await replay(status.envelope.id, by: caller, reason: reason)
                replayed += 1
            } catch let problem as Problem where problem.kind == .stale || problem.kind == .notFound {
                continue
            }
        }
        return ["replayed": JSONValue(replayed), "more": .bool(found.count > Self.most)]
    }
}
