import Documents
import Foundation

/// The referral that is measured: a court's notice of about 4 KB in GB18030, each about another person.
struct Sample: Sendable {
    static let mapping = "court/defence-notice"

    /// Whom the referrals of different numbers are about.
    enum Subject: CaseIterable {
        /// Another person and case each.
        case another
        /// One person, in a case of its own each.
        case samePerson
        /// One person and case: second notices.
        case sameCase
    }

    private(set) var bytes: [UInt8]
    var subject = Subject.another
    private let messageID: Int
    private let birthDate: Int
    private let idNumber: Int
    private let caseNumber: Int

    /// Takes the shipped example and lengthens its attached dead letter to the size that courts send.
    init(repository: URL) throws {
        let file = repository.appending(path: "Mappings/\(Self.mapping)/examples/all-fields.gb18030.xml")
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw BenchFailure("run this from the repository: \(file.path) cannot be read")
        }
        var bytes = [UInt8](data)
        messageID = try Self.place("XXBH", Array("B-000000000".utf8), in: &bytes) + 2
        let court = try TextEncoding.gb18030.encode("(2023)苏0402刑初9")
        let end = try TextEncoding.gb18030.encode("号")
        caseNumber = try Self.place("AH", court + Array("0000000".utf8) + end, in: &bytes) + court.count
        birthDate = try Self.place("CSRQ", Array(repeating: 0x30, count: 8), in: &bytes)
        idNumber = try Self.place("SFZHM", Array(repeating: 0x30, count: 18), in: &bytes)
        // Base64 without line breaks grows by the size of whole groups of four.
        let attachment = Array("<WJNR><![CDATA[".utf8)
        guard let start = Self.index(of: attachment, in: bytes) else {
            throw BenchFailure("the example holds no attachment")
        }
        let filling = Array(repeatElement(Array("QUFB".utf8), count: max(0, 4096 - bytes.count) / 4).joined())
        bytes.insert(contentsOf: filling, at: start + attachment.count)
        self.bytes = bytes
        number(0, in: &self.bytes, at: 0)
    }

    /// The same referral under another message id, about another person in another case.
    func numbered(_ number: Int) -> [UInt8] {
        var copy = bytes
        self.number(number, in: &copy, at: 0)
        return copy
    }

    /// Makes the referral that begins there another one, in place.
    func number(_ number: Int, in buffer: inout [UInt8], at start: Int) {
        Self.write(number, 9, to: &buffer, at: start + messageID)
        if subject != .sameCase { Self.write(number, 7, to: &buffer, at: start + caseNumber) }
        if subject != .another { return }
        Self.writePerson(number, birthDate: start + birthDate, idNumber: start + idNumber, to: &buffer)
    }

    /// A valid resident identity number (GB 11643) for each number below 672 000, of a boy as the dead letter says, with the
    /// birth date that it tells.
    private static func writePerson(
        _ number: Int, birthDate: Int, idNumber start: Int, to buffer: inout [UInt8]
    ) {
        write(320_402, 6, to: &buffer, at: start)
        for at in [birthDate, start + 6] {
            write(2009 + number / 336 % 4, 4, to: &buffer, at: at)
            write(number / 28 % 12 + 1, 2, to: &buffer, at: at + 4)
            write(number % 28 + 1, 2, to: &buffer, at: at + 6)
        }
        // Odd for men.
        write(number / 1344 % 500 * 2 + 1, 3, to: &buffer, at: start + 14)
        var sum = 0
        var weight = 1
        for index in (start..<start + 17).reversed() {
            weight = weight * 2 % 11
            sum += (Int(buffer[index]) - 48) * weight
        }
        let check = (12 - sum % 11) % 11
        buffer[start + 17] = check == 10 ? UInt8(ascii: "X") : UInt8(48 + check)
    }

    /// The last digits of a number.
    private static func write(_ number: Int, _ width: Int, to buffer: inout [UInt8], at start: Int) {
        var rest = number
        for index in (start..<start + width).reversed() {
            buffer[index] = UInt8(48 + rest % 10)
            rest /= 10
        }
    }

    /// Puts a text into the first element of that name.
    ///
    /// - Returns: where the text begins.
    private static func place(_ name: String, _ text: [UInt8], in bytes: inout [UInt8]) throws -> Int {
        let tag = Array("<\(name)>".utf8)
        guard let start = index(of: tag, in: bytes).map({ $0 + tag.count }),
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "<"))
        else { throw BenchFailure("the example holds no \(name)") }
        bytes.replaceSubrange(start..<end, with: text)
        return start
    }

    private static func index(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: needle) }
    }
}
