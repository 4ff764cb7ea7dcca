import Foundation
import Testing

/// What says something of a person, in texts that must hold nothing of the kind: logs, figures, pages for viewers.
///
/// No test says what it sent, so none can forget to: any valid identity number and any mobile number is one, whoever it
/// belongs to, and so are the names that people in the tests and examples have.
enum PersonalTraces {
    /// - Parameter names: whether names of the tests and examples count, too; masked names show their first character.
    /// - Returns: each trace with what stands around it; everybody here is invented.
    static func found(in text: String, names: Bool = true) -> [String] {
        let bytes = Array(text.utf8)
        var found = numbers(in: bytes)
        for word in PlantedRun.planted + (names ? ["测"] : []) {
            for form in [word, word.urlEscaped] {
                found += places(of: Array(form.utf8), in: bytes)
            }
        }
        return found.map { place in
            String(
                decoding: bytes[max(0, place.lowerBound - 160)..<min(bytes.count, place.upperBound + 60)], as: UTF8.self
            )
        }
    }

    // MARK: Numbers

    /// Where identity numbers of GB 11643 and mobile numbers stand.
    private static func numbers(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            guard isWord(bytes[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < bytes.count, isWord(bytes[end]) { end += 1 }
            if end - start == 11, isMobile(bytes[start..<end]), !isFigure(at: start, bytes) {
                found.append(start..<end)
            }
            for first in stride(from: start, through: end - 18, by: 1) where isIdentity(bytes[first..<first + 18]) {
                found.append(first..<first + 18)
            }
            start = end
        }
        return found
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    /// Bytes on a disk are eleven digits too; they are numbers of JSON and no texts.
    private static func isFigure(at start: Int, _ bytes: [UInt8]) -> Bool {
        start >= 2 && bytes[start - 1] == UInt8(ascii: ":") && bytes[start - 2] == UInt8(ascii: "\"")
    }

    private static func isMobile(_ word: ArraySlice<UInt8>) -> Bool {
        word.allSatisfy { (48...57).contains($0) } && word.first == 49
            && word.dropFirst().first.map { $0 >= 51 } == true
    }

    private static func isIdentity(_ word: ArraySlice<UInt8>) -> Bool {
        let digits = word.prefix(17).map { Int($0) - 48 }
        guard digits.allSatisfy({ (0...9).contains($0) }), digits[0] > 0, let check = word.last else { return false }
        let (year, month, day) = (
            digits[6] * 1000 + digits[7] * 100 + digits[8] * 10 + digits[9], digits[10] * 10 + digits[11],
            digits[12] * 10 + digits[13]
        )
        guard (1880...2100).contains(year), (1...12).contains(month), (1...31).contains(day) else { return false }
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
        return Array("10X98765432".utf8)[sum % 11] == (check == UInt8(ascii: "x") ? UInt8(ascii: "X") : check)
    }

    // MARK: Words

    private static func places(of word: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
        guard let first = word.first else { return [] }
        var found: [Range<Int>] = []
        var from = 0
        while let start = bytes[from...].firstIndex(of: first) {
            if bytes[start...].starts(with: word), !isOrdinary(bytes[start...]) {
                found.append(start..<start + word.count)
            }
            from = start + 1
        }
        return found
    }

    /// 测试 is a word of its own, where no numeral of a person (甲乙丙…) follows.
    private static func isOrdinary(_ rest: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: rest.prefix(12), as: UTF8.self)
        guard text.hasPrefix("测试") else { return false }
        return text.dropFirst(2).first.map { !"甲乙丙丁戊己庚辛壬癸".contains($0) } ?? true
    }
}

@Suite struct PersonalTraceTests {
    @Test(arguments: [
        #"{"event":"x","id":"\#(inventedNumber(7))"}"#, "R\(inventedNumber(8))", "a,13912345678\n",
        "/v1/x?tel=13912345678",
        "测试甲", "测某", "%E6%B5%8B%E6%9F%90", PlantedRun.lawyer, PlantedRun.paper,
    ])
    func `what says something of a person is found`(text: String) {
        #expect(!PersonalTraces.found(in: text).isEmpty)
    }

    @Test(arguments: [
        #"{"event":"disk","free":13912345678}"#, "测试连接", "2026-11-29T22:19:58.325+08:00", "139123456789",
        "29ca6717c6fe3df2b19b5755957fbbcd13912345678a", "320402199001010000",
    ])
    func `ordinary texts are none`(text: String) {
        #expect(PersonalTraces.found(in: text) == [])
    }

    @Test func `a gateway that tells of a person fails the test that started it`() throws {
        let gateway = try GatewayProcess()
        try gateway.start(by: ["/bin/sh", "-c", "echo '{\"event\":\"x\",\"name\":\"测试甲\"}' >&2; exec \"$@\"", "sh"])
        withKnownIssue { _ = gateway.stop() }
        gateway.remove()
    }
}
