/// What became of one record, as the receipt tells it.
public enum Outcome: String, Sendable, CaseIterable {
    case accepted, lead, shared, parked, invalid
}
