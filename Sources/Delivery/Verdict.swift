import Messaging
import Transport
import Vocabulary

/// What one try to deliver came to.
enum Verdict: Sendable, Hashable {
    case confirmed(answer: String)
    /// It may pass. `isAddressAtFault`: nobody answered, or whoever did spoke for the whole address.
    case failed(DeadLetterFailure, problem: String, asked: Duration?, isAddressAtFault: Bool)
    /// Refused for good.
    case refused(DeadLetterFailure, problem: String)

    /// 2xx confirms, where it says what the receiver agreed to say; 408, 425, 429 and 5xx may pass; every other answer,
    /// a redirect too, is a refusal for good (RFC 9110 §15).
    ///
    init(
        _ response: HTTPResponse, confirmation: AgreedAnswer?, now: Instant
    ) {
        let found =
            response.body.isEmpty
            ? nil : AnswerReading.value(of: response.body, at: confirmation?.path ?? Self.usualCodes)
        let answer = "HTTP \(response.status)" + (found.map { ", code \(Self.masked($0))" } ?? "")
        switch response.status {
        case 200..<300:
            guard let confirmation, found != confirmation.equals else {
                self = .confirmed(answer: answer)
                return
            }
            self = .failed(
                .notConfirmed, problem: answer + ", but not the confirmation that was agreed", asked: nil,
                isAddressAtFault: false)
        case 408, 425, 429, 500..<600:
            self = .failed(
                .http(response.status), problem: answer,
                asked: RetryAfter.duration(response.header("Retry-After"), now: now),
                isAddressAtFault: [429, 502, 503, 504].contains(response.status))
        default: self = .refused(.refused(response.status), problem: "refused with " + answer)
        }
    }

    /// Where receivers usually put their result code.
    private static let usualCodes = "string((//JGZT | /root/code | /root/resultCode | /root/status)[1])"

    /// Codes are short words; anything else might be about a person and is not kept.
    private static func masked(_ code: String) -> String {
        let isCode =
            (1...12).contains(code.utf8.count)
            && code.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
        // Eleven digits are a telephone number.
        return isCode && !(code.utf8.count > 8 && code.utf8.allSatisfy { $0 <= 57 }) ? code : "(masked)"
    }
}
