import Canonical
import Foundation
import Testing
import Vocabulary

@testable import Triage

/// Clocks that were counted by one plan of days off, and are counted anew by another.
@Suite struct ReckoningTests {
    /// A plan as it might be published; no real one.
    static let plan = """
        <calendar xmlns="urn:legal-aid-gateway:calendar:1" year="2027">
          <off>2027-01-01 2027-01-02 2027-01-03 2027-02-05 2027-02-06 2027-02-07 2027-02-08 2027-02-09 2027-02-10 2027-02-11
          2027-04-03 2027-04-04 2027-04-05 2027-05-01 2027-05-02 2027-05-03 2027-06-09 2027-09-15 2027-10-01 2027-10-02
          2027-10-03 2027-10-04 2027-10-05</off>
          <makeupWorkdays>2027-02-14 2027-02-20</makeupWorkdays>
        </calendar>
        """
    private static let application = """
        {"aidRoute": "byApplication", "recipient": {"name": "测试甲"}, "matter": {"caseDomain": "civil"},
        "source": {"receivedAt": "2027-02-01T09:00:00+08:00", "senderType": "workStation"},
        "firstContact": {"at": "2027-02-01T09:00:00+08:00"}}
        """

    /// The shipped rules, and the same with the plan.
    private func sets(_ edit: (borrowing ConfigurationCopy) throws -> Void = { _ in }) throws -> (Triage, Triage) {
        let copy = try ConfigurationCopy()
        let plan = copy.folder.appending(path: "calendar/2027.xml")
        try Self.plan.write(to: plan, atomically: true, encoding: .utf8)
        try edit(copy)
        return (try Shipped().triage, try Triage(config: copy.folder.path))
    }

    /// What a person lives through, as each of both sets counts it.
    private func live(
        _ story: [(ClockTrigger, Timestamp)], by triage: Triage
    ) throws -> [Clock] {
        let application = try Shipped().application(Self.application)
        return story.reduce(into: [Clock]()) { clocks, step in
            clocks = triage.advance(clocks, by: step.0, at: step.1, for: application)
        }
    }

    @Test func `a clock is then as if it had always gone by the plan`() throws {
        let (before, after) = try sets()
        for seed in 0..<200 { try compare(before, after, seed) }
    }

    private func compare(_ before: Triage, _ after: Triage, _ seed: Int) throws {
        var random = SystemOfSeeds(seed: UInt64(seed))
        func later(_ moment: Timestamp, _ hours: ClosedRange<Int>) -> Timestamp {
            moment.adding(hours: Int.random(in: hours, using: &random))
        }
        let start = later(try moment("2027-01-20T08:00:00+08:00"), 0...600)
        var story: [(ClockTrigger, Timestamp)] = [(.firstContact, start), (.received, start)]
        var now = start
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            now = later(now, 1...30)
            story.append((.step(.requestSupplement), now))
            if Bool.random(using: &random) { break }
            now = later(now, 1...300)
            story.append((.step(.supplemented), now))
        }
        let lived = try live(story, by: before)
        let known = Set(lived.filter { $0.phase.over == nil }.map(\.id))
        #expect(!known.isEmpty)
        let expected = try live(story, by: after).filter { known.contains($0.id) }
        let reckoned = lived.filter { $0.phase.over == nil }.map { after.reckoned($0, receivedAt: start) }
        // A pause that came too late by the one plan was still told.
        #expect(reckoned.map(Self.withoutPauses) == expected.map(Self.withoutPauses), "seed \(seed)")
        // It is kept and read back with all that this needs, and reckoned twice it is the same.
        for clock in reckoned {
            #expect(Clock(stored: clock.stored) == clock)
            #expect(after.reckoned(clock, receivedAt: start) == clock)
        }
        // Whatever was in force between, with the former plan again it is what it was.
        let open = lived.filter { $0.phase.over == nil }
        #expect(reckoned.map { before.reckoned($0, receivedAt: start) } == open, "seed \(seed)")
    }

    private static func withoutPauses(_ clock: Clock) -> Clock {
        var clock = clock
        clock.pauses = []
        return clock
    }

    @Test func `a rule that was wrong for a while costs no pause, not even one that it left no time for`() throws {
        let start = try moment("2026-03-02T09:00:00+08:00")
        let right = try Shipped().triage
        let wrong = try sets { try $0.edit("rules/clocks.xml", #"amount="7" unit"#, #"amount="1" unit"#) }.1
        let lived = try live([(.received, start), (.step(.requestSupplement), start.adding(hours: 72))], by: right)
        let paused = try #require(lived.first { $0.id == "CLK-05" })
        let between = wrong.reckoned(paused, receivedAt: start)
        #expect(between.dueAt < paused.dueAt && Clock(stored: between.stored) == between)
        #expect(right.reckoned(between, receivedAt: start) == paused)
        let resumed = try #require(
            try live(
                [
                    (.received, start), (.step(.requestSupplement), start.adding(hours: 72)),
                    (.step(.supplemented), start.adding(hours: 96)),
                ], by: right
            ).first { $0.id == "CLK-05" })
        #expect(right.reckoned(wrong.reckoned(resumed, receivedAt: start), receivedAt: start) == resumed)
    }

    @Test func `a clock from before pauses were kept stays as it is`() throws {
        let start = try moment("2026-03-02T09:00:00+08:00")
        let running = try #require(try live([(.received, start)], by: try Shipped().triage).first { $0.id == "CLK-05" })
        var stored = try #require(running.stored.object)
        stored["pauses"] = nil
        let former = try #require(Clock(stored: .object(stored)))
        let changed = try sets { try $0.edit("rules/clocks.xml", #"amount="7" unit"#, #"amount="9" unit"#) }.1
        #expect(changed.reckoned(former, receivedAt: start) == former)
        #expect(former.stored["pauses"] == nil)
    }

    @Test func `what is over, and a last day that somebody set, stays`() throws {
        let (before, after) = try sets()
        let start = try moment("2027-02-02T09:00:00+08:00")
        let application = try Shipped().application(Self.application)
        let set = before.clocks(
            startedBy: .step(.requestSupplement), at: start, for: application, until: try day("2027-02-10"))
        let until = try #require(set.first { $0.id == "CLK-09" })
        let fresh = after.reckoned(until, receivedAt: start)
        #expect(fresh.dueAt == until.dueAt && until.isProvisional && !fresh.isProvisional)
        let decided = try live([(.received, start), (.step(.grant), start.adding(hours: 1))], by: before)
        let over = try #require(decided.first { $0.id == "CLK-05" })
        #expect(over.phase.over != nil && after.reckoned(over, receivedAt: start) == over)
    }

    @Test func `a rule that is changed counts anew from the start, one that holds from later on does not`() throws {
        let start = try moment("2026-03-02T09:00:00+08:00")
        let clocks = try live([(.received, start)], by: try Shipped().triage)
        let running = try #require(clocks.first { $0.id == "CLK-05" })
        #expect(running.dueAt.date.iso == "2026-03-09")
        let rule = #"title="审查决定""#
        let changed = try sets { try $0.edit("rules/clocks.xml", #"amount="7" unit"#, #"amount="9" unit"#) }
        #expect(changed.1.reckoned(running, receivedAt: start).dueAt.date.iso == "2026-03-11")
        let later = try sets { copy in
            let file = copy.folder.appending(path: "rules/clocks.xml")
            let text = try String(contentsOf: file, encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.contains(rule) }).description
            let old = line.replacing("<clock ", with: #"<clock to="2026-03-31" "#)
            let new = line.replacing("<clock ", with: #"<clock from="2026-04-01" "#)
                .replacing(#"amount="7""#, with: #"amount="9""#)
            try text.replacing(line, with: old + "\n" + new).write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(later.1.reckoned(running, receivedAt: start) == running)
    }
}

/// SplitMix64: the same seed gives the same story.
private struct SystemOfSeeds: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
