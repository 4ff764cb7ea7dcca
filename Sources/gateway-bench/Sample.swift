import Foundation

/// The referral that is measured: a court's notice of about 4 KB in GB18030, each about another person.
struct Sample: Sendable {
    static let mapping = "court/defence-notice"

    let bytes: [UInt8]
    private let messageID: Int
    private let idNumber: Int
    private let caseNumber: Int

    /// Takes the shipped example and lengthens its attached letter to the size that courts send.
    init(repository: URL) throws {
        let file = repository.appending(path: "Mappings/\(Self.mapping)/examples/all-fields.gb18030.xml")
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw BenchFailure("run this from the repository: \(file.path) cannot be read")
        }
        var bytes = [UInt8](data)
        messageID = try Self.place("XXBH", "B-" + Self.digits(0, 9), in: &bytes) + 2
        idNumber = try Self.place("SFZHM", Self.idNumber(0), in: &bytes)
        caseNumber = try Self.place("AH", "(2023)", keeping: true, in: &bytes)
        // Base64 without line breaks grows by the size of whole groups of four.
        let attachment = Array("<WJNR><![CDATA[".utf8)
        guard let start = Self.index(of: attachment, in: bytes) else {
            throw BenchFailure("the example holds no attachment")
        }
        let filling = Array(repeatElement(Array("QUFB".utf8), count: max(0, 4096 - bytes.count) / 4).joined())
        bytes.insert(contentsOf: filling, at: start + attachment.count)
        self.bytes = bytes
    }

    /// The same referral under another message id, about another person in another case.
    func numbered(_ number: Int) -> [UInt8] {
        var copy = bytes
        copy.replaceSubrange(messageID..<messageID + 9, with: Array(Self.digits(number, 9).utf8))
        copy.replaceSubrange(idNumber..<idNumber + 18, with: Array(Self.idNumber(number).utf8))
        copy.replaceSubrange(caseNumber + 1..<caseNumber + 5, with: Array(Self.digits(2016 + number % 10, 4).utf8))
        return copy
    }

    /// A valid resident identity number (GB 11643) for each number below some millions.
    private static func idNumber(_ number: Int) -> String {
        let day = number % 28 + 1
        let month = number / 28 % 12 + 1
        let year = 1950 + number / 336 % 55
        let body = "320402\(year)\(digits(month, 2))\(digits(day, 2))\(digits(number / 18_480 % 1000, 3))"
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(body.utf8, weights).reduce(0) { $0 + (Int($1.0) - 48) * $1.1 }
        return body + String(Array("10X98765432")[sum % 11])
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text.suffix(width)
    }

    /// Puts a text into an element, or finds where its own begins.
    private static func place(
        _ name: String, _ text: String, keeping: Bool = false, in bytes: inout [UInt8]
    ) throws -> Int {
        let tag = Array("<\(name)>".utf8)
        guard let start = index(of: tag, in: bytes),
            let end = bytes[start...].dropFirst(tag.count).firstIndex(of: UInt8(ascii: "<"))
        else { throw BenchFailure("the example holds no \(name)") }
        if !keeping { bytes.replaceSubrange(start + tag.count..<end, with: Array(text.utf8)) }
        return start + tag.count
    }

    private static func index(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: needle) }
    }
}
