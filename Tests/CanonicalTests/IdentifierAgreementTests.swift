import Foundation
import Testing
import Vocabulary

@testable import Canonical

/// A generator that gives the same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The same checks written from ISO 7064 instead of the national standards' weight tables.
private enum SecondOpinion {
    static let provinces = Set(
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
            .split(separator: " ").map(String.init))
    static let abolished: Set = [
        "320401", "320403", "320405", "320421", "320422", "320423", "320482", "320483",
    ]

    /// ISO 7064 pure system, by its recursion: what the check value must bring to `remainder`.
    static func pure(_ values: some Sequence<Int>, modulus: Int, radix: Int) -> Int {
        values.reduce(0) { ($0 + $1) * radix % modulus }
    }

    static func residentID(_ text: String) -> IdCheck {
        guard text.utf8.count == 18, text.dropLast().utf8.allSatisfy({ (48...57).contains($0) }),
            "0123456789X".utf8.contains(text.utf8.last ?? 0),
            provinces.contains(String(text.prefix(2))), isDate(text.dropFirst(6).prefix(8))
        else { return .formatError }
        let values = text.map { $0 == "X" ? 10 : Int(String($0)) ?? -1 }
        guard (pure(values.dropLast(), modulus: 11, radix: 2) + (values.last ?? 0)) % 11 == 1 else {
            return .checksumError
        }
        return abolished.contains(String(text.prefix(6))) ? .validLegacyArea : .valid
    }

    static func isDate(_ digits: Substring) -> Bool {
        let year = Int(digits.prefix(4)) ?? 0
        let month = Int(digits.dropFirst(4).prefix(2)) ?? 0
        let day = Int(digits.suffix(2)) ?? 0
        let isLeap = year % 400 == 0 || (year % 4 == 0) != (year % 100 == 0)
        let months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1900...2026).contains(year), months.indices.contains(month - 1), (1...months[month - 1]).contains(day)
        else { return false }
        return (year, month, day) <= (2026, 11, 23)
    }

    static let symbols = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
    static let values = Dictionary(uniqueKeysWithValues: zip(symbols, 0...))
    /// Digits, then every letter from 10 on, as in GB 11714.
    static let organisationValues = Dictionary(uniqueKeysWithValues: zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0...))

    static func creditCode(_ text: String) -> IdCheck {
        let characters = Array(text)
        let values = characters.compactMap { Self.values[$0] }
        guard characters.count == 18, values.count == 18, Set(characters.dropLast()).count > 1 else {
            return .formatError
        }
        // The weights rise to the right here, so the recursion runs from the right.
        let sum = values.dropLast().reversed().reduce(0) { ($0 * 3 + $1) % 31 }
        guard (sum + values[17]) % 31 == 0 else { return .checksumError }
        let inner = pure(characters[8..<16].compactMap { organisationValues[$0] }, modulus: 11, radix: 2)
        guard let last = characters[16] == "X" ? 10 : characters[16].wholeNumberValue else { return .checksumError }
        return (inner + last) % 11 == 0 ? .valid : .checksumError
    }
}

@Suite struct IdentifierAgreement {
    private let today = CalendarDate(year: 2026, month: 11, day: 23) ?? CalendarDate(daysSince1970: 0)

    /// Mostly the kind of number it should be, often hurt in one of the ways that people and systems hurt numbers.
    private func mutated(_ text: String, alphabet: [Character], by random: inout SeededGenerator) -> String {
        var characters = Array(text)
        let place = Int.random(in: 0..<characters.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1, 2: break
        case 3: characters[place] = alphabet.randomElement(using: &random) ?? "0"
        case 4: characters.swapAt(place, (place + 1) % characters.count)
        case 5: characters.remove(at: place)
        case 6: characters.insert(alphabet.randomElement(using: &random) ?? "0", at: place)
        default: characters = characters.map { Int.random(in: 0..<6, using: &random) == 0 ? "I" : $0 }
        }
        return String(characters)
    }

    @Test func `two implementations agree on a hundred thousand identity numbers`() {
        var random = SeededGenerator(state: 11_643)
        var seen: [IdCheck: Int] = [:]
        let areas = Array(SecondOpinion.provinces.sorted().map { $0 + "0102" }) + SecondOpinion.abolished.sorted()
        for _ in 0..<100_000 {
            let birth = String(
                format: "%04d%02d%02d", Int.random(in: 1895...2030, using: &random),
                Int.random(in: 1...12, using: &random), Int.random(in: 1...31, using: &random))
            let body =
                (areas.randomElement(using: &random) ?? "320402") + birth
                + String(format: "%03d", Int.random(in: 0...999, using: &random))
            let values = body.compactMap(\.wholeNumberValue)
            let check = (12 - SecondOpinion.pure(values, modulus: 11, radix: 2)) % 11
            let number = mutated(body + (check == 10 ? "X" : "\(check)"), alphabet: Array("0123456789X"), by: &random)
            let verdict = ResidentID.check(number, today: today)
            seen[verdict, default: 0] += 1
            if verdict != SecondOpinion.residentID(number) { Issue.record("they disagree on \(number)") }
        }
        #expect(seen[.valid, default: 0] > 20_000 && seen[.checksumError, default: 0] > 10_000)
        #expect(seen[.validLegacyArea, default: 0] > 5_000 && seen[.formatError, default: 0] > 20_000)
    }

    @Test func `two implementations agree on a hundred thousand credit codes`() {
        var random = SeededGenerator(state: 32_100)
        var seen: [IdCheck: Int] = [:]
        let symbols = SecondOpinion.symbols
        for _ in 0..<100_000 {
            let organisation = (0..<8).map { _ in symbols.randomElement(using: &random) ?? "0" }
            let inner = SecondOpinion.pure(
                organisation.compactMap { SecondOpinion.organisationValues[$0] }, modulus: 11, radix: 2)
            let innerCheck = (11 - inner) % 11
            var body = ["11", "91", "N2", "54"].randomElement(using: &random) ?? "91"
            body += "320" + String(format: "%03d", Int.random(in: 0...999, using: &random))
            body += String(organisation) + (innerCheck == 10 ? "X" : "\(innerCheck)")
            let sum = body.reversed().reduce(0) { ($0 * 3 + (SecondOpinion.values[$1] ?? 0)) % 31 }
            let code = mutated(
                body + String(symbols[(31 - sum) % 31]), alphabet: symbols + Array("IO"), by: &random)
            let verdict = UnifiedSocialCreditCode.check(code)
            seen[verdict, default: 0] += 1
            if verdict != SecondOpinion.creditCode(code) { Issue.record("they disagree on \(code)") }
        }
        #expect(seen[.valid, default: 0] > 30_000 && seen[.checksumError, default: 0] > 10_000)
        #expect(seen[.formatError, default: 0] > 10_000)
    }

    @Test(arguments: [
        ("810000199001019910", "HMT", IdCheck.valid), ("E12345678", "414", .notChecked),
        ("USA320056789012", "553", .notChecked), ("US1320056789012", "553", .formatError),
        ("990102199001019917", "553", .valid), ("990102199001019917", "111", .formatError),
        ("990102199001019916", "553", .checksumError), ("320411198506109938", "553", .formatError),
    ])
    func `each kind of paper is held to its own rule`(number: String, type: String, expected: IdCheck) {
        #expect(IdentityDocument.check(number, type: type, today: today) == expected)
    }

    @Test func `a code that lost several leading zeros is found by the list's width`() {
        let list = CodeList(
            name: "country", standard: nil, match: .exact,
            entries: [CodeEntry(code: "004", zh: "阿富汗", aliases: []), CodeEntry(code: "156", zh: "中国", aliases: [])])
        #expect(list.code(for: "4") == "004" && list.code(for: "04.0") == "004" && list.code(for: "5") == nil)
    }
}
