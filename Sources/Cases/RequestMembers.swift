import StrictJSON
import Transport
import Vocabulary

/// Members of a call's body, read strictly: absent, or what they should be.
extension JSONObject {
    /// - Throws: `Problem` `.badRequest` where it is no text, empty, or too long.
    func text(_ name: String, atMost limit: Int) throws(Problem) -> String? {
        guard let given = self[name] else { return nil }
        guard let text = given.string, !text.isEmpty, text.count <= limit else {
            throw Problem(
                .badRequest, zh: "\(name) 应为不超过 \(limit) 字的文字。",
                en: "\(name) must be a text of at most \(limit) characters.")
        }
        return text
    }

    /// When something happened: neither to come, nor before what it is about was here.
    ///
    /// - Throws: `Problem` `.badRequest` where it is no moment, or none that it can be.
    func moment(_ name: String, from start: Instant, until now: Instant) throws(Problem) -> Instant? {
        guard let given = self[name] else { return nil }
        // Read and written again, a moment that never is becomes another.
        guard let text = given.string, let moment = Timestamp(rfc3339: text), moment.rfc3339 == text else {
            throw Problem(
                .badRequest, zh: "\(name) 应为北京时间的日期时间（RFC 3339），如 2026-03-02T09:30:00+08:00。",
                en: "\(name) is a date and time of China's (RFC 3339), such as 2026-03-02T09:30:00+08:00.")
        }
        let at = Instant(moment)
        // It is told to the second.
        guard at <= now, at.milliseconds >= start.milliseconds / 1000 * 1000 else {
            throw Problem(
                .badRequest, zh: "\(name) 不能晚于现在，也不能早于收到来件的时间。",
                en: "\(name) can be neither in the future nor before what it is about was received.")
        }
        return at
    }
}
