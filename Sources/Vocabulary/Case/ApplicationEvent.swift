/// What happens to an application.
public enum ApplicationEvent: Sendable, Hashable {
    /// A dispatcher, or the rules as they are by now, name the institution of one that could not be routed.
    case chooseQueue
    /// A dispatcher returns one that no institution can be found for.
    case returnToSender
    /// The sender takes it back.
    case senderCancels
    /// The institution that is responsible takes it.
    case signIn
    /// An institution says what happened in its case.
    case report(CaseEvent)
    /// Another institution of the city is asked to take it (首问负责: who was asked first stays responsible).
    case proposeHandover
    /// The institution that was asked takes it.
    case targetSignsIn
    /// The institution that was asked sends it back.
    case targetReturns
    /// The institution that was asked did not answer in time (CLK-24).
    case handoverTimeout
    /// The city centre says whose it is.
    case cityAssigns
    /// It belongs outside the city and goes there by letter; whoever sends it stays responsible until it is received.
    case handOutside
    /// The institution outside the city has said in writing that it took it.
    case outsideSignsIn
    /// The sender of a lead hands in the person's own will.
    case personApplies
    /// An institution says what became of a lead.
    case answerLead(LeadAnswer)
}
