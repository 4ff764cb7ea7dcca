import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Messages that came before the referral they belong to, and wait for it.
public struct ParkedMessageService: Sendable {
    /// Of a page.
    public static let most = 100

    let store: any FollowUpStore
    let cases: any CaseServices
    let deadLetters: DeadLetterService
    let now: @Sendable () -> Instant

    /// Those that are given up first come first.
    public func list(
        of partnerID: String? = nil, after cursor: FollowUpCursor? = nil, limit: Int = most
    ) async throws(StoreError) -> [FollowUpRecord] {
        try await store.parkedFollowUps(of: partnerID, after: cursor, limit: limit)
    }

    /// How many wait, by sender, however many that are.
    public func figures() async throws(StoreError) -> [ParkedFigures] { try await store.parkedFigures() }

    /// What a person may do about one that waits.
    public enum Act: String, Sendable, CaseIterable {
        /// To an application that the person names.
        case attach
        /// It waits no more and becomes a dead letter, which everything can be done about.
        case endWaiting
        /// The same, and that is discarded; its sender is told.
        case discard
    }

    /// - Parameter applicationNo: whose it is; needed to attach.
    /// - Throws: `Problem` `.stale` where it waits no more, `.badRequest` where it is not that application's.
    public func act(
        _ act: Act, on id: String, applicationNo: String?, by caller: Caller, reason: String
    ) async throws {
        switch act {
        case .attach:
            guard let applicationNo, !applicationNo.isEmpty else {
                throw Problem(.badRequest, zh: "请填写要并入的受理号。", en: "Name the application that it belongs to.")
            }
            let entry = AuditAct(.attachParked, on: id, by: caller, detail: "\(applicationNo): \(reason)", at: now())
            switch try await cases.attachParked(id, to: applicationNo, act: entry) {
            case .done: return
            case .stale: throw Self.stale
            case .noApplication:
                throw Problem(.badRequest, zh: "没有这个受理号的申请。", en: "There is no application of this number.")
            case .notTheirs:
                throw Problem(
                    .badRequest, zh: "不能并入：报文写的是另一位当事人，或该申请已不能再作此变更。",
                    en:
                        "It cannot be attached: it names another person, or that application takes no such change any more."
                )
            }
        case .endWaiting: try await endWaiting(of: id, by: caller, reason: reason)
        case .discard:
            try await endWaiting(of: id, by: caller, reason: reason)
            _ = try await deadLetters.discard(id, by: caller, reason: reason)
        }
    }

    private func endWaiting(of id: String, by caller: Caller, reason: String) async throws {
        let entry = AuditAct(.endWaiting, on: id, by: caller, detail: reason, at: now())
        switch try await store.giveUpFollowUp(id, entry) {
        case .done: return
        case .stale: throw Self.stale
        case .notFound: throw Problem(.notFound, zh: "没有这份暂存报文。", en: "No such message waits.")
        }
    }

    private static let stale = Problem(
        .stale, zh: "这份报文已不在等待：所属转介已到达，或已由他人处理。",
        en: "It waits no more: its referral has come, or somebody else was first.")

    /// The operators' acts about what waits.
    public var routes: [Route] {
        Act.allCases.map { act in
            Route("POST", act.path, may: .repair) { request, visit in
                let (applicationNo, reason) = try request.read {
                    (act == .attach ? $0.needed("applicationNo", atMost: 64) : nil, $0.reason())
                }
                try await self.act(
                    act, on: visit.value("id"), applicationNo: applicationNo, by: visit.caller(), reason: reason)
                return .json(["id": .string(visit.value("id")), "done": .string(act.rawValue)])
            }
        }
    }
}

extension ParkedMessageService.Act {
    var path: StaticString {
        switch self {
        case .attach: "/v1/parked/{id}/attach"
        case .endWaiting: "/v1/parked/{id}/end-waiting"
        case .discard: "/v1/parked/{id}/discard"
        }
    }
}
