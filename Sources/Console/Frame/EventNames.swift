import Vocabulary

/// The names that pages give to events and outcomes, for the commands that show the same.
public enum EventNames {
    /// What an event of a history is called.
    public static func text(of event: String) -> LocalizedText {
        LocalizedText(zh: HistoryWords.name(event, .zh), en: HistoryWords.name(event, .en))
    }

    /// What became of a message, by the word in its receipt.
    public static func text(ofOutcome outcome: String) -> LocalizedText {
        Outcome(rawValue: outcome)?.label ?? LocalizedText(zh: outcome, en: outcome)
    }
}
