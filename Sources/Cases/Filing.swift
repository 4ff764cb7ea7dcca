import Messaging
import Vocabulary

/// When a claim was filed with a court, as the court's message tells it.
struct Filing: Sendable {
    /// When it was filed, and by what the clocks go: a claim that was filed before the application came stops what its limits
    /// would have counted then.
    let at: Instant
    /// Whether that is another time than the one that was told.
    let isMoved: Bool

    /// - Parameter now: when the message came: by that where it tells no time, or one that is still to come.
    init(told text: String?, heardOf now: Instant) {
        guard let told = text.flatMap({ Timestamp(canonical: $0) }) else {
            (at, isMoved) = (now, text != nil)
            return
        }
        // A day is taken as its end, which may still be to come.
        isMoved = told.date > now.timestamp.date
        at = isMoved ? now : min(Instant(told), now)
    }
}
