import Foundation
import Testing

/// Documents, texts and mapping files hurt at random from a fixed seed: nothing may crash, hang or grow.
///
/// A few hundred rounds in every run. `LEGAL_AID_FUZZ_SECONDS` makes it run that long and tell what it did;
/// `LEGAL_AID_FUZZ_SEED` takes another road. `make fuzz` tries the same with libFuzzer, led by what the code covers.
@Suite(.serialized) struct Fuzzing {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["LEGAL_AID_FUZZ_SECONDS"].flatMap { Double($0) }
    private static let seed = environment["LEGAL_AID_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_240_213

    /// Runs until the time is over, or so often.
    private func rounds(_ count: Int, share: Double, _ work: (Int) throws -> Void) rethrows -> Int {
        guard let seconds = Self.seconds else {
            for round in 0..<count { try work(round) }
            return count
        }
        let end = ContinuousClock.now + .milliseconds(Int(seconds * share * 1000))
        var round = 0
        while ContinuousClock.now < end {
            try work(round)
            round += 1
        }
        return round
    }

    private func tell(_ what: String, _ rounds: Int, _ before: Int) {
        guard Self.seconds != nil else { return }
        print("fuzz: \(rounds) \(what), seed \(Self.seed), resident \(before) KiB before, \(Self.resident()) KiB after")
    }

    /// KiB.
    private static func resident() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
    }

    /// Hurts good bytes and tries them.
    private func run(_ target: FuzzTarget, rounds count: Int, share: Double) throws {
        let bench = try FuzzBench(
            mappings: mappingsFolder,
            set: FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)"))
        defer { bench.remove() }
        let seeds = try target.seeds(of: mappingsFolder)
        var random = SplitMix(state: Self.seed &+ UInt64(FuzzTarget.allCases.firstIndex(of: target) ?? 0))
        var before = 0
        let done = try rounds(count, share: share) { round in
            if round == count * 2 / 3 { before = Self.resident() }
            let bytes = Mutator.hurt(seeds, by: &random)
            if let problem = try bench.problem(of: bytes, as: target) { Issue.record("\(target): \(problem)") }
        }
        tell(target.rawValue, done, before)
        if Self.seconds != nil { #expect(Self.resident() - before < 64 << 10, "memory grows") }
    }

    @Test func `hurt documents are read or refused`() throws { try run(.documents, rounds: 300, share: 0.2) }

    @Test func `hurt documents are translated or refused`() throws { try run(.translation, rounds: 300, share: 0.2) }

    @Test func `hurt documents within a document are read or told`() throws {
        try run(.embedded, rounds: 200, share: 0.2)
    }

    @Test func `hurt texts are converted or refused`() throws { try run(.texts, rounds: 600, share: 0.2) }

    @Test func `hurt mapping files load or are refused with a place`() throws {
        try run(.mappings, rounds: 40, share: 0.2)
    }
}

/// Numbers that are the same on every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes a hurt copy of one of several good texts.
enum Mutator {
    private static let pieces: [[UInt8]] =
        [
            "<", ">", "&", "&#0;", "&#x10FFFF;", "&nbsp;", "]]>", "<![CDATA[", "<!--", "-->", "<!DOCTYPE a [", "<?xml",
            "/>",
            "\"", "'", "{", "}", "[", "]", ",", ":", "null", "1e999", "-0", "\\u0000", "\\uD800", "\u{FEFF}",
            "\u{200B}",
            "\u{E000}", "㐀", "𬱖", "١٢", "9999999999999999999999", "count(//*)", "//*[1]/..", "//", "%s%n", "\0",
            "xmlns:a=\"b\"",
        ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x81, 0x30, 0x81, 0x30], [0xC3], [0x84, 0x31, 0x95, 0x33]]

    static func hurt(_ seeds: [[UInt8]], by random: inout SplitMix) -> [UInt8] {
        var bytes = seeds.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
            switch Int.random(in: 0..<9, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
            case 2: bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &random) ?? [])
            case 3: if place < bytes.count { bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random)) }
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 5: bytes.removeSubrange(place...)
            case 6:
                let other = seeds.randomElement(using: &random) ?? []
                let start = Int.random(in: 0...other.count, using: &random)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 400)], at: place)
            case 7:
                let piece = pieces.randomElement(using: &random) ?? []
                bytes.insert(contentsOf: Array(repeatElement(piece, count: 300).joined()), at: place)
            default:
                if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
            }
        }
        return bytes
    }
}
