/// A telephone number of mainland China.
public struct PhoneNumber: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        case mobile, landline
        /// A hotline or another number of an institution or a company: nobody's own.
        case hotline
    }

    public let kind: Kind
    /// Digits only; a landline with its area code, such as `051980000002`.
    public let digits: String
    /// The extension behind a switchboard.
    public private(set) var extensionDigits: String?
    /// The area code was not written and the given one was taken.
    public let areaCodeAssumed: Bool

    /// Digits, and the extension behind a hyphen.
    public var text: String { digits + (extensionDigits.map { "-\($0)" } ?? "") }

    /// Reads the first number of a text (`PhoneGrammar`). Nothing where there is no complete number.
    ///
    /// - Parameter areaCode: taken for a landline written without one; 0519 is Changzhou.
    public init?(parsing raw: String, areaCode: String = Self.cityAreaCode) {
        guard let first = Self.all(in: raw, areaCode: areaCode).first else { return nil }
        self = first
    }

    /// Changzhou's.
    public static let cityAreaCode = "0519"

    /// Every number of a text that joins several.
    public static func all(in raw: String, areaCode: String = cityAreaCode) -> [PhoneNumber] {
        PhoneGrammar(raw, areaCode: areaCode).numbers
    }

    /// Every number of a text, and whether digits or words were left aside.
    public static func reading(
        _ raw: String, areaCode: String = cityAreaCode
    ) -> (numbers: [PhoneNumber], hasLeftDigits: Bool, hasLeftWords: Bool) {
        let grammar = PhoneGrammar(raw, areaCode: areaCode)
        return (grammar.numbers, grammar.hasLeftDigits, grammar.hasLeftWords)
    }

    /// One number of nothing but digits.
    init?(digits: String, areaCode: String) {
        if let mobile = Self.mobile(digits) {
            self.init(.mobile, mobile)
        } else if Self.isHotline(digits) {
            self.init(.hotline, digits)
        } else if let (landline, assumed) = Self.landline(digits, areaCode) {
            self.init(.landline, landline, areaCodeAssumed: assumed)
        } else {
            return nil
        }
    }

    private init(_ kind: Kind, _ digits: String, areaCodeAssumed: Bool = false) {
        self.kind = kind
        self.digits = digits
        self.areaCodeAssumed = areaCodeAssumed
    }

    func extended(by digits: String) -> PhoneNumber {
        var copy = self
        copy.extensionDigits = digits
        return copy
    }

    /// Of a landline.
    var areaCode: String? {
        kind == .landline ? String(digits.prefix(Self.areaLength(digits[...]))) : nil
    }

    private static func mobile(_ digits: String) -> String? {
        var digits = digits[...]
        for prefix in ["0086", "86"] where digits.utf8.count == 11 + prefix.utf8.count && digits.hasPrefix(prefix) {
            digits = digits.dropFirst(prefix.count)
        }
        guard digits.utf8.count == 11, digits.utf8.first == UInt8(ascii: "1"),
            let second = digits.utf8.dropFirst().first, (0x33...0x39).contains(second)
        else { return nil }
        return String(digits)
    }

    private static func landline(_ digits: String, _ areaCode: String) -> (digits: String, assumed: Bool)? {
        var digits = digits[...]
        if digits.hasPrefix("0086") { digits = digits.dropFirst(2) }
        if digits.hasPrefix("86"), digits.utf8.count >= 12 { digits = "0" + digits.dropFirst(2).drop { $0 == "0" } }
        guard digits.utf8.first == UInt8(ascii: "0") else {
            return isLocal(digits) && digits.utf8.count == 8 ? (areaCode + digits, true) : nil
        }
        return isLocal(digits.dropFirst(areaLength(digits))) ? (String(digits), false) : nil
    }

    /// 010 and 02x are the area codes of three digits.
    private static func areaLength(_ digits: Substring) -> Int {
        digits.hasPrefix("010") || digits.hasPrefix("02") ? 3 : 4
    }

    private static func isLocal(_ digits: Substring) -> Bool {
        guard (7...8).contains(digits.utf8.count), let first = digits.utf8.first else { return false }
        return (0x32...0x39).contains(first)
    }

    /// Emergency calls, 12xxx (legal service, labour, procuratorate, court, city), operators, 95xxx and 96xxx, and numbers
    /// that begin with 400 or 800; with or without an area code before a short one.
    private static func isHotline(_ digits: String) -> Bool {
        var short = digits[...]
        if digits.utf8.first == UInt8(ascii: "0") { short = digits.dropFirst(areaLength(digits[...])) }
        switch short.utf8.count {
        case 3: return ["110", "119", "120", "122", "114"].contains(short)
        case 5: return short.hasPrefix("12") || short.hasPrefix("100") || short.hasPrefix("95") || short.hasPrefix("96")
        case 6: return short.hasPrefix("95") || short.hasPrefix("96")
        case 10: return digits.hasPrefix("400") || digits.hasPrefix("800")
        default: return false
        }
    }
}
