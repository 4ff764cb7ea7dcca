import Testing

@testable import Vocabulary

@Suite struct CaseSteps {
    private typealias Table = [CaseState: [CaseEvent: CaseState]]

    /// Every step of the tables in the domain description; whatever is not here is illegal.
    private static let tables: [AidRoute: Table] = [
        .byApplication: work.merging([
            .pendingIntake: [
                .accept: .accepted, .requestSupplement: .supplementRequested,
                .acceptProvisionally: .provisionallyAccepted, .startAdvance: .advanceAid, .withdraw: .withdrawn,
                .transfer: .transferredOut,
            ],
            .supplementRequested: [
                .supplemented: .accepted, .dueExpired: .deemedWithdrawn, .withdraw: .withdrawn,
                .transfer: .transferredOut,
            ],
            .provisionallyAccepted: [
                .supplemented: .accepted, .dueExpired: .deemedWithdrawn, .grant: .granted, .withdraw: .withdrawn,
                .transfer: .transferredOut,
            ],
            .accepted: [
                .grant: .granted, .refuse: .refused, .askCrossRegion: .crossRegionChecking, .startAdvance: .advanceAid,
                .withdraw: .withdrawn, .transfer: .transferredOut,
            ],
            .crossRegionChecking: [
                .crossRegionAnswered: .accepted, .withdraw: .withdrawn, .transfer: .transferredOut,
            ],
            .advanceAid: [
                .grant: .granted, .refuse: .refused, .withdraw: .withdrawn, .transfer: .transferredOut,
            ],
            .granted: [.assign: .assigned],
            .refused: [.objectionFiled: .objectionPending],
            .objectionCorrected: [.grant: .granted, .assign: .assigned],
        ]) { $1 },
        .byNotification: work.merging([
            .pendingIntake: [
                .checkNotice: .noticeChecked, .noticeIncomplete: .noticeIncomplete, .assign: .assigned,
                .transfer: .transferredOut,
            ],
            .noticeChecked: [
                .assign: .assigned, .noticeIncomplete: .noticeIncomplete, .transfer: .transferredOut,
            ],
            .noticeIncomplete: [.checkNotice: .noticeChecked, .assign: .assigned],
            .assigned: [.personRefuses: .refusalExamined, .ownLawyerRetained: .terminated],
            .entrusted: [.personRefuses: .refusalExamined, .ownLawyerRetained: .terminated],
            .inProgress: [.personRefuses: .refusalExamined, .ownLawyerRetained: .terminated],
            .refusalExamined: [.refusalJustified: .terminated, .renotified: .assigned],
            .objectionCorrected: [.assign: .assigned],
        ]) { $0.merging($1) { $1 } },
        .byConsultation: [
            .helpRequested: [.arrangeDutyLawyer: .dutyLawyerArranged, .transfer: .transferredOut],
            .dutyLawyerArranged: [.giveHelp: .helpGiven],
        ],
    ]

    private static let work: Table = [
        .assigned: [
            .agreementSigned: .entrusted, .workStarted: .inProgress, .close: .closed, .terminate: .terminated,
            .papersFiledWithCourt: .assigned,
        ],
        .entrusted: [
            .workStarted: .inProgress, .close: .closed, .terminate: .terminated, .papersFiledWithCourt: .entrusted,
        ],
        .inProgress: [
            .replaceRequested: .replacing, .close: .closed, .terminate: .terminated, .papersFiledWithCourt: .inProgress,
        ],
        .replacing: [.replaced: .inProgress, .replaceDenied: .inProgress],
        .closed: [.archive: .archived, .closingPapersReceived: .closed, .closingPapersReviewed: .closed],
        .terminated: [.objectionFiled: .objectionPending, .terminationServed: .terminated],
        .objectionPending: [.uphold: .objectionUpheld, .orderCorrection: .objectionCorrected],
    ]

    @Test(arguments: AidRoute.allCases, CaseState.allCases)
    func `every event is legal exactly where the table says`(route: AidRoute, state: CaseState) {
        let legal = Self.tables[route]?[state] ?? [:]
        #expect(Set(CaseMachine.legalEvents(in: state, route: route)) == Set(legal.keys))
        for event in CaseEvent.allCases {
            #expect(CaseMachine.next(state, event, route: route) == legal[event])
        }
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
            #expect(legal.isDisjoint(with: [.accept, .grant, .refuse, .withdraw, .requestSupplement]))
        }
    }
}
