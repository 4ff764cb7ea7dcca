/// What an institution says of a lead.
public enum LeadAnswer: String, Sendable, CaseIterable {
    case contacted
    /// The person's own will is recorded.
    case consented
    case declined
    /// Another institution of the city should speak with the person.
    case passedOn
}
