import Messaging
import Storage
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Operations

/// Leads and their queues, which are watched like those of applications and counted apart.
@Suite struct LeadQueueTests {
    private static func institution(_ code: String, _ division: String) -> Institution {
        Institution(code: code, name: "测试机构", phone: nil, division: division)
    }

    /// - Parameter queue: the institution that it is placed with, if any.
    private func lay(_ number: String, with queue: String?, in bench: Bench) async throws {
        var record = IntakeRecord(id: "M-\(number)", index: 0, outcome: .lead)
        record.applicationNo = number
        record.queue = queue
        record.content = CanonicalContent(
            JSONObject([("urgency", ["level": "urgent"]), ("matter", ["caseDomain": "labour"])]))
        record.standing = ApplicationStanding(referral: .leadOnly, lead: .registered)
        _ = try await SQLMessageStore(database: bench.database).accept(
            IntakeCommit(
                referralID: "R-\(number)", partnerID: "civil", messageID: number, digest: number, rawBytes: [],
                mediaType: "text/xml", encoding: nil, receivedAt: bench.clock.now, mappingID: nil, mappingVersion: nil,
                mappingDigest: nil, outcome: .lead, isInvalid: false, answer: [], records: [record], supersedes: nil))
    }

    private func leads(_ caller: String, _ institution: String? = nil, in bench: Bench) async throws -> [JSONValue] {
        let answer = await bench.router.respond(
            to: HTTPRequest(
                method: "GET", path: "/v1/leads", query: institution.map { [("institution", $0)] } ?? [],
                headers: [("Authorization", "Bearer \(caller)")], body: []))
        return try JSONValue(parsing: answer.body)["leads"]?.array ?? []
    }

    @Test(arguments: [("320400", ["LA-1", "LA-2"]), ("320402", ["LA-2"])])
    func `a lead that lies with nobody is the city centre's`(division: String, own: [String]) async throws {
        // The institution that calls is C.
        let others = division == "320400" ? "320402" : "320400"
        let bench = try await Bench(institutions: [
            Self.institution("C", division), Self.institution("D", others),
        ])
        try await lay("LA-1", with: nil, in: bench)
        try await lay("LA-2", with: "C", in: bench)
        try await lay("LA-3", with: "D", in: bench)
        func numbers(_ leads: [JSONValue]) -> [String] { leads.compactMap { $0["applicationNo"]?.string } }
        let called = try await leads("institution", in: bench)
        #expect(numbers(called) == own)
        #expect(called.allSatisfy { $0["institution"] == "C" && $0["urgency"] == "urgent" })
        #expect(numbers(try await leads("institution", "D", in: bench)) == own)
        #expect(numbers(try await leads("viewer", "C", in: bench)) == own)
        let all = try await leads("viewer", in: bench)
        #expect(numbers(all) == ["LA-1", "LA-2", "LA-3"])
        #expect(all.first?["institution"]?.string == (division == "320400" ? "C" : "D"))
        await bench.remove()
    }

    @Test func `a queue of leads that nobody fetches is told, and a missing plan of days off after what is late`()
        async throws
    {
        let clocks = Clocks { [ClockFigures(clock: "CLK-04", dueSoon: 1, overdue: 1)] }
        let bench = try await Bench(
            clocks: clocks, institutions: [Self.institution("C", "320400")], rules: NoRules(missing: [2027]))
        try await lay("LA-1", with: "C", in: bench)
        bench.clock.advance(2 * 3600 + 1)
        let items = try await bench.services.attention.items()
        #expect(items.map(\.kind) == [.clocksOverdue, .queueAge, .clocksDueSoon, .calendarMissing])
        #expect(items.map(\.subject) == ["CLK-04", "C.leads", "CLK-04", "2027"])
        #expect(items[1].count == 1 && items[1].turn.en == "receiver")
        // No figure of applications has it.
        let answer = await bench.call("GET", "/v1/queues", [("Authorization", "Bearer viewer")])
        let queues = try JSONValue(parsing: answer.body)
        #expect(queues["queues"]?.array?.compactMap { $0["depth"]?.int } == [0])
        #expect(queues["leadQueues"]?.array?.compactMap { $0["depth"]?.int } == [1])
        await bench.remove()
    }
}
