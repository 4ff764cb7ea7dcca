import Canonical

/// Codes of organs, of divisions and of kinds of message as senders write them.
enum OrganCode {
    /// The converter that the field asks for where its rule names none.
    static func converter(of path: String) -> Converter? { fields[path] }

    private static let fields: [String: Converter] = [
        "source/senderCode": .organCode, "source/messageType": .organCode, "proceeding/handlingOrgan/code": .organCode,
        "matter/expectedCourtCode": .organCode, "proceeding/handlingOrgan/division": .division,
        "matter/factsDivision": .placeDivision,
    ]

    /// Narrow and without blanks, so that one organ has one code; a court's is written as case numbers have it.
    static func code(_ raw: String) -> Conversion {
        let (narrow, changed) = Converter.narrowed(raw)
        let bare = Blanks.removed(from: narrow)
        let code = CourtCode(parsing: bare)?.text ?? bare
        return .value(
            .string(code), (changed ? ["normalizedFullWidth"] : []) + (code == narrow ? [] : ["normalizedCode"]))
    }

    /// The six digits of GB/T 2260 that an organ's code begins with, or a division's name. A credit code or a tax number
    /// says who somebody is, not where: its digits are no division.
    static func division(_ raw: String) -> Conversion { division(raw, isPlace: false) }

    /// Of a place, whose town is told as left out where a code of nine or twelve digits names one.
    static func place(_ raw: String) -> Conversion { division(raw, isPlace: true) }

    private static func division(_ raw: String, isPlace: Bool) -> Conversion {
        let (narrow, changed) = Converter.narrowed(raw)
        let bare = Blanks.removed(from: narrow)
        var told = (changed ? ["normalizedFullWidth"] : []) + (bare == narrow ? [] : ["normalizedCode"])
        // A name begins with a Chinese character.
        guard bare.utf8.first.map({ $0 < 0x80 }) ?? false else { return .value(.string(bare), told) }
        guard let code = AdministrativeDivision.digits(bare) else { return .failed("notADivision") }
        if isPlace, code.dropFirst(6).contains(where: { $0 != "0" }) { told.append("townCodeLeftOut") }
        return .value(.string(String(code.prefix(6))), told)
    }
}
