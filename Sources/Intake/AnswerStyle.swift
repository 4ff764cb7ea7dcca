import Messaging
import StrictJSON
import Transport

/// How a sender reads its answer: in JSON, or in XML where it speaks nothing else.
struct AnswerStyle: Sendable {
    let isXML: Bool
    /// `Accept-Language` (RFC 9110 §12.5.4).
    var language: String?

    init(isXML: Bool) { self.isXML = isXML }

    /// As the caller asks.
    init(of request: HTTPRequest) {
        isXML = Self.asksForXML(request.header("Accept"))
        language = request.header("Accept-Language")
    }

    /// Whether XML is accepted (RFC 9110 §12.5.1) and JSON does not stand before it.
    private static func asksForXML(_ accept: String?) -> Bool {
        for range in (accept ?? "").lowercased().split(separator: ",") {
            if range.contains("json") || range.contains("*/*") { return false }
            if range.contains("xml") { return true }
        }
        return false
    }

    /// - Throws: `Problem` for what is answered as an error of the call; `StoreError.corrupt` where a stored answer cannot be
    ///   read.
    func response(to admission: Admission) throws -> HTTPResponse {
        switch admission {
        case .new(let receipt, let written):
            let headers = [Self.location(receipt.referralID)]
            return isXML
                ? XMLRendering.response(receipt.json, root: "receipt", status: 202, headers: headers)
                : .json(written, status: 202, headers: headers)
        case .invalid(let invalid): return response(to: invalid.problem)
        case .same(let first): return try response(to: first)
        case .conflict(let referralID): throw Problem.messageIDConflict(referralID: referralID)
        case .superseded: throw Problem.deadLetterEnded
        }
    }

    func response(to problem: Problem) -> HTTPResponse {
        let json = problem.json(language: language)
        return isXML
            ? XMLRendering.response(json, root: "problem", status: problem.kind.status, headers: problem.headers)
            : Self.problem(json.serialized(), status: problem.kind.status, headers: problem.headers)
    }

    /// What was stored is what was answered; only for XML it is read again.
    private func response(to first: StoredAnswer) throws(StoreError) -> HTTPResponse {
        let replayed = (name: "Idempotent-Replayed", value: "true")
        if first.isProblem {
            let status = Problem.Kind.notTranslatable.status
            return isXML
                ? XMLRendering.response(try first.json(), root: "problem", status: status, headers: [replayed])
                : Self.problem(first.bytes, status: status, headers: [replayed])
        }
        let headers = [Self.location(first.referralID), replayed]
        return isXML
            ? XMLRendering.response(try first.json(), root: "receipt", status: 200, headers: headers)
            : .json(first.bytes, status: 200, headers: headers)
    }

    private static func problem(
        _ json: [UInt8], status: Int, headers: [(name: String, value: String)]
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/problem+json; charset=utf-8")] + headers,
            body: json)
    }

    private static func location(_ referralID: String) -> (name: String, value: String) {
        (name: "Location", value: "/v1/referrals/\(referralID)")
    }
}
