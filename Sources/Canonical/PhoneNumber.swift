/// A telephone number of mainland China.
public struct PhoneNumber: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable { case mobile, landline, hotline }

    public let kind: Kind
    /// Digits only; a landline with its area code, such as `051980000002`.
    public let digits: String
    /// The extension behind a switchboard.
    public let extensionDigits: String?
    /// The area code was not written and the given one was taken.
    public let areaCodeAssumed: Bool

    /// Reads one number leniently: full-width digits, blanks, hyphens, brackets, the country code, an extension, and a
    /// label before or a name after it. Nothing where there is no complete number.
    ///
    /// - Parameter areaCode: taken for a landline written without one; 0519 is Changzhou.
    public init?(parsing raw: String, areaCode: String = "0519") {
        let parts = Self.parts(of: raw)
        let joined = parts.groups.joined()
        if let mobile = Self.mobile(joined) {
            self.init(.mobile, mobile, parts.extensionDigits)
        } else if Self.hotlines.contains(joined) {
            self.init(.hotline, joined, nil)
        } else if parts.extensionDigits == nil, let last = parts.groups.last, parts.groups.count >= 2,
            (1...6).contains(last.utf8.count),
            let (landline, assumed) = Self.landline(parts.groups.dropLast().joined(), areaCode)
        {
            self.init(.landline, landline, last, areaCodeAssumed: assumed)
        } else if let (landline, assumed) = Self.landline(joined, areaCode) {
            self.init(.landline, landline, parts.extensionDigits, areaCodeAssumed: assumed)
        } else {
            return nil
        }
    }

    /// Every number of a text that joins several by `/`, `、`, a comma or a semicolon.
    public static func all(in raw: String, areaCode: String = "0519") -> [PhoneNumber] {
        // Nearly all fields hold nothing but digits and hyphens.
        if raw.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D }) {
            return PhoneNumber(parsing: raw, areaCode: areaCode).map { [$0] } ?? []
        }
        return raw.unicodeScalars.split(whereSeparator: separators.contains)
            .compactMap { PhoneNumber(parsing: String($0), areaCode: areaCode) }
    }

    private static let separators = Set("/／、，,;；或\n".unicodeScalars)

    private init(_ kind: Kind, _ digits: String, _ extensionDigits: String?, areaCodeAssumed: Bool = false) {
        self.kind = kind
        self.digits = digits
        self.extensionDigits = extensionDigits
        self.areaCodeAssumed = areaCodeAssumed
    }

    /// The first run of a number's characters, its digits in the groups that hyphens part, and its extension.
    private static func parts(of raw: String) -> (groups: [String], extensionDigits: String?) {
        var groups: [[UInt8]] = [[]]
        var isExtension = false
        var hasBegun = false
        scan: for scalar in raw.unicodeScalars {
            let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
            switch narrow {
            case 0x30...0x39:
                hasBegun = true
                groups[groups.count - 1].append(UInt8(narrow))
            case 0x20, 0x09, 0xA0, 0x3000, 0x200B, 0x28, 0x29, 0x2B: continue  // Blanks, brackets and plus.
            case 0x2D, 0x2013, 0x2014, 0x2212: if hasBegun { groups.append([]) }  // Hyphens and dashes.
            case 0x8F6C,
                0x23 where hasBegun && !isExtension:  // 转 and #
                isExtension = true
                groups.append([])
            default: if hasBegun { break scan }
            }
        }
        let filled = groups.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
        guard isExtension, let last = filled.last, filled.count > 1, (1...6).contains(last.utf8.count) else {
            return (filled, nil)
        }
        return (Array(filled.dropLast()), last)
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
        if digits.hasPrefix("86"), digits.utf8.count >= 12 { digits = "0" + digits.dropFirst(2).drop { $0 == "0" } }
        guard digits.utf8.first == UInt8(ascii: "0") else {
            return isLocal(digits) && digits.utf8.count == 8 ? (areaCode + digits, true) : nil
        }
        // 010 and 02x are the three-digit area codes.
        let area = digits.hasPrefix("010") || digits.hasPrefix("02") ? 3 : 4
        return isLocal(digits.dropFirst(area)) ? (String(digits), false) : nil
    }

    private static func isLocal(_ digits: Substring) -> Bool {
        guard (7...8).contains(digits.utf8.count), let first = digits.utf8.first else { return false }
        return (0x32...0x39).contains(first)
    }

    /// Legal service, labour, procuratorate, court and city hotlines.
    private static let hotlines: Set<String> = ["12348", "12333", "12309", "12368", "12345"]
}
