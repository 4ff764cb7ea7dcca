/// What must be done, in the same transaction, because an application has moved.
public enum ApplicationEffect: Sendable, Hashable {
    /// The message that carries it to an institution ends: nobody need sign it in any more.
    case endMessage
    /// Whatever carried it ends; a new message carries it to the institution that must sign it in now.
    case sendMessage
    /// All its clocks end.
    case endClocks
    /// Its clocks start, pause, go on or stop at this.
    case moveClocks(ClockTrigger)
    /// The sender is told.
    case tellSender(StatusCode)
    /// The institution that knows it already is told that the sender has taken it back.
    case tellResponsibleOfWithdrawal
    /// The institution that was asked to take it is told that the sender has taken it back.
    case tellTargetOfWithdrawal
    /// The institution that is responsible is told that a hand-over came back.
    case tellResponsibleOfReturn
    /// The city centre is told that it must decide.
    case tellCityCentre
}
