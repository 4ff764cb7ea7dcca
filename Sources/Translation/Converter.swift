import Canonical
import Foundation
import StrictJSON
import Vocabulary

/// What a converter made of a text.
struct Conversion {
    var value: JSONValue?
    /// Codes of the dirt that was tolerated.
    var tolerated: [String] = []
    /// Why there is no value.
    var problem: String?

    static func value(_ value: JSONValue, _ tolerated: [String] = []) -> Conversion {
        Conversion(value: value, tolerated: tolerated)
    }
    static func failed(_ problem: String) -> Conversion { Conversion(problem: problem) }
}

/// The conversions that a mapping may name in `as`.
enum Converter: String, CaseIterable {
    case text, personName, residentId, uscc, caseNumber, letterNo, phone, date, dateTime, monthStart, monthEnd
    case spreadsheetDay
    case money, integer, boolean, fullText, upper, organCode, division, placeDivision

    func convert(_ raw: String) -> Conversion {
        switch self {
        case .text: .value(.string(raw))
        case .personName: Self.personName(raw)
        case .organCode: OrganCode.code(raw)
        case .division: OrganCode.division(raw)
        case .placeDivision: OrganCode.place(raw)
        case .residentId: Self.residentID(raw)
        case .uscc: Self.creditCode(raw)
        case .caseNumber: Self.caseNumber(raw)
        case .letterNo: .value(.string(Self.letterNo(raw)))
        case .phone: Self.phone(raw)
        case .date: Self.date(DateText.read(raw))
        case .dateTime: Self.dateTime(DateText.read(raw))
        case .monthStart: Self.month(DateText.read(raw), end: false)
        case .monthEnd: Self.month(DateText.read(raw), end: true)
        case .spreadsheetDay: Self.spreadsheetDay(raw)
        case .money: Self.money(raw)
        case .integer: Self.integer(raw)
        case .boolean: Self.boolean(raw)
        case .fullText: Self.fullText(raw)
        case .upper: .value(.string(raw.uppercased()))
        }
    }

    private static func personName(_ raw: String) -> Conversion {
        let name = PersonName(raw)
        return .value(.string(name.text), name.told)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

    private static func residentID(_ raw: String) -> Conversion {
        let (value, tolerated) = ResidentID.normalize(raw)
        return .value(.string(value), tolerated.map(\.rawValue))
    }

    private static func creditCode(_ raw: String) -> Conversion {
        let (narrow, changed) = narrowed(raw)
        let value = narrow.filter { $0 != " " && $0 != "-" }.uppercased()
        let tolerated =
            (changed ? ["normalizedFullWidth"] : []) + (value.utf8.count < narrow.utf8.count ? ["blanksRemoved"] : [])
        let check = UnifiedSocialCreditCode.check(value)
        return .value(.string(value), tolerated + (check == .valid ? [] : [check.rawValue]))
    }

    /// Folds the brackets around a leading year to the full-width ones that courts write, and characters to narrow ones.
    static func letterNo(_ raw: String) -> String {
        let scalars = narrowed(raw).0.unicodeScalars.filter { $0 != " " } as [Unicode.Scalar]
        guard let first = scalars.first, "([【〔".unicodeScalars.contains(first),
            let end = scalars.firstIndex(where: { ")]】〕".unicodeScalars.contains($0) }),
            scalars[1..<end].allSatisfy({ isDigit($0) || $0.properties.numericType != nil })
        else { return String(scalars: scalars[...]) }
        return "（" + String(scalars: scalars[1..<end]) + "）" + String(scalars: scalars[(end + 1)...])
    }

    private static func boolean(_ raw: String) -> Conversion {
        YesNoWords.read(raw).map { .value(.bool($0)) } ?? .failed("notABoolean")
    }

    /// Free text: control characters and markup go, the rest stays as it is.
    private static func fullText(_ raw: String) -> Conversion {
        // Most texts hold neither.
        guard raw.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A || $0 == UInt8(ascii: "<") }) else {
            return .value(.string(raw))
        }
        let bytes = Array(raw.utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        // Once: looking for the end of every tag in a text that holds none would take the square of its length.
        let lastEnd = bytes.lastIndex(of: UInt8(ascii: ">")) ?? 0
        var removed = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            // Only what looks like a tag: claims such as “<不低于800元>” are the sender's words.
            if byte == UInt8(ascii: "<"), index < lastEnd, isTagStart(bytes[index + 1]) {
                while bytes[index] != UInt8(ascii: ">") { index += 1 }
                removed = true
            } else if byte >= 0x20 || byte == 0x0A {
                kept.append(byte)
            }
            index += 1
        }
        return .value(.string(String(decoding: kept, as: UTF8.self)), removed ? ["markupRemoved"] : [])
    }

    private static func isTagStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || (0x61...0x7A).contains(byte | 0x20)
    }

    /// Full-width ASCII and blanks made narrow, invisible characters left out; only for coded fields, since it would
    /// change the punctuation of names and free text.
    static func narrowed(_ raw: String) -> (String, changed: Bool) {
        // Everything that this changes begins with one of these bytes in UTF-8.
        guard raw.utf8.contains(where: { $0 == 0xEF || $0 == 0xE3 || $0 == 0xE2 || $0 == 0xC2 || $0 == 0xD8 }) else {
            return (raw, false)
        }
        var text: [Unicode.Scalar] = []
        var changed = false
        for scalar in raw.unicodeScalars {
            if scalar.narrowed != scalar {
                text.append(scalar.narrowed)
                changed = true
            } else if scalar == "\u{3000}" || scalar == "\u{A0}" {
                text.append(" ")
                changed = true
            } else if scalar.isInvisible {
                changed = true
            } else {
                text.append(scalar)
            }
        }
        return changed ? (String(scalars: text[...]), true) : (raw, false)
    }
}
