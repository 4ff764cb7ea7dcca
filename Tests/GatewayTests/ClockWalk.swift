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
        case "heard": try await application(place: "天宁区测试路", hearing: "2026-03-04T09:30:00+08:00")
        case "limitedOnHoliday": try await application(place: "天宁区测试路", limitation: "2026-05-02")
        case "atOwnDesk":
            try await application(place: "天宁区测试路", firstContact: [("at", "2026-02-27T15:00:00+08:00")])
        case "atAnothersDesk":
            try await application(place: "溧阳市测试镇", firstContact: [("at", "2026-02-27T15:00:00+08:00")])
        case "station", "stationLate": try await station(isLate: message == "stationLate")
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

    /// What a work station sends, which was at its desk on a Saturday that is worked, or on the Friday before.
    private mutating func station(isLate: Bool) async throws {
        let example = repository.appending(path: "Mappings/workstation/application/examples/all-fields.json")
        var document = try JSONValue(parsing: [UInt8](try Data(contentsOf: example)))
        document["firstContact"]?["at"] = .string("2026-02-2\(isLate ? 7 : 8)T15:00:00+08:00")
        document["sentAt"] = "2026-03-02T08:30:00+08:00"
        try await take(
            try await world.front.receive(post(document), from: Caller(role: .partner, id: "workstation-jintan")),
            from: "workstation-jintan")
    }

    private mutating func application(
        place: String, _ person: [(String, JSONValue)] = [], limitation: String = "2026-12-01",
        hearing: String? = nil, firstContact: [(String, JSONValue)] = []
    ) async throws {
        let recipient = JSONObject([("name", "测试庚"), ("mobile", "13800000009")] + person)
        let contact = JSONObject([("institution", "CZ-TN"), ("officer", "测站员")] + firstContact)
        let body: JSONValue = [
            "source": ["messageId": "W-1"], "recipient": .object(recipient), "consent": ["applyWill": "self"],
            "matter": ["caseDomain": "civil", "factsPlace": .string(place), "factsSummary": "道路交通事故"],
            "proceeding": .compact([
                ("deadlines", [["kind": "limitation", "date": .string(limitation)]]),
                ("hearings", hearing.map { [["at": .string($0)]] }),
            ]),
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

    /// - Parameter event: several at one time with a plus between them.
    @discardableResult
    func say(_ event: String, _ members: [(String, JSONValue)] = []) async throws -> JSONValue {
        if let plus = event.firstIndex(of: "+") {
            try await say(String(event[..<plus]))
            return try await say(String(event[event.index(after: plus)...]), members)
        }
        let caller = Caller(role: .institution, id: institution)
        if event == "signIn" {
            let leases = try await world.store.lease(
                queue: institution, max: 10, now: world.now, ends: world.now.advanced(seconds: 60))
            let lease = try #require(leases.first { $0.envelope.correlationID == number })
            #expect(try await world.back.signIn(applicationNo: number, leaseID: lease.id, caller: caller) != nil)
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

/// From what starts a clock to what stops it, through what pauses it, and where holidays lie in its time.
struct ClockWalk: Sendable, CustomTestStringConvertible {
    typealias Event = (time: String, name: String)

    let clock: String
    let message: String
    /// The first receives, the last stops; the one before it has started the clock.
    let events: [Event]
    /// Where the start lies so before the holiday of May 1st to 5th that the end would fall into it, and the last day then.
    let holiday: (start: String, lastDay: String)
    /// What comes to it by the holiday, where it is not what the events are about.
    let holidayMessage: String
    var testDescription: String { clock }

    init(
        _ clock: String, _ message: String, holiday start: String, _ lastDay: String, by holidayMessage: String? = nil,
        _ table: String
    ) {
        self.clock = clock
        self.message = message
        self.holidayMessage = holidayMessage ?? message
        holiday = (start, lastDay)
        events = Self.events(table)
    }

    static func events(_ table: String) -> [Event] {
        table.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return (words[0], words[1])
        }
    }

    /// The events up to the one that starts the clock, so many days later that this one lies on the holiday's start.
    func shiftedToHoliday() throws -> [Event] {
        let before = events.dropLast()
        let last = try #require(before.last)
        let (start, old) = (try Walk.moment(holiday.start), try Walk.moment(last.time))
        let days = start.timestamp.date.daysSince1970 - old.timestamp.date.daysSince1970
        return try before.map { event in
            let moment = try Walk.moment(event.time).advanced(seconds: days * 86_400)
            return (String(moment.rfc3339.prefix(16)), event.name)
        }
    }

    /// The clocks that are judged when the message comes have nothing to stop them, and nothing moves their end.
    static let judged: [(clock: String, message: String, received: String, isMet: Bool?)] = [
        ("CLK-01", "forwarded", "2026-03-02T09:00", nil), ("CLK-02", "heldAtStation", "2026-03-02T09:00", true),
        ("CLK-03", "notice", "2026-03-02T09:00", nil), ("CLK-17", "notice", "2026-03-02T09:00", nil),
        ("CLK-20", "dutyLawyer", "2026-03-02T09:00", nil), ("CLK-24", "station", "2026-03-02T09:00", true),
        ("CLK-24", "stationLate", "2026-03-02T09:00", false),
    ]

    /// A pause: what comes, the events through it, and the last day before and after.
    static let pauses: [(clock: String, message: String, events: String, before: String, after: String)] = [
        (
            "CLK-05", "application",
            "2026-09-24T09:00 received\n2026-09-24T10:00 signIn\n2026-09-28T09:00 requestSupplement\n2026-10-09T09:00 supplemented",
            "2026-10-08", "2026-10-12"
        ),
        (
            "CLK-05", "application",
            "2026-09-24T09:00 received\n2026-09-24T10:00 signIn\n2026-09-28T09:00 acceptProvisionally\n2026-10-09T09:00 supplemented",
            "2026-10-08", "2026-10-12"
        ),
        (
            "CLK-05", "application",
            "2026-09-24T09:00 received\n2026-09-24T10:00 signIn\n2026-09-25T09:00 accept\n2026-09-28T09:00 askCrossRegion\n2026-10-09T09:00 crossRegionAnswered",
            "2026-10-08", "2026-10-12"
        ),
        // The notice's three days run on while the organ supplies what is missing (domain description §3.1).
        (
            "CLK-04", "notice",
            "2026-09-24T09:00 received\n2026-09-24T10:00 signIn\n2026-09-25T09:00 noticeIncomplete\n2026-09-27T09:00 checkNotice",
            "2026-09-27", "2026-09-27"
        ),
        // What the person owes does not lengthen the time in which to sue.
        (
            "CLK-21", "application",
            "2026-09-24T09:00 received\n2026-09-24T10:00 signIn\n2026-09-28T09:00 requestSupplement\n2026-10-09T09:00 supplemented",
            "2026-12-01", "2026-12-01"
        ),
    ]

    private static let granted = """
        2026-03-02T09:00 received
        2026-03-02T10:00 signIn
        2026-03-02T11:00 accept
        2026-03-03T09:00 grant
        """
    private static let received = "2026-03-02T09:00 received\n"
    private static let signedIn = received + "2026-03-02T10:00 signIn\n"

    static let all: [ClockWalk] = [
        // The person is held: a holiday lengthens nothing (刑诉法 105 ¶4).
        ClockWalk(
            "CLK-04", "notice", holiday: "2026-04-30T09:00", "2026-05-03", received + "2026-03-02T10:00 signIn+assign"
        ),
        ClockWalk(
            "CLK-05", "application", holiday: "2026-04-27T09:00", "2026-05-06",
            received + "2026-03-03T09:00 signIn+accept+grant"),
        ClockWalk(
            "CLK-06", "application", holiday: "2026-04-30T09:00", "2026-05-06", granted + "\n2026-03-04T09:00 assign"),
        ClockWalk(
            "CLK-09", "application", holiday: "2026-04-17T09:00", "2026-05-06",
            signedIn + "2026-03-02T11:00 requestSupplement\n2026-03-05T09:00 supplemented"),
        ClockWalk(
            "CLK-10", "application", holiday: "2026-04-28T09:00", "2026-05-06",
            granted + "\n2026-03-04T09:00 assign\n2026-03-06T09:00 agreementSigned"),
        ClockWalk(
            "CLK-11", "application", holiday: "2026-04-17T09:00", "2026-05-06",
            granted.replacing("grant", with: "refuse")
                + "\n2026-03-04T09:00 decisionServed\n2026-03-09T09:00 objectionFiled"
        ),
        ClockWalk(
            "CLK-12", "application", holiday: "2026-04-28T09:00", "2026-05-06",
            granted.replacing("grant", with: "refuse") + "\n2026-03-09T09:00 objectionFiled\n2026-03-11T09:00 uphold"),
        ClockWalk(
            "CLK-13", "application", holiday: "2026-04-28T09:00", "2026-05-06",
            granted + "\n2026-03-04T09:00 assign\n2026-03-05T09:00 replaceRequested\n2026-03-06T09:00 replaced"),
        ClockWalk(
            "CLK-14", "application", holiday: "2026-04-30T09:00", "2026-05-06",
            granted + "\n2026-03-04T09:00 assign\n2026-03-05T09:00 terminate\n2026-03-06T09:00 terminationServed"),
        ClockWalk(
            "CLK-15", "application", holiday: "2026-04-02T09:00", "2026-05-06",
            granted + "\n2026-03-04T09:00 assign\n2026-05-05T09:00 close\n2026-05-20T09:00 closingPapersReceived"),
        ClockWalk(
            "CLK-16", "application", holiday: "2026-04-02T09:00", "2026-05-06",
            granted + """

                2026-03-04T09:00 assign
                2026-05-05T09:00 close
                2026-05-20T09:00 closingPapersReceived
                2026-06-01T09:00 closingPapersReviewed
                """),
        // A day that the message tells is no period: it is never moved.
        ClockWalk(
            "CLK-21", "application", holiday: "2026-04-28T09:00", "2026-05-02", by: "limitedOnHoliday",
            received + "2026-03-05T09:00 signIn+claimFiled"),
        ClockWalk(
            "CLK-22", "notice", holiday: "2026-04-30T09:00", "2026-05-06",
            signedIn + "2026-03-03T09:00 assign\n2026-03-05T09:00 papersFiledWithCourt"),
        ClockWalk(
            "CLK-24", "elsewhere", holiday: "2026-04-30T09:00", "2026-05-06", received + "2026-03-03T10:00 signIn"),
    ]
}
