import Messaging
import StrictJSON
import Transport
import Vocabulary

/// The limits that moved when a plan of days off or a rule came into force.
extension ClockService {
    public struct MovedPage: Sendable {
        public let limits: [MovedLimit]
        /// Leads to the next page; nothing on the last.
        public let next: String?
    }

    /// The newest first.
    ///
    /// - Parameter after: the last page's `next`.
    /// - Throws: `Problem` `.badRequest` where `after` did not come from a page; `StoreError`.
    public func moved(of institution: String?, after: String?, limit: Int) async throws -> MovedPage {
        let id = try after.map { text throws(Problem) in
            guard let id = Int64(text) else {
                throw Problem(
                    .badRequest, zh: "参数 after 应为上一页的 next。", en: "Parameter after takes the last page's next.")
            }
            return id
        }
        let limits = try await store.movedLimits(of: institution, before: id, limit: limit)
        return MovedPage(limits: limits, next: limits.count == limit ? limits.last.map { "\($0.id)" } : nil)
    }

    var movedRoute: Route {
        Route("GET", "/v1/clocks/moved", may: .look) { request, _ in
            let limit = try request.query("limit", in: 1...500, default: 100)
            let page = try await moved(
                of: request.query("institution"), after: request.query("after"), limit: limit)
            return .json(.compact([("moved", .array(page.limits.map(\.listed))), ("next", .text(page.next))]))
        }
    }
}

extension MovedLimit {
    var listed: JSONValue {
        .compact([
            ("applicationNo", .string(applicationNo)), ("clock", .string(clock)), ("institution", .text(institution)),
            ("from", .string(from.rfc3339)), ("to", .string(to.rfc3339)), ("wasProvisional", .bool(wasProvisional)),
            ("provisional", .bool(isProvisional)), ("at", .string(at.rfc3339)),
        ])
    }
}
