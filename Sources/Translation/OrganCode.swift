import Canonical

/// Codes of organs and of divisions as senders write them.
enum OrganCode {
    /// The converter that the field asks for where its rule names none.
    static func converter(of path: String) -> Converter? { fields[path] }

    private static let fields: [String: Converter] = [
        "source/senderCode": .organCode, "proceeding/handlingOrgan/code": .organCode,
        "matter/expectedCourtCode": .organCode, "proceeding/handlingOrgan/division": .division,
        "matter/factsDivision": .town,
    ]

    /// Narrow and without blanks, so that one organ has one code; a court's is written as case numbers have it.
    static func code(_ raw: String) -> Conversion {
        let (narrow, changed) = Converter.narrowed(raw)
        let bare = String(narrow.filter { !$0.isWhitespace })
        let code = CourtCode(parsing: bare)?.text ?? bare
        return .value(.string(code), (changed ? ["normalizedFullWidth"] : []) + (code == narrow ? [] : ["normalizedCode"]))
    }

    /// The six digits of GB/T 2260 that an organ's code begins with, or a division's name. A credit code or a tax number
    /// says who somebody is, not where: its digits are no division.
    static func division(_ raw: String) -> Conversion { division(raw, digits: 6) }

    /// The same with the digits of the town behind it: those of the economic development zone have an institution of their
    /// own.
    static func town(_ raw: String) -> Conversion { division(raw, digits: 12) }

    private static func division(_ raw: String, digits: Int) -> Conversion {
        let (narrow, changed) = Converter.narrowed(raw)
        let bare = String(narrow.filter { !$0.isWhitespace })
        let told = (changed ? ["normalizedFullWidth"] : []) + (bare == narrow ? [] : ["normalizedCode"])
        // A name begins with a Chinese character.
        guard bare.utf8.first.map({ $0 < 0x80 }) ?? false else { return .value(.string(bare), told) }
        guard let code = AdministrativeDivision.digits(bare) else { return .failed("notADivision") }
        return .value(.string(String(code.prefix(digits))), told)
    }
}
