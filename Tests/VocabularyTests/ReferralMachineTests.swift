import Testing
import Vocabulary

@testable import Canonical

@Suite struct Referrals {
    /// Every step of the table in the domain description; whatever is not here is illegal.
    private static let steps: [ReferralState: [ReferralEvent: ReferralState]] = [
        .received: [
            .sameIdSameDigest: .duplicate, .sameIdOtherDigest: .quarantined, .parseOk: .normalized,
            .parseFail: .quarantined, .securityFail: .quarantined,
        ],
        .normalized: [
            .kindIsShare: .shared, .noWillNoNotice: .leadOnly, .routeUnique: .routed, .routeAmbiguous: .routingManual,
            .essentialsMissing: .routingManual, .referralFound: .attached, .referralMissing: .parked,
        ],
        .leadOnly: [.senderCancels: .cancelled],
        .routingManual: [.dispatcherChooses: .routed, .senderCancels: .cancelled],
        .routed: [.deliver: .queued, .senderCancels: .cancelled],
        .queued: [.signIn: .signedIn, .notCompetent: .handedOver, .senderCancels: .cancelled],
        .signedIn: [.notCompetent: .handedOver],
        .handedOver: [.signIn: .signedIn, .targetReturns: .queued, .deliver: .queued],
        .parked: [.referralFound: .attached, .waitExpired: .quarantined],
        .quarantined: [.fixedByHand: .normalized, .reject: .returnedToSender],
    ]

    @Test(arguments: ReferralState.allCases, ReferralEvent.allCases)
    func `every event is legal exactly where the table says`(state: ReferralState, event: ReferralEvent) {
        let expected = Self.steps[state]?[event]
        do throws(ReferralMachine.IllegalTransition) {
            #expect(try ReferralMachine.next(state, event) == expected)
        } catch {
            #expect(expected == nil)
            #expect(error.state == state && error.event == event)
            #expect(Set(error.legal) == Set((Self.steps[state] ?? [:]).keys))
        }
    }

    @Test func `every state can be reached`() {
        let reached = Set(Self.steps.values.flatMap(\.values)).union([.received])
        #expect(reached == Set(ReferralState.allCases))
    }
}
