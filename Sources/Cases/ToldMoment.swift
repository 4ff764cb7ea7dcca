import Transport
import Vocabulary

extension Instant {
    /// Holds a moment that a call tells against when it can have been.
    ///
    /// - Parameters:
    ///   - pointer: where it stands in the body.
    ///   - start: when what it is about began; a moment is told to the second.
    /// - Throws: `Problem` `.badRequest` where it lies before that, or is still to come.
    func check(toldAt pointer: String, from start: Instant, until now: Instant) throws(Problem) {
        guard self > now || milliseconds < start.milliseconds / 1000 * 1000 else { return }
        let (name, first) = (pointer.dropFirst(), start.timestamp.rfc3339)
        throw .badMember(
            "outOfRange", at: pointer, zh: "\(name) 不能晚于现在，也不能早于所述事项在此开始的时间（\(first)）。",
            en: "\(name) can be neither in the future nor before \(first), when it began.")
    }
}
