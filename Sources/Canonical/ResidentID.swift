import Vocabulary

/// What a check of an identity number found. It never rejects: an institution decides what to make of it.
public enum IdCheck: String, Sendable, CaseIterable {
    case valid, validLegacyArea, checksumError, formatError, absent, notChecked
}

/// Something in a raw value that was mended.
public enum Tolerance: String, Sendable, CaseIterable {
    case normalizedFullWidth, lowerCaseX, lookalikeX, blanksRemoved, apostropheRemoved, fifteenDigits
}

/// Which check a document's number is held to, by its type (GA/T 2000.156).
public enum IdentityDocument {
    /// Types whose numbers follow GB 11643: resident cards, the household register, residence permits of Hong Kong, Macao
    /// and Taiwan residents.
    private static let resident: Set = ["111", "112", "113", "HMT"]

    /// Checks a normalised number. Passports and other papers have no check of their own.
    public static func check(_ value: String, type: String, today: CalendarDate) -> IdCheck {
        if resident.contains(type) { return ResidentID.check(value, today: today) }
        return type == "553" ? ForeignResidentID.check(value, today: today) : .notChecked
    }
}

/// The number of the foreign permanent resident's card: since December 2023 18 characters that begin with 9 and end in
/// GB 11643's check; before, three letters and twelve digits (GA/T 704), which carry no check that is published.
public enum ForeignResidentID {
    public static func check(_ value: String, today: CalendarDate) -> IdCheck {
        let characters = Array(value.utf8)
        if characters.count == 15 {
            let isOldForm =
                characters.prefix(3).allSatisfy { (65...90).contains($0) }
                && characters.dropFirst(3).allSatisfy { (48...57).contains($0) }
            return isOldForm ? .notChecked : .formatError
        }
        guard value.hasPrefix("9") else { return .formatError }
        return ResidentID.checkForm(value, today: today)
    }
}

/// The resident identity number: 18 characters, area, birth date, sequence and check (GB 11643).
public enum ResidentID {
    /// Mends what senders' systems do to a number; judges nothing.
    public static func normalize(_ raw: String) -> (value: String, tolerated: [Tolerance]) {
        // Nearly all are written as they should be.
        if raw.utf8.count == 18, raw.utf8.dropLast().allSatisfy(isDigit),
            let last = raw.utf8.last, isDigit(last) || last == UInt8(ascii: "X")
        {
            return (raw, [])
        }
        var tolerated: [Tolerance] = []
        func note(_ tolerance: Tolerance) { if !tolerated.contains(tolerance) { tolerated.append(tolerance) } }
        var value = ""
        for scalar in raw.unicodeScalars {
            switch scalar {
            case " ", "\t", "\n", "\r", "\u{3000}", "\u{A0}", "-", "\u{FF0D}", "\u{2010}"..."\u{2015}":
                note(.blanksRemoved)
            case _ where scalar.isInvisible: note(.blanksRemoved)
            case "'", "`", "\u{2018}", "\u{2019}", "\u{FF07}": note(.apostropheRemoved)
            case "\u{FF01}"..."\u{FF5E}":
                note(.normalizedFullWidth)
                value.unicodeScalars.append(scalar.narrowed == "x" ? "X" : scalar.narrowed)
            case "x":
                note(.lowerCaseX)
                value += "X"
            // Greek, Cyrillic, the sign of multiplication and the Roman ten.
            case "\u{3A7}", "\u{3C7}", "\u{D7}", "\u{425}", "\u{445}", "\u{2169}", "\u{2179}":
                note(.lookalikeX)
                value += "X"
            default: value.unicodeScalars.append(scalar)
            }
        }
        if value.utf8.count == 15, value.utf8.allSatisfy(isDigit) {
            // First-generation numbers, valid until 2012-12-31, left out the century and the check character.
            note(.fifteenDigits)
            let long = value.prefix(6) + "19" + value.dropFirst(6)
            value = String(long) + checkCharacter(of: Array(long.utf8))
        }
        return (value, tolerated)
    }

    /// Checks a normalised number. `today` bounds the birth date.
    public static func check(_ value: String, today: CalendarDate) -> IdCheck {
        guard provinces.contains(number(in: value, at: 0, count: 2) ?? 0) else { return .formatError }
        let form = checkForm(value, today: today)
        // Codes are given at registration and kept for life, however often districts change.
        return form == .valid && AdministrativeDivision.isAbolished(String(value.prefix(6))) ? .validLegacyArea : form
    }

    /// Length, characters, birth date and check character, whatever the area.
    static func checkForm(_ value: String, today: CalendarDate) -> IdCheck {
        let digits = Array(value.utf8)
        guard digits.count == 18, digits.prefix(17).allSatisfy(isDigit),
            isDigit(digits[17]) || digits[17] == UInt8(ascii: "X"),
            let birth = birthDate(of: value), birth.year >= 1900, birth <= today
        else { return .formatError }
        return checkCharacter(of: digits).utf8.first == digits[17] ? .valid : .checksumError
    }

    public static func birthDate(of value: String) -> CalendarDate? {
        guard value.utf8.count == 18, let year = number(in: value, at: 6, count: 4),
            let month = number(in: value, at: 10, count: 2), let day = number(in: value, at: 12, count: 2)
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    /// GB/T 2261.1: an odd sequence number is a man's.
    public static func sexCode(of value: String) -> String? {
        guard value.utf8.count == 18, let digit = number(in: value, at: 16, count: 1) else { return nil }
        return digit % 2 == 1 ? "1" : "2"
    }

    /// The digits at a place, counted from 0.
    private static func number(in value: String, at place: Int, count: Int) -> Int? {
        var number = 0
        var found = 0
        for byte in value.utf8.dropFirst(place).prefix(count) {
            guard isDigit(byte) else { return nil }
            number = number * 10 + Int(byte - 48)
            found += 1
        }
        return found == count ? number : nil
    }

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checks = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"]

    private static func checkCharacter(of digits: [UInt8]) -> String {
        checks[zip(weights, digits).reduce(0) { $0 + $1.0 * Int($1.1 - 48) } % 11]
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    /// First two digits of GB/T 2260, and 81–83 of the residence permits for Hong Kong, Macau and Taiwan residents.
    private static let provinces = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62,
        63, 64, 65, 71, 81, 82, 83,
    ]
}

/// Divisions by GB/T 2260, as far as this city needs them by code.
public enum AdministrativeDivision {
    /// Codes of Changzhou that are no longer given, with the division that took their place.
    public static let successors = [
        "320401": "320400", "320403": "320402", "320405": "320412", "320421": "320412", "320422": "320413",
        "320423": "320481", "320482": "320413", "320483": "320412",
    ]

    public static func isAbolished(_ code: String) -> Bool { successors[code] != nil }

    /// The digits of a division's code of six, of a town's of nine or twelve, and of a police organ's of twelve, which begin
    /// with the division's. Numbers of other lengths, such as credit codes and tax numbers, are none.
    public static func digits(_ text: String) -> String? {
        let bare = text.hasSuffix(".0") ? text.dropLast(2) : text[...]
        guard [6, 9, 12].contains(bare.utf8.count), bare.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            provinces.contains(String(bare.prefix(2)))
        else { return nil }
        return String(bare)
    }

    private static let provinces = Set(
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
            .split(separator: " ").map(String.init))

    /// The code in force.
    public static func current(_ code: String) -> String { successors[code] ?? code }
}

/// The unified social credit code: 18 characters (GB 32100), the organisation code inside with a check of its own
/// (GB 11714).
public enum UnifiedSocialCreditCode {
    public static func check(_ value: String) -> IdCheck {
        let characters = Array(value.utf8)
        let values = characters.map { symbols.firstIndex(of: $0) ?? -1 }
        guard characters.count == 18, !values.contains(-1), Set(characters.dropLast()).count > 1 else {
            return .formatError
        }
        var power = 1
        var sum = 0
        for value in values.dropLast() {
            sum += value * power
            power = power * 3 % 31
        }
        guard values[17] == (31 - sum % 31) % 31, organisationCheck(characters) else { return .checksumError }
        return .valid
    }

    private static func organisationCheck(_ characters: [UInt8]) -> Bool {
        let weights = [3, 7, 9, 10, 5, 8, 4, 2]
        // Here letters count from 10, I and O included (GB 11714).
        let sum = zip(weights, characters[8..<16]).reduce(0) { sum, pair in
            sum + pair.0 * Int(pair.1 < 65 ? pair.1 - 48 : pair.1 - 55)
        }
        return characters[16] == Array("0X987654321".utf8)[sum % 11]
    }

    private static let symbols = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
}
