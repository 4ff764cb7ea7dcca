import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Sends a return address a message that means nothing, and tells what was answered. It is no status: it bears
/// `X-Gateway-Ping`, and nothing is stored, retried or counted.
public struct ConnectionTest: Sendable {
    /// Of an answer that much is shown.
    private static let shown = 2000

    private let client: HTTPClient
    private let now: @Sendable () -> Instant
    private let identifiers: IdentifierSource

    public init(client: HTTPClient, now: @escaping @Sendable () -> Instant, identifiers: IdentifierSource) {
        self.client = client
        self.now = now
        self.identifiers = identifiers
    }

    public func test(_ address: ReturnAddress) async -> ConnectionAnswer {
        let began = ContinuousClock.now
        let moment = now()
        let id = identifiers.next(at: moment)
        let body: JSONValue = ["ping": .string(id), "at": .string(moment.rfc3339)]
        var response: HTTPResponse?
        var verdict: Verdict
        do throws(UnsignedPush) {
            let request = try address.request(
                [("Content-Type", "application/json"), ("Idempotency-Key", id), ("X-Gateway-Ping", "true")],
                body: body.serialized(), answerBytes: Self.shown, at: moment)
            do throws(HTTPClientError) {
                let answer = try await client.send(request)
                verdict = Verdict(answer, confirmation: address.confirmation, now: now())
                response = answer
            } catch {
                verdict = Verdict(unreached: error)
            }
        } catch {
            verdict = Verdict(error)
        }
        let (outcome, said) = verdict.told
        let took = ContinuousClock.now - began
        return ConnectionAnswer(
            url: Self.told(address.url), outcome: outcome, said: said,
            milliseconds: Int(took / .milliseconds(1)), status: response?.status,
            mediaType: response?.header("Content-Type"), body: Array(response?.body.prefix(Self.shown) ?? []))
    }

    /// Without user, query and fragment (RFC 3986 §3).
    private static func told(_ url: String) -> String {
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
        let rest = bare[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        return String(bare[..<scheme.upperBound]) + host + rest.dropFirst(authority.count)
    }
}

extension Verdict {
    init(unreached error: HTTPClientError) {
        self = .failed(
            .notReached(error.code), problem: "not reached: \(error.code)", asked: nil, isAddressAtFault: true)
    }

    fileprivate var told: (ConnectionAnswer.Outcome, String) {
        switch self {
        case .confirmed(let answer): (.confirmed, answer)
        case .failed(_, let problem, _, _): (.failed, problem)
        case .refused(_, let problem): (.refused, problem)
        }
    }
}
