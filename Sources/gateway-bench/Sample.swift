import Foundation

/// The referral that is measured: a court's notice of about 4 KB in GB18030, its message id counted up.
struct Sample: Sendable {
    static let mapping = "court/defence-notice"
    private static let idDigits = 9

    let bytes: [UInt8]
    private let idStart: Int

    /// Takes the shipped example and lengthens its attached letter to the size that courts send.
    init(repository: URL) throws {
        let file = repository.appending(path: "Mappings/\(Self.mapping)/examples/all-fields.gb18030.xml")
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw BenchFailure("run this from the repository: \(file.path) cannot be read")
        }
        var bytes = [UInt8](data)
        // Base64 without line breaks grows by the size of whole groups of four.
        let attachment = Array("<WJNR><![CDATA[".utf8)
        guard let start = Self.index(of: attachment, in: bytes) else {
            throw BenchFailure("the example holds no attachment")
        }
        let filling = Array(repeatElement(Array("QUFB".utf8), count: max(0, 4096 - bytes.count) / 4).joined())
        bytes.insert(contentsOf: filling, at: start + attachment.count)
        let tag = Array("<XXBH>".utf8)
        guard let id = Self.index(of: tag, in: bytes),
            let end = bytes[id...].dropFirst(tag.count).firstIndex(of: UInt8(ascii: "<"))
        else { throw BenchFailure("the example holds no message id") }
        bytes.replaceSubrange(
            id + tag.count..<end, with: Array(("B-" + String(repeating: "0", count: Self.idDigits)).utf8))
        idStart = id + tag.count + 2
        self.bytes = bytes
    }

    /// The same referral under another message id.
    func numbered(_ number: Int) -> [UInt8] {
        var copy = bytes
        var rest = number
        for position in (idStart..<idStart + Self.idDigits).reversed() {
            copy[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return copy
    }

    private static func index(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: needle) }
    }
}
