import Transport

/// What a form sent: `application/x-www-form-urlencoded` (WHATWG URL §5.1).
struct Form: Sendable {
    private let fields: [String: String]

    /// - Throws: `Problem` for a body that is no form, or not UTF-8.
    init(_ request: HTTPRequest) throws(Problem) {
        let type = request.header("Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else {
            throw Problem(.badRequest, zh: "请从控制台页面提交表单。", en: "Submit the form from the console's own page.")
        }
        var fields: [String: String] = [:]
        for pair in request.body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = parts.count > 1 ? Self.decoded(parts[1]) : "" else {
                throw Problem(.badRequest, zh: "表单内容无法读取。", en: "The form cannot be read.")
            }
            fields[name] = value
        }
        self.fields = fields
    }

    /// A field as it was typed; empty where it was left out.
    subscript(name: String) -> String { fields[name] ?? "" }

    /// The fields whose names begin so, by what follows, in the order of names.
    func all(_ prefix: String) -> [(name: String, value: String)] {
        fields.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
            .sorted { $0.0 < $1.0 }
    }

    /// What people write at length, in the order in which it is shown.
    static let typedNames = ["text", "reason"]

    /// Whether there is something that nobody wants to write twice.
    var isTyped: Bool { Self.typedNames.contains { !self[$0].isEmpty } }

    func has(_ name: String) -> Bool { fields[name] != nil }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): plain.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit)
                else {
                    return nil
                }
                plain.append(high << 4 | low)
            default: plain.append(byte)
            }
        }
        return String(validating: plain, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
