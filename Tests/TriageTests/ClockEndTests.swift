import Testing
import Vocabulary

@testable import Triage

/// Over every way that a case can go, by the shipped rules.
@Suite struct ClockEndTests {
    private let rules: [ClockRule]

    init() throws {
        rules = try Shipped().triage.edition(on: try day("2026-09-30")).clocks
            .filter { !$0.judgesReceipt }
    }

    /// Where a case may stand, and whether the clock runs there.
    private struct Place: Hashable {
        let state: CaseState
        let isRunning: Bool
        var work: LawyerWork?
    }

    /// Every place that a case comes to from where an institution signs it in.
    private func places(of rule: ClockRule, _ route: AidRoute) -> Set<Place> {
        let over = rule.stops.union(rule.ends)
        let beginsAtReceipt = rule.on.contains { ["received", "firstContact", "targetSignedIn"].contains($0) }
        var found: Set<Place> = []
        var open = [Place(state: CaseMachine.start(route: route), isRunning: beginsAtReceipt)]
        while let place = open.popLast() {
            guard found.insert(place).inserted else { continue }
            for event in CaseMachine.legalEvents(in: place.state, route: route, work: place.work) {
                guard let next = CaseMachine.next(place.state, event, route: route, work: place.work) else { continue }
                let work = CaseMachine.work(after: event, from: place.state, place.work, to: next)
                // CLK-06 is not started where a lawyer is assigned already.
                let starts = rule.on.contains(event.rawValue) && !(rule.isForNobodyAssigned && place.work != nil)
                let runs = starts || (place.isRunning && !over.contains(event.rawValue))
                open.append(Place(state: next, isRunning: runs, work: work))
                // The organ may notify again while a refusal of the lawyer is examined.
                if next == .refusalExamined, rule.on.contains(ClockTrigger.noticeRepeated.rawValue) {
                    open.append(Place(state: next, isRunning: true))
                }
            }
        }
        return found
    }

    /// The events that lead into a state, or happen in it.
    private func events(around state: CaseState, _ route: AidRoute) -> Set<String> {
        let all = CaseState.allCases.flatMap { from in
            CaseMachine.legalEvents(in: from, route: route)
                .filter { from == state || CaseMachine.next(from, $0, route: route) == state }
        }
        return Set(all.map(\.rawValue))
    }

    @Test(arguments: [AidRoute.byApplication, .byNotification, .byConsultation])
    func `no clock runs on in a case that is over, unless the end itself has started it`(route: AidRoute) {
        var tried = 0
        let others = [AidRoute.byApplication, .byNotification].filter { $0 != route }
        for rule in rules where !others.contains(where: { rule.isOf($0) }) {
            let running = Set(places(of: rule, route).filter(\.isRunning).map(\.state))
            // In those of the others that are over, all clocks end.
            for state in [CaseState.refused, .terminated, .closed] where running.contains(state) {
                let begins = !events(around: state, route).isDisjoint(with: rule.on)
                #expect(begins, "\(rule.head.id) \(rule.head.title) runs on in \(state)")
            }
            tried += running.count
        }
        #expect(tried > (route == .byConsultation ? 5 : 50))
    }

    /// Who was asked to hand a case on and goes on with it owes no hand-over.
    @Test(arguments: [AidRoute.byApplication, .byNotification, .byConsultation])
    func `the first contact's own next step ends the time for handing on`(route: AidRoute) throws {
        let rule = try #require(rules.first { $0.head.id == "CLK-24" })
        for state in CaseState.allCases {
            let legal = CaseMachine.legalEvents(in: state, route: route)
            guard legal.contains(.transfer) else { continue }
            for event in legal where event != .transfer && CaseMachine.next(state, event, route: route) != state {
                #expect(rule.ends.contains(event.rawValue), "\(event) in \(state)")
            }
        }
    }

    @Test func `a supplement period is the first institution's, and ends with its case`() throws {
        let rule = try #require(rules.first { $0.head.id == "CLK-09" })
        #expect(rule.ends.contains(ClockTrigger.targetSignedIn.rawValue))
    }
}

extension ClockRule {
    fileprivate var isForNobodyAssigned: Bool { when?.source.contains("not(/root/progress/work)") ?? false }

    /// Whether it is the rule of a route alone.
    fileprivate func isOf(_ route: AidRoute) -> Bool {
        when?.source.contains("/root/aidRoute = '\(route.rawValue)'") ?? false
    }
}
