import Foundation
import Messaging
import StrictJSON
import Transport

extension DeadLetterDesk {
    /// The operators' calls about dead letters.
    public var routes: [Route] {
        [
            Route("GET", "/v1/dead-letters", for: .operator) { request, _ in
                let filter = DeadLetterFilter(
                    reason: try choice("reason", of: request), partnerID: request.query("partner"),
                    queue: request.query("queue"), channel: try choice("channel", of: request))
                let limit = try request.query("limit", in: 1...500, default: 50)
                return .json(try await list(filter, after: request.query("after"), limit: limit))
            },
            Route("GET", "/v1/dead-letters/{id}", for: .operator) { _, visit in
                .json(try await show(visit.value("id")))
            },
            Route("POST", "/v1/dead-letters/{id}/retry", for: .operator) { request, visit in
                let body = try request.jsonObject()
                return .json(
                    try await retry(
                        visit.value("id"), actor: visit.caller().id, reason: body["reason"]?.string ?? "",
                        edited: try Self.edited(in: body), queue: body["queue"]?.string))
            },
            Route("POST", "/v1/dead-letters/{id}/discard", for: .operator) { request, visit in
                guard let reason = try request.jsonObject()["reason"]?.string, !reason.isEmpty else {
                    throw Problem(.badRequest, zh: "丢弃须写明理由 reason。", en: "Discarding needs a reason.")
                }
                return .json(try await discard(visit.value("id"), actor: visit.caller().id, reason: reason))
            },
        ]
    }

    /// The mended message in Base64 (RFC 4648 §4), since its bytes may be GB18030 and must arrive as they are.
    private static func edited(in body: JSONObject) throws(Problem) -> [UInt8]? {
        guard let text = body["editedBase64"]?.string else { return nil }
        guard let data = Data(base64Encoded: text) else {
            throw Problem(.badRequest, zh: "editedBase64 不是合法的 Base64。", en: "editedBase64 is not valid Base64.")
        }
        return [UInt8](data)
    }

    private func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, of request: HTTPRequest
    ) throws(Problem) -> Value? where Value.RawValue == String {
        guard let text = request.query(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, zh: "参数 \(name) 可用值：\(known)。", en: "Parameter \(name) takes: \(known).")
        }
        return value
    }
}
