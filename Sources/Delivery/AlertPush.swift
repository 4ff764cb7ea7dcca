import Messaging
import Observability
import Transport
import Vocabulary

/// Sends an alert straight to the alarm system, for where the store that alerts wait in is what is at fault.
public struct AlertPush: Sendable {
    private let client: HTTPClient
    private let address: ReturnAddress?
    private let now: @Sendable () -> Instant
    private let log: Log

    /// - Parameter address: the alarm system's; nothing where there is none.
    public init(client: HTTPClient, address: ReturnAddress?, now: @escaping @Sendable () -> Instant, log: Log) {
        self.client = client
        self.address = address
        self.now = now
        self.log = log
    }

    /// - Returns: whether it need not be sent again: it was taken, or nobody is to be told.
    public func send(_ message: AlertMessage) async -> Bool {
        guard let address else { return true }
        let verdict: Verdict
        do throws(UnsignedPush) {
            let request = try address.request(
                [("Content-Type", AlertMessage.mediaType), ("Idempotency-Key", message.id)],
                body: Array(message.body.utf8), answerBytes: 2000, at: now())
            do throws(HTTPClientError) {
                verdict = Verdict(try await client.send(request), confirmation: address.confirmation, now: now())
            } catch {
                verdict = Verdict(unreached: error)
            }
        } catch {
            verdict = Verdict(error)
        }
        switch verdict {
        case .confirmed: return true
        case .failed(_, let problem, _, _), .refused(_, let problem):
            log.warning(
                "an alert about the store was not taken", [("id", .string(message.id)), ("problem", .string(problem))])
            return false
        }
    }
}
