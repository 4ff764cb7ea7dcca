import Messaging
import Vocabulary

/// When a claim was filed with a court, as the court's message tells it.
struct Filing: Sendable {
    /// By what the clocks go: a claim that was filed before the application came was in time whenever that came.
    let at: Instant
    /// Whether that is another time than the one that was told.
    let isMoved: Bool

    /// - Parameter now: when the message came: by that where it tells no time, or one that is still to come.
    init(told text: String?, of record: ApplicationRecord, heardOf now: Instant) {
        guard let told = text.flatMap({ Timestamp(canonical: $0) }) else {
            (at, isMoved) = (now, text != nil)
            return
        }
        // A day is taken as its end, which may still be to come.
        let isToCome = told.date > now.timestamp.date
        let isEarlier = told.date < record.receivedAt.timestamp.date
        at = isToCome ? now : max(min(Instant(told), now), record.receivedAt)
        isMoved = isToCome || isEarlier
    }
}
