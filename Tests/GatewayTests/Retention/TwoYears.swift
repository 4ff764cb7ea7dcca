import Foundation
import Messaging
import Operations
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// Two years of messages and cases until now, by the product's own calls with its clock moved.
struct TwoYears {
    /// What came, by the word that is planted in it.
    struct Sent {
        let word: String
        let at: Instant
        let caller: Caller
        let bytes: [UInt8]
        let receipt: JSONValue

        /// The number that the gateway gave it; the problem of an invalid message says it under another name.
        var id: String { receipt["referralId"]?.string ?? receipt["messageId"]?.string ?? "" }
    }

    private struct Plan {
        let number: String
        let institution: String
        var steps: [(event: String, at: Instant)]
    }

    let world: World
    let end: Instant
    private var chance: Chance
    private var plans: [Plan] = []
    private(set) var referrals: [Sent] = []
    private(set) var shares: [Sent] = []
    private(set) var leads: [Sent] = []
    private(set) var broken: [Sent] = []

    private static let civil = Caller(role: .partner, id: "civil-affairs-zhonglou")
    private static let court = Caller(role: .partner, id: "court-tianning")
    private static let day: Int64 = 86_400_000

    init(seed: UInt64, until end: Instant) async throws {
        world = try await World(seed: seed)
        chance = Chance(seed: seed)
        self.end = end
    }

    /// - Parameter ticks: as many looks at what is due, with three messages each.
    mutating func live(ticks: Int) async throws {
        for tick in 0..<ticks {
            world.go(to: end.advanced(milliseconds: -730 * Self.day * Int64(ticks - tick) / Int64(ticks)))
            try await receive(tick)
            try await work()
            try await deliver()
        }
        try await discardOldest()
        world.go(to: end)
    }

    /// An operator ended the oldest dead letter as it came.
    private func discardOldest() async throws {
        let first = try #require(broken.first)
        let act = AuditAct(
            .discard, on: first.id, by: Caller(role: .operator, id: "wang", operatorRole: .operator), detail: "测试",
            at: first.at.advanced(seconds: 60))
        #expect(try await world.store.discard(first.id, version: nil, word: nil, act).result == .done)
    }

    private mutating func receive(_ tick: Int) async throws {
        for index in 0..<3 {
            let word = "测密\(Self.word(tick * 3 + index))"
            let serial = 1 + (tick * 3 + index) % 9000
            switch Int.random(in: 0..<20, using: &chance) {
            case 0..<3:
                let share: JSONValue = [
                    "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "ywlsh": .string("S-\(tick)-\(index)"),
                    "mdlb": [["xm": .string(word), "sfzh": .string(inventedNumber(serial)), "jzlb": "低保"]],
                ]
                shares.append(try await send(share.serialized(), word, from: Self.civil))
                // Its person asks for aid soon after, in every second case.
                guard tick.isMultiple(of: 2) else { continue }
                try await refer("测" + Self.word(900_000 + tick * 3 + index), serial)
            case 3:
                let lead: JSONValue = [
                    "fsdwdm": "320404", "ywlx": "FLYZ_ETXS", "ywlsh": .string("L-\(word)"), "et": ["xm": .string(word)],
                ]
                leads.append(try await send(lead.serialized(), word, from: Self.civil))
            case 4:
                broken.append(try await send(courtNotice("B-\(word)", name: ""), word, from: Self.court))
                // Most senders mend what they are told.
                guard broken.count.isMultiple(of: 2) else { continue }
                _ = try await send(courtNotice("B-\(word)", name: "测更正"), word, from: Self.court)
            case _: try await refer(word, serial)
            }
        }
    }

    private mutating func refer(_ word: String, _ serial: Int) async throws {
        let referral: JSONValue = [
            "fsdwdm": "320404", "ywlx": "FLYZ_ZJ", "ywlsh": .string("R-\(word)"), "sqyy": "本人自愿申请",
            // As long as real ones are.
            "bz": .string(String(repeating: "案情说明", count: 400)),
            "sqr": ["xm": .string(word), "sfzh": .string(inventedNumber(serial))],
        ]
        let sent = try await send(referral.serialized(), word, from: Self.civil)
        referrals.append(sent)
        guard let number = sent.receipt["applicationNo"]?.string, let queue = sent.receipt["queue"]?.string else {
            return
        }
        let course: [String] =
            switch Int.random(in: 0..<6, using: &chance) {
            case 0: []
            case 1: ["signIn", "accept"]
            case 2, 3: ["signIn", "withdraw"]
            case _: ["signIn", "accept", "grant", "assign", "agreementSigned", "workStarted", "close", "archive"]
            }
        let steps = course.enumerated().map { index, event in
            (event: event, at: world.now.advanced(milliseconds: Int64(index) * 4 * Self.day))
        }
        plans.append(Plan(number: number, institution: queue, steps: steps))
    }

    private func send(_ bytes: [UInt8], _ word: String, from caller: Caller) async throws -> Sent {
        let answer = try await again(bytes, from: caller)
        return Sent(
            word: word, at: world.now, caller: caller, bytes: bytes, receipt: try JSONValue(parsing: answer.body))
    }

    /// Sends a message, or sends it again.
    func again(_ bytes: [UInt8], from caller: Caller) async throws -> HTTPResponse {
        try await world.front.receive(
            HTTPRequest(method: "POST", path: "/v1/referrals", query: [], headers: [], body: bytes), from: caller)
    }

    /// What institutions do when its time has come.
    private mutating func work() async throws {
        for index in plans.indices {
            while let step = plans[index].steps.first, step.at <= world.now {
                plans[index].steps.removeFirst()
                let (number, caller) = (
                    plans[index].number, Caller(role: .institution, id: plans[index].institution)
                )
                if step.event == "signIn" {
                    let leases = try await world.store.lease(
                        queue: caller.id, max: 500, now: world.now, ends: world.now.advanced(seconds: 1))
                    for lease in leases where lease.envelope.correlationID == number {
                        #expect(
                            try await world.back.signIn(applicationNo: number, leaseID: lease.id, caller: caller) != nil
                        )
                    }
                    world.pass(seconds: 2)
                    continue
                }
                let body = JSONValue.object(
                    JSONObject([("event", .string(step.event))] + (FlowGateway.told[step.event] ?? [])))
                _ = try await world.back.report(post(body), on: number, from: caller)
            }
        }
        plans.removeAll { $0.steps.isEmpty }
    }

    /// Partners take what they are told.
    private func deliver() async throws {
        let endpoint = Endpoint(.status, Self.civil.id)
        for lease in try await world.store.lease(
            [EndpointCapacity(endpoint, max: 500, isProbe: false)], now: world.now,
            ends: world.now.advanced(seconds: 60))
        {
            _ = try await world.store.settleDelivery(
                leaseID: lease.id, .acknowledge, actor: "courier", now: world.now)
        }
    }

    /// A word of two to four characters that no other number gives.
    private static func word(_ number: Int) -> String {
        let characters = Array("甲乙丙丁戊己庚辛壬癸子丑寅卯")
        var (rest, text) = (number + 14, "")
        while rest > 0 {
            text.append(characters[rest % 14])
            rest /= 14
        }
        return text + "终"
    }
}
