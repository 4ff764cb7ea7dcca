import Messaging
import StrictJSON
import Transport

/// Intake over HTTP: the calls of partners, and of institutions that take applications in themselves.
public struct HTTPIntake: Sendable {
    let intake: IntakeService
    let referrals: ReferralView

    public init(_ intake: IntakeService, referrals: ReferralView) {
        self.intake = intake
        self.referrals = referrals
    }

    public var routes: [Route] {
        [
            Route("POST", "/v1/referrals", for: .partner) { request, visit in
                try await receive(request, from: visit.caller())
            },
            Route("POST", "/v1/referrals/{id}/supplements", for: .partner, .institution) { request, visit in
                let record = try await referrals.own(visit)
                return try await receive(request, from: visit.caller(), about: .supplement(referralID: record.id))
            },
            Route("POST", "/v1/referrals/{id}/withdrawal", for: .partner, .institution) { request, visit in
                let record = try await referrals.own(visit)
                return try await receive(request, from: visit.caller(), about: .withdrawal(referralID: record.id))
            },
            Route("POST", "/v1/applications", for: .institution) { request, visit in
                try await receive(request, from: visit.caller(), about: .application)
            },
            Route("POST", "/v1/translate", for: .partner, .operator) { request, visit in
                try dryRun(request, from: visit.caller())
            },
        ]
    }

    /// - Parameter subject: what the document is about, where the call itself says so.
    func receive(
        _ request: HTTPRequest, from caller: Caller, about subject: CallTerms.Subject? = nil
    ) async throws -> HTTPResponse {
        var submission = submission(request, from: caller, about: subject)
        submission.isObserved = true
        return try AnswerStyle(of: request).response(to: try await intake.submit(submission))
    }

    func dryRun(_ request: HTTPRequest, from caller: Caller) throws -> HTTPResponse {
        var submission = submission(request, from: caller, about: nil)
        submission.explains = try request.flag("explain")
        return .json(try intake.dryRun(submission).json)
    }

    private func submission(
        _ request: HTTPRequest, from caller: Caller, about subject: CallTerms.Subject?
    ) -> Submission {
        Submission(
            request.body, mediaType: request.header("Content-Type"), from: caller,
            on: CallTerms(subject: subject, mapping: request.query("mapping")), receivedAt: intake.now())
    }
}
