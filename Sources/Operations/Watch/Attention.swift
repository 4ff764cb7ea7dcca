import Messaging
import Transport
import Triage
import Vocabulary

/// Something that stands still or will soon be late.
public struct Attention: Sendable, Hashable {
    /// The most pressing first.
    public enum Kind: String, Sendable, CaseIterable {
        case storeLost, storeDamaged, storeFull, storeUnwritable, auditBroken, clocksOverdue, hearingNear, receiptLate,
            exchangeFolder,
            reloadRefused,
            deadLetters,
            circuitOpen, queueAge, clocksDueSoon, limitsMoved, calendarMissing, partnerSilence, expiry, paused, parked
    }

    public let kind: Kind
    /// The clock, application, cause, endpoint, queue, partner or key that it is about; empty where there is only one of them.
    public let subject: String
    public let count: Int
    /// Since when; for what is to come, when it will be.
    public let since: Instant?
    /// Whose turn it is.
    public let turn: LocalizedText
    /// What to press.
    public let advice: LocalizedText
    /// The applications that are meant, where each of them rings.
    public let cases: [String]

    init(
        _ kind: Kind, _ subject: String, count: Int, since: Instant?, turn: LocalizedText? = nil,
        advice: LocalizedText? = nil, cases: [String] = []
    ) {
        self.kind = kind
        self.subject = subject
        self.count = count
        self.since = since
        self.turn = turn ?? kind.turn.label
        self.advice = advice ?? kind.advice
        self.cases = cases
    }
}
