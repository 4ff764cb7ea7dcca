import Foundation

/// A bare item of a structured field (RFC 8941 §3.3), of the kinds that signatures and digests have.
enum StructuredItem: Equatable {
    case string(String)
    case token(String)
    case integer(Int64)
    case bytes([UInt8])
    case boolean(Bool)

    /// RFC 8941 §4.1.3.
    var serialized: String {
        switch self {
        case .string(let text): "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        case .token(let text): text
        case .integer(let number): "\(number)"
        case .bytes(let bytes): ":\(Data(bytes).base64EncodedString()):"
        case .boolean(let flag): flag ? "?1" : "?0"
        }
    }
}

struct StructuredParameters: Equatable {
    var pairs: [(name: String, value: StructuredItem)] = []

    subscript(name: String) -> StructuredItem? { pairs.last { $0.name == name }?.value }

    var serialized: String {
        pairs.map { $0.value == .boolean(true) ? ";\($0.name)" : ";\($0.name)=\($0.value.serialized)" }.joined()
    }

    static func == (one: Self, other: Self) -> Bool { one.serialized == other.serialized }
}

/// What a member of a dictionary is (RFC 8941 §3.2).
enum StructuredMember: Equatable {
    case item(StructuredItem, StructuredParameters)
    case list([(StructuredItem, StructuredParameters)], StructuredParameters)

    static func == (one: Self, other: Self) -> Bool { one.serialized == other.serialized }

    var serialized: String {
        switch self {
        case .item(let item, let parameters): item.serialized + parameters.serialized
        case .list(let items, let parameters):
            "(\(items.map { $0.0.serialized + $0.1.serialized }.joined(separator: " ")))\(parameters.serialized)"
        }
    }
}

/// Reads dictionaries of structured fields strictly (RFC 8941 §4.2.2): whatever is not by the letter gives nothing.
struct StructuredField {
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var index = 0

    static func dictionary(_ text: String) throws(Malformed) -> [(name: String, value: StructuredMember)] {
        var reader = StructuredField(bytes: Array(text.utf8))
        return try reader.dictionary()
    }

    private mutating func dictionary() throws(Malformed) -> [(name: String, value: StructuredMember)] {
        var members: [(name: String, value: StructuredMember)] = []
        skip(" ")
        while index < bytes.count {
            let name = try key()
            let value: StructuredMember
            if take("=") { value = try member() } else { value = .item(.boolean(true), try parameters()) }
            members.removeAll { $0.name == name }
            members.append((name, value))
            skip(" \t")
            guard index < bytes.count else { break }
            guard take(",") else { throw Malformed() }
            skip(" \t")
            guard index < bytes.count else { throw Malformed() }
        }
        return members
    }

    private mutating func member() throws(Malformed) -> StructuredMember {
        guard take("(") else { return .item(try item(), try parameters()) }
        var items: [(StructuredItem, StructuredParameters)] = []
        while true {
            skip(" ")
            if take(")") { return .list(items, try parameters()) }
            items.append((try item(), try parameters()))
            guard let next = peek, next == UInt8(ascii: " ") || next == UInt8(ascii: ")") else { throw Malformed() }
        }
    }

    private mutating func parameters() throws(Malformed) -> StructuredParameters {
        var parameters = StructuredParameters()
        while take(";") {
            skip(" ")
            let name = try key()
            let value = take("=") ? try item() : .boolean(true)
            parameters.pairs.removeAll { $0.name == name }
            parameters.pairs.append((name, value))
        }
        return parameters
    }

    private mutating func key() throws(Malformed) -> String {
        guard let first = peek, Self.isLower(first) || first == UInt8(ascii: "*") else { throw Malformed() }
        return text { Self.isLower($0) || Self.isDigit($0) || "_-.*".utf8.contains($0) }
    }

    private mutating func item() throws(Malformed) -> StructuredItem {
        guard let first = peek else { throw Malformed() }
        switch first {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: ":"): return .bytes(try byteSequence())
        case UInt8(ascii: "?"):
            index += 1
            if take("1") { return .boolean(true) }
            guard take("0") else { throw Malformed() }
            return .boolean(false)
        case _ where Self.isDigit(first) || first == UInt8(ascii: "-"):
            let sign: Int64 = take("-") ? -1 : 1
            let digits = text(Self.isDigit)
            guard digits.utf8.count <= 15, let number = Int64(digits), peek != UInt8(ascii: ".") else {
                throw Malformed()
            }
            return .integer(sign * number)
        case _ where Self.isLetter(first) || first == UInt8(ascii: "*"):
            return .token(text { Self.isLetter($0) || Self.isDigit($0) || "!#$%&'*+-.^_`|~:/".utf8.contains($0) })
        case _: throw Malformed()
        }
    }

    private mutating func string() throws(Malformed) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = peek, next == UInt8(ascii: "\"") || next == byte else { throw Malformed() }
                index += 1
                text.append(next)
            case 0x20...0x7E: text.append(byte)
            case _: throw Malformed()
            }
        }
        throw Malformed()
    }

    private mutating func byteSequence() throws(Malformed) -> [UInt8] {
        index += 1
        let encoded = text { $0 != UInt8(ascii: ":") }
        // Only what is encoded in the one way that these bytes are: another spelling would be another field.
        guard take(":"), let data = Data(base64Encoded: encoded), data.base64EncodedString() == encoded else {
            throw Malformed()
        }
        return [UInt8](data)
    }

    // MARK: Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skip(_ blanks: String) { while let byte = peek, blanks.utf8.contains(byte) { index += 1 } }

    private mutating func text(_ belongs: (UInt8) -> Bool) -> String {
        let start = index
        while let byte = peek, belongs(byte) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { isLower(byte) || (65...90).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
