import Testing

@testable import Vocabulary

/// Every event that the product can report.
private let events: [ApplicationEvent] =
    [
        .chooseQueue, .returnToSender, .senderCancels, .signIn, .proposeHandover, .targetSignsIn, .targetReturns,
        .handoverTimeout, .cityAssigns, .handOutside, .outsideSignsIn, .personApplies,
    ] + CaseEvent.allCases.map(ApplicationEvent.report) + LeadAnswer.allCases.map(ApplicationEvent.answerLead)

/// Where an application begins, by what the intake makes of its record.
private let beginnings = [
    ApplicationStanding(referral: .leadOnly, lead: .registered), ApplicationStanding(referral: .routingManual),
    ApplicationStanding(referral: .queued), ApplicationStanding(referral: .handedOver, handover: .proposed),
]

private func next(_ standing: ApplicationStanding, _ event: ApplicationEvent, _ route: AidRoute = .byApplication)
    -> ApplicationMachine.Transition?
{
    try? ApplicationMachine.transition(from: standing, on: event, route: route)
}

/// Every standing that can be reached from the beginnings.
private func reachable(_ route: AidRoute) -> Set<ApplicationStanding> {
    var reached = Set(beginnings)
    var waiting = beginnings
    while let standing = waiting.popLast() {
        for event in events {
            // Returns are counted without end; after the city centre's word more of them tell nothing new.
            guard let transition = next(standing, event, route), transition.standing.returns <= 3,
                reached.insert(transition.standing).inserted
            else { continue }
            waiting.append(transition.standing)
        }
    }
    return reached
}

@Suite struct ApplicationMachineTests {
    @Test func `every state can be reached, and every event happens somewhere`() {
        var standings: Set<ApplicationStanding> = []
        for route in AidRoute.allCases { standings.formUnion(reachable(route)) }
        #expect(Set(standings.map(\.referral)) == Set(ReferralState.allCases))
        #expect(Set(standings.compactMap(\.caseState)) == Set(CaseState.allCases))
        #expect(Set(standings.map(\.handover)) == Set(HandoverState.allCases))
        #expect(Set(standings.compactMap(\.lead)) == Set(LeadState.allCases))
        for event in events where event != .report(.transfer) {
            let happens = AidRoute.allCases.contains { route in
                standings.contains { next($0, event, route) != nil }
            }
            #expect(happens, "\(event)")
        }
    }

    /// What the schema's constraints hold too.
    @Test(arguments: AidRoute.allCases)
    func `a standing makes sense wherever a case has come to`(route: AidRoute) {
        for standing in reachable(route) {
            #expect((standing.handover == .proposed) == (standing.referral == .handedOver), "\(standing)")
            if standing.referral == .signedIn { #expect(standing.caseState != nil, "\(standing)") }
            if [.leadOnly, .routingManual, .cancelled, .returnedToSender].contains(standing.referral) {
                #expect(standing.caseState == nil, "\(standing)")
            }
            // A lead has no case, and what has a case is no lead.
            if standing.isLead { #expect([.leadOnly, .cancelled].contains(standing.referral), "\(standing)") }
        }
    }

    @Test(arguments: AidRoute.allCases)
    func `a cancelled or returned application is over, and nothing moves it`(route: AidRoute) {
        for standing in reachable(route) where [.cancelled, .returnedToSender].contains(standing.referral) {
            #expect(standing.isOver)
            for event in events { #expect(next(standing, event, route) == nil, "\(standing) \(event)") }
        }
    }

    @Test func `what nobody has signed in yet is cancelled by its sender, even while another is asked to take it`()
        throws
    {
        let proposed = try #require(next(ApplicationStanding(referral: .queued), .proposeHandover)).standing
        let cancelled = try #require(next(proposed, .senderCancels))
        #expect(cancelled.standing == ApplicationStanding(referral: .cancelled))
        #expect(Set(cancelled.effects) == [.endMessage, .endClocks, .tellTargetOfWithdrawal])
        let signedIn = try #require(next(ApplicationStanding(referral: .queued), .signIn)).standing
        #expect(next(signedIn, .senderCancels) == nil)
        // Signed in by the first, then proposed to another: a case has begun.
        let begun = try #require(next(signedIn, .proposeHandover)).standing
        #expect(next(begun, .senderCancels) == nil)
    }

    @Test func `the second return goes to the city centre, whose word binds`() throws {
        var standing = ApplicationStanding(referral: .queued)
        for isLast in [false, true] {
            standing = try #require(next(standing, .proposeHandover)).standing
            let returned = try #require(next(standing, .targetReturns))
            standing = returned.standing
            #expect(standing.handover == (isLast ? .escalated : .collected))
            #expect(returned.effects.contains(.tellCityCentre) == isLast)
        }
        #expect(next(standing, .proposeHandover) == nil)
        #expect(try #require(next(standing, .cityAssigns)).standing.handover == .handedOver)
    }

    @Test func `what is refused says which steps of the case are legal`() throws {
        let signedIn = try #require(next(ApplicationStanding(referral: .queued), .signIn)).standing
        let refusal = #expect(throws: ApplicationMachine.Refusal.self) {
            try ApplicationMachine.transition(from: signedIn, on: .report(.close), route: .byApplication)
        }
        #expect(refusal?.legal == CaseMachine.legalEvents(in: .pendingIntake, route: .byApplication))
    }

    @Test func `a returned hand-over goes on where the case was, and the sender is told of a sign-in once`() throws {
        let signedIn = try #require(next(ApplicationStanding(referral: .queued), .signIn))
        #expect(signedIn.effects == [.tellSender(.signedIn)])
        let accepted = try #require(next(signedIn.standing, .report(.accept))).standing
        let proposed = try #require(next(accepted, .proposeHandover)).standing
        let back = try #require(next(proposed, .targetReturns)).standing
        let again = try #require(next(back, .signIn))
        #expect(again.standing.caseState == .accepted)
        #expect(again.effects == [])
    }
}

@Suite struct StoredWords {
    @Test func `a history event is read as it was written`() {
        let all = HistoryEvent.Entry.allCases.map(HistoryEvent.entry) + CaseEvent.allCases.map(HistoryEvent.step)
        for event in all { #expect(HistoryEvent(rawValue: event.rawValue) == event) }
        #expect(Set(all.map(\.rawValue)).count == all.count)
        #expect(HistoryEvent(rawValue: "no such word") == nil)
    }

    @Test(arguments: [
        DeadLetterCause.invalid(code: "missing", rule: "court/defence-notice:14"),
        .invalid(code: "unknownCode", path: "materials[3].title"), .invalid(code: nil), .unroutable(),
        .unroutable(rule: "RT-07"), .leasesEnded, .rejected, .expired, .unreadablePayload(on: .application),
        .unreadablePayload(on: .status), .undeliverable(.refused(404)), .undeliverable(.http(503)),
        .undeliverable(.notReached("timedOut")), .undeliverable(.notConfirmed), .undeliverable(.notWritten),
    ])
    func `a cause is read as it was written`(cause: DeadLetterCause) {
        #expect(DeadLetterCause(name: cause.name) == cause)
    }

    @Test(arguments: ["", "invalid", "dead/other", "exhausted/leased premises", "expired/maybe", "unroutable/RT-07"])
    func `a cause that no release wrote is none`(name: String) { #expect(DeadLetterCause(name: name) == nil) }

    @Test func `places of one list are one cause`() {
        #expect(DeadLetterCause.invalid(code: "x", path: "a[3].b").place == "a[].b")
    }

    @Test func `a clock trigger is read as it was written`() {
        for trigger in ClockTrigger.all { #expect(ClockTrigger(rawValue: trigger.rawValue) == trigger) }
        #expect(ClockTrigger(rawValue: "stageNotice") == nil)
    }
}
