import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Triage
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// Public calls about one application, at times that the test hands in.
struct Walk {
    let world: World
    /// Who has it.
    var institution = "CZ-TN"
    private(set) var partner = "CZ-TN"
    private(set) var number = ""
    private(set) var referralID = ""
    private(set) var receipt: JSONValue = .null

    init(_ world: World) { self.world = world }

    static func moment(_ text: String) throws -> Instant {
        Instant(try #require(Timestamp(canonical: text.count == 16 ? text + ":00+08:00" : text)))
    }

    func go(to time: String) throws { world.go(to: try Self.moment(time)) }

    // MARK: Messages

    /// What came, by its name in the table.
    mutating func receive(_ message: String) async throws {
        switch message {
        case "notice": try await referral("court-tianning", "court/defence-notice/examples/all-fields.gb18030.xml")
        case let again where again.hasPrefix("noticeAgain"):
            try await referral(
                "court-tianning", "court/defence-notice/examples/all-fields.gb18030.xml", as: String(again.suffix(1)))
        case "forwarded":
            try await referral(
                "detention-centre", "detention-centre/forwarded-application/examples/all-fields.gb2312.xml")
        case "dutyLawyer":
            try await referral(
                "detention-centre", "detention-centre/duty-lawyer-request/examples/all-fields.gb2312.xml")
        case "elsewhere": try await application(place: "溧阳市测试镇")
        case "heldAtStation":
            try await application(
                place: "天宁区测试路", [("custody", ["kind": "inCustody", "place": "常州市看守所"])],
                firstContact: [("at", "2026-03-01T15:00:00+08:00")])
        case _: try await application(place: "天宁区测试路")
        }
    }

    /// - Parameter number: a message of its own with the same content.
    private mutating func referral(_ partner: String, _ path: String, as number: String? = nil) async throws {
        var bytes = [UInt8](try Data(contentsOf: repository.appending(path: "Mappings/" + path)))
        if let number {
            let end = try #require(bytes.firstRange(of: Array("</XXBH>".utf8))).lowerBound
            bytes.insert(contentsOf: Array("-\(number)".utf8), at: end)
        }
        try await take(
            try await world.front.receive(
                HTTPRequest(method: "POST", path: "/v1/referrals", query: [], headers: [], body: bytes),
                from: Caller(role: .partner, id: partner)), from: partner)
    }

    private mutating func application(
        place: String, _ person: [(String, JSONValue)] = [], firstContact: [(String, JSONValue)] = []
    ) async throws {
        let recipient = JSONObject([("name", "测试庚"), ("mobile", "13800000009")] + person)
        let contact = JSONObject([("institution", "CZ-TN"), ("officer", "测站员")] + firstContact)
        let body: JSONValue = [
            "source": ["messageId": "W-1"], "recipient": .object(recipient), "consent": ["applyWill": "self"],
            "matter": ["caseDomain": "civil", "factsPlace": .string(place), "factsSummary": "道路交通事故"],
            "proceeding": ["deadlines": [["kind": "limitation", "date": "2026-12-01"]]],
            "firstContact": .object(contact),
        ]
        try await take(
            try await world.front.receive(
                post(body), from: Caller(role: .institution, id: "CZ-TN"), about: .application), from: "CZ-TN")
    }

    private mutating func take(_ answer: HTTPResponse, from partner: String) async throws {
        receipt = try JSONValue(parsing: answer.body)
        self.partner = partner
        number = try #require(receipt["applicationNo"]?.string, "\(receipt.text())")
        referralID = try #require(receipt["referralId"]?.string)
        institution = receipt["handoverTo"]?.string ?? receipt["queue"]?.string ?? institution
    }

    /// Papers that the sender hands in later.
    func supplement(_ materials: JSONValue) async throws {
        _ = try await world.front.receive(
            post(["materials": materials]), from: sender,
            about: .supplement(referralID: referralID))
    }

    private var sender: Caller {
        Caller(role: world.front.intake.registry.partners[partner] == nil ? .institution : .partner, id: partner)
    }

    // MARK: The institution

    @discardableResult
    func say(_ event: String, _ members: [(String, JSONValue)] = []) async throws -> JSONValue {
        let caller = Caller(role: .institution, id: institution)
        if event == "signIn" {
            let leases = try await world.store.lease(
                queue: institution, max: 10, now: world.now, ends: world.now.advanced(seconds: 60))
            let lease = try #require(leases.first { $0.envelope.correlationID == number })
            #expect(try await world.back.signIn(applicationNo: number, leaseID: lease.id, caller: caller))
            return .null
        }
        let named = Set(members.map(\.0))
        let details = members + (FlowGateway.told[event] ?? []).filter { !named.contains($0.0) }
        let body = JSONValue.object(JSONObject([("event", .string(event))] + details))
        return try JSONValue(parsing: try await world.back.report(post(body), on: number, from: caller).body)
    }

    func clock(_ id: String) async throws -> Clock? {
        let record = try await world.store.clocks(of: number).first { $0.clock.id == id }
        return try record?.clock.clock(of: number)
    }
}

/// From what starts a clock to what stops it.
struct ClockWalk: Sendable, CustomTestStringConvertible {
    let clock: String
    let message: String
    /// The first receives, the last stops; the one before it has started the clock.
    let events: [(time: String, name: String)]
    var testDescription: String { clock }

    init(_ clock: String, _ message: String, _ table: String) {
        self.clock = clock
        self.message = message
        events = table.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return (words[0], words[1])
        }
    }

    /// The clocks that are judged when the message comes have nothing to stop them.
    static let judged: [(clock: String, message: String, received: String)] = [
        ("CLK-01", "forwarded", "2026-03-02T09:00"), ("CLK-02", "heldAtStation", "2026-03-02T09:00"),
        ("CLK-03", "notice", "2026-03-02T09:00"), ("CLK-17", "notice", "2026-03-02T09:00"),
        ("CLK-20", "dutyLawyer", "2026-03-02T09:00"),
    ]

    private static let granted = """
        2026-03-02T09:00 received
        2026-03-02T10:00 signIn
        2026-03-02T11:00 accept
        2026-03-03T09:00 grant
        """

    static let all: [ClockWalk] = [
        ClockWalk("CLK-04", "notice", "2026-03-02T09:00 received\n2026-03-02T10:00 signIn\n2026-03-03T09:00 assign"),
        ClockWalk("CLK-05", "application", granted),
        ClockWalk("CLK-06", "application", granted + "\n2026-03-04T09:00 assign"),
        ClockWalk(
            "CLK-09", "application",
            "2026-03-02T09:00 received\n2026-03-02T10:00 signIn\n2026-03-02T11:00 requestSupplement\n2026-03-05T09:00 supplemented"
        ),
        ClockWalk("CLK-10", "application", granted + "\n2026-03-04T09:00 assign\n2026-03-06T09:00 agreementSigned"),
        ClockWalk(
            "CLK-11", "application",
            granted.replacing("grant", with: "refuse")
                + "\n2026-03-04T09:00 decisionServed\n2026-03-09T09:00 objectionFiled"
        ),
        ClockWalk(
            "CLK-12", "application",
            granted.replacing("grant", with: "refuse") + "\n2026-03-09T09:00 objectionFiled\n2026-03-11T09:00 uphold"),
        ClockWalk(
            "CLK-13", "application",
            granted + "\n2026-03-04T09:00 assign\n2026-03-05T09:00 replaceRequested\n2026-03-06T09:00 replaced"),
        ClockWalk(
            "CLK-14", "application",
            granted + "\n2026-03-04T09:00 assign\n2026-03-05T09:00 terminate\n2026-03-06T09:00 terminationServed"),
        ClockWalk(
            "CLK-15", "application",
            granted + "\n2026-03-04T09:00 assign\n2026-05-05T09:00 close\n2026-05-20T09:00 closingPapersReceived"),
        ClockWalk(
            "CLK-16", "application",
            granted + """

                2026-03-04T09:00 assign
                2026-05-05T09:00 close
                2026-05-20T09:00 closingPapersReceived
                2026-06-01T09:00 closingPapersReviewed
                """),
        ClockWalk(
            "CLK-21", "application", "2026-03-02T09:00 received\n2026-03-02T10:00 signIn\n2026-03-05T09:00 claimFiled"),
        ClockWalk(
            "CLK-22", "notice",
            "2026-03-02T09:00 received\n2026-03-02T10:00 signIn\n2026-03-03T09:00 assign\n2026-03-05T09:00 papersFiledWithCourt"
        ),
        ClockWalk("CLK-24", "elsewhere", "2026-03-02T09:00 received\n2026-03-03T10:00 signIn"),
    ]
}
