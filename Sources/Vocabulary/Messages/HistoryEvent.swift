/// What a line of a history says (Message History): a step that an institution reported, or something of the gateway's own.
public enum HistoryEvent: Sendable, Hashable {
    case step(CaseEvent)
    case entry(Entry)

    public enum Entry: String, Sendable, CaseIterable {
        // A message on its channel.
        case received, delivered, answered, released, leaseEnded, dead, requeued, discarded
        /// A dead letter whose document was sent again, unchanged or mended, or that its sender has corrected.
        case retried, editedAndResent, corrected
        // What follows a referral.
        case parked, matched, expired
        // An application.
        case signedIn, cancelled, withdrawalReceived, materialsAdded, caseEvent, evidenceFound, related, returned
        /// An earlier application that cannot be read was not compared with it.
        case notCompared
        /// What was derived from status shares was taken out when their time was over.
        case sharesErased
        /// The person had wrong data corrected.
        case subjectCorrected
        case queueChosen, suggestSupport, suggestRelief
        case transferProposed, transferSignedIn, transferReturned, transferEscalated, transferAssigned, transferNoted
        case externalHandover, externalReceipt
        // A lead.
        case leadContacted, leadConsented, leadDeclined, leadPassedOn
        // A clock.
        case dueSoon, overdue, limitsMoved
        // An endpoint.
        case paused, resumed
        // The rules of triage, by their digest.
        case inForce
    }

    /// The word in the store.
    public var rawValue: String {
        switch self {
        case .step(let event): event.rawValue
        case .entry(let entry): entry.rawValue
        }
    }

    public init?(rawValue: String) {
        if let entry = Entry(rawValue: rawValue) {
            self = .entry(entry)
        } else if let event = CaseEvent(rawValue: rawValue) {
            self = .step(event)
        } else {
            return nil
        }
    }
}
