import Foundation
import Testing

@testable import Vocabulary

@Suite struct CaseSteps {
    private typealias Table = [CaseState: [CaseEvent: CaseState]]

    /// Every step of the tables in the domain description; whatever is not here is illegal.
    private static let tables: [AidRoute: Table] = [
        .byApplication: work.mapValues { steps in
            steps[.claimFiled].map { steps.merging([.papersComplete: $0]) { $1 } } ?? steps
        }.merging([
            .pendingIntake: [
                .accept: .accepted, .requestSupplement: .supplementRequested,
                .acceptProvisionally: .provisionallyAccepted, .startAdvance: .advanceAid, .withdraw: .withdrawn,
                .transfer: .transferredOut, .claimFiled: .pendingIntake,
            ],
            .supplementRequested: [
                .supplemented: .accepted, .dueExpired: .deemedWithdrawn, .startAdvance: .advanceAid,
                .withdraw: .withdrawn, .transfer: .transferredOut, .claimFiled: .supplementRequested,
            ],
            .provisionallyAccepted: [
                .supplemented: .accepted, .dueExpired: .deemedWithdrawn, .grant: .granted, .startAdvance: .advanceAid,
                .withdraw: .withdrawn, .transfer: .transferredOut, .claimFiled: .provisionallyAccepted,
            ],
            .accepted: [
                .grant: .granted, .refuse: .refused, .askCrossRegion: .crossRegionChecking, .startAdvance: .advanceAid,
                .withdraw: .withdrawn, .transfer: .transferredOut, .claimFiled: .accepted,
            ],
            .crossRegionChecking: [
                .crossRegionAnswered: .accepted, .withdraw: .withdrawn, .transfer: .transferredOut,
                .claimFiled: .crossRegionChecking,
            ],
            .advanceAid: [
                .grant: .granted, .refuse: .refused, .dueExpired: .deemedWithdrawn, .assign: .advanceAid,
                .terminate: .terminated, .ownLawyerRetained: .terminated, .withdraw: .withdrawn,
                .transfer: .transferredOut,
                .claimFiled: .advanceAid, .papersComplete: .advanceAid, .papersFiledWithCourt: .advanceAid,
            ],
            .granted: [
                .assign: .assigned, .withdraw: .withdrawn, .terminate: .terminated, .ownLawyerRetained: .terminated,
                .claimFiled: .granted, .papersComplete: .granted,
            ],
            .refused: [.objectionFiled: .objectionPending, .decisionServed: .refused],
            .objectionCorrected: [.grant: .granted, .assign: .assigned, .withdraw: .withdrawn],
        ]) { $1 },
        .byNotification: work.merging([
            .pendingIntake: [
                .checkNotice: .noticeChecked, .noticeIncomplete: .noticeIncomplete, .assign: .assigned,
                .transfer: .transferredOut, .withdraw: .withdrawn, .ownLawyerRetained: .terminated,
                .claimFiled: .pendingIntake,
            ],
            .noticeChecked: [
                .assign: .assigned, .noticeIncomplete: .noticeIncomplete, .transfer: .transferredOut,
                .withdraw: .withdrawn, .ownLawyerRetained: .terminated, .claimFiled: .noticeChecked,
            ],
            .noticeIncomplete: [
                .checkNotice: .noticeChecked, .assign: .assigned, .withdraw: .withdrawn,
                .ownLawyerRetained: .terminated, .claimFiled: .noticeIncomplete,
            ],
            .assigned: [.personRefuses: .refusalExamined], .entrusted: [.personRefuses: .refusalExamined],
            .inProgress: [.personRefuses: .refusalExamined],
            .refusalExamined: [
                .refusalJustified: .terminated, .renotified: .assigned, .ownLawyerRetained: .terminated,
            ],
            .objectionCorrected: [.assign: .assigned],
        ]) { $0.merging($1) { $1 } },
        .byConsultation: [
            .helpRequested: [
                .arrangeDutyLawyer: .dutyLawyerArranged, .apply: .pendingIntake, .withdraw: .withdrawn,
                .transfer: .transferredOut,
            ],
            .dutyLawyerArranged: [.giveHelp: .helpGiven, .apply: .pendingIntake, .withdraw: .withdrawn],
            .helpGiven: [.apply: .pendingIntake],
        ],
    ]

    private static let work: Table = [
        .assigned: [
            .agreementSigned: .entrusted, .workStarted: .inProgress, .replaceRequested: .replacing, .close: .closed,
            .terminate: .terminated, .ownLawyerRetained: .terminated, .papersFiledWithCourt: .assigned,
            .claimFiled: .assigned,
        ],
        .entrusted: [
            .workStarted: .inProgress, .replaceRequested: .replacing, .close: .closed, .terminate: .terminated,
            .ownLawyerRetained: .terminated, .papersFiledWithCourt: .entrusted, .claimFiled: .entrusted,
        ],
        .inProgress: [
            .replaceRequested: .replacing, .agreementSigned: .inProgress, .close: .closed, .terminate: .terminated,
            .ownLawyerRetained: .terminated, .papersFiledWithCourt: .inProgress, .claimFiled: .inProgress,
        ],
        .replacing: [
            .replaced: .inProgress, .replaceDenied: .inProgress, .terminate: .terminated,
            .ownLawyerRetained: .terminated, .papersFiledWithCourt: .replacing, .claimFiled: .replacing,
        ],
        .closed: [.archive: .archived, .closingPapersReceived: .closed, .closingPapersReviewed: .closed],
        .terminated: [.objectionFiled: .objectionPending, .terminationServed: .terminated],
        .objectionPending: [
            .uphold: .objectionUpheld, .orderCorrection: .objectionCorrected, .terminationServed: .objectionPending,
        ],
    ]

    @Test(arguments: AidRoute.allCases, CaseState.allCases)
    func `every event is legal exactly where the table says`(route: AidRoute, state: CaseState) {
        let legal = Self.tables[route]?[state] ?? [:]
        #expect(Set(CaseMachine.legalEvents(in: state, route: route)) == Set(legal.keys))
        for event in CaseEvent.allCases {
            #expect(CaseMachine.next(state, event, route: route) == legal[event])
        }
    }

    /// Beside a decision that is still owed: the steps of the lawyer's work, with how far it has come then.
    private static let advanced: [LawyerWork?: [CaseEvent: LawyerWork]] = [
        nil: [.assign: .assigned],
        .assigned: [.agreementSigned: .entrusted, .workStarted: .inProgress, .replaceRequested: .assignedReplacing],
        .entrusted: [.workStarted: .inProgress, .replaceRequested: .entrustedReplacing],
        .inProgress: [.agreementSigned: .inProgress, .replaceRequested: .inProgressReplacing],
        .assignedReplacing: [.replaced: .assigned, .replaceDenied: .assigned],
        .entrustedReplacing: [.replaced: .assigned, .replaceDenied: .entrusted],
        .inProgressReplacing: [.replaced: .inProgress, .replaceDenied: .inProgress],
    ]

    @Test(arguments: [nil] + LawyerWork.allCases)
    func `advance aid keeps how far the lawyer's work has come, and a grant finds it there`(work: LawyerWork?) throws {
        let steps = try #require(Self.advanced[work])
        let all: Set<CaseEvent> = [
            .assign, .agreementSigned, .workStarted, .replaceRequested, .replaced, .replaceDenied,
        ]
        for event in all {
            let next = CaseMachine.next(.advanceAid, event, route: .byApplication, work: work)
            #expect((next == .advanceAid) == (steps[event] != nil), "\(event)")
            guard let next else { continue }
            #expect(CaseMachine.work(after: event, from: .advanceAid, work, to: next) == steps[event], "\(event)")
        }
        let decided: [LawyerWork?: (CaseState, LawyerWork?)] = [
            nil: (.granted, nil), .assigned: (.assigned, nil), .entrusted: (.entrusted, nil),
            .inProgress: (.inProgress, nil), .assignedReplacing: (.replacing, .assigned),
            .entrustedReplacing: (.replacing, .entrusted), .inProgressReplacing: (.replacing, .inProgress),
        ]
        let (state, kept) = try #require(decided[work])
        #expect(CaseMachine.next(.advanceAid, .grant, route: .byApplication, work: work) == state)
        #expect(CaseMachine.work(after: .grant, from: .advanceAid, work, to: state) == kept)
        // What else happens leaves the work where it is.
        #expect(CaseMachine.work(after: .claimFiled, from: .advanceAid, work, to: .advanceAid) == work)
    }

    @Test(arguments: [AidRoute.byApplication, .byNotification], [CaseState.assigned, .entrusted, .inProgress])
    func `who asks for another lawyer comes back to where the work was`(route: AidRoute, state: CaseState) {
        #expect(CaseMachine.next(state, .replaceRequested, route: route) == .replacing)
        let work = CaseMachine.work(after: .replaceRequested, from: state, nil, to: .replacing)
        #expect(CaseMachine.next(.replacing, .replaceDenied, route: route, work: work) == state)
        let begins: CaseState = state == .inProgress ? .inProgress : .assigned
        #expect(CaseMachine.next(.replacing, .replaced, route: route, work: work) == begins)
        #expect(CaseMachine.work(after: .claimFiled, from: .replacing, work, to: .replacing) == work)
        #expect(CaseMachine.work(after: .replaceDenied, from: .replacing, work, to: state) == nil)
    }

    @Test(arguments: AidRoute.allCases)
    func `every state of a route can be reached from its start`(route: AidRoute) {
        var reached: Set<CaseState> = [CaseMachine.start(route: route)]
        var waiting = Array(reached)
        while let state = waiting.popLast() {
            for next in (Self.tables[route]?[state] ?? [:]).values where reached.insert(next).inserted {
                waiting.append(next)
            }
        }
        #expect(reached.isSuperset(of: (Self.tables[route] ?? [:]).keys))
    }

    @Test func `a notice is neither accepted nor granted nor refused`() {
        for state in CaseState.allCases {
            let legal = Set(CaseMachine.legalEvents(in: state, route: .byNotification))
            #expect(legal.isDisjoint(with: [.accept, .grant, .refuse, .requestSupplement]))
        }
    }

    /// What the machine's drawing shows it says in words that this test can read: every event and state of a route.
    @Test func `the drawing in the machine's file names every event and every state`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Vocabulary/Case/CaseMachine.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        let drawing = try #require(source.components(separatedBy: "public enum CaseMachine").first)
        let words = Set(drawing.split { !$0.isLetter }.map(String.init))
        let marks = Set(
            AidRoute.allCases.flatMap { route in
                (Self.tables[route] ?? [:]).flatMap { state, steps in steps.filter { $1 == state }.map(\.key) }
            })
        for table in Self.tables.values {
            for (state, steps) in table {
                #expect(words.contains(state.rawValue), "\(state)")
                for (event, next) in steps where !marks.contains(event) {
                    #expect(words.contains(next.rawValue), "\(next)")
                    #expect(words.contains(event.rawValue) || Self.drawnWithoutName.contains(event), "\(event)")
                }
            }
        }
    }

    /// Arrows without a word.
    private static let drawnWithoutName: Set<CaseEvent> = [
        .agreementSigned, .workStarted, .askCrossRegion, .crossRegionAnswered, .archive, .acceptProvisionally,
        .supplemented, .close, .giveHelp,
    ]
}
