import Canonical
import StrictJSON

extension Converter {
    /// A court's own number as the rules write it (最高人民法院关于人民法院案件案号的若干规定, arts. 1–14), the first of several. A
    /// number of another organ is kept as it is but for brackets and width; so is what is no number at all, and that is told.
    static func caseNumber(_ raw: String) -> Conversion {
        let (numbers, hasLeftWords, hasLeftDigits) = CourtCaseNumber.reading(raw)
        guard let number = numbers.first else {
            let kept = letterNo(raw)
            return .value(.string(kept), isOrganNumber(kept) ? [] : ["caseNumberNotRead"])
        }
        var told: [String] = []
        let isKnown = number.isLegacy || number.isKnownType || number.typeCharacters.contains("诉前调")
        if !isKnown { told.append("unknownCaseType") }
        if numbers.count > 1 && Set(numbers).count > 1 || hasLeftDigits {
            told.append("severalNumbers")
        } else if hasLeftWords {
            told.append("textLeftAside")
        }
        return .value(.string(number.canonical), told)
    }

    /// The number of a procuratorate, a police organ, a labour tribunal or another organ (domain §5.6): their names stand in
    /// it, the year in brackets, and 号 at its end where there is one.
    private static func isOrganNumber(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= 60, scalars.contains(where: { "检公仲援司调委监狱局".unicodeScalars.contains($0) }),
            let open = scalars.firstIndex(where: { "（([〔【".unicodeScalars.contains($0) }), open + 5 < scalars.count
        else { return false }
        return scalars[(open + 1)...(open + 4)].allSatisfy(isDigit)
            && "）)]〕】".unicodeScalars.contains(scalars[open + 5])
            && (scalars.last == "号" || scalars.last.map(isDigit) ?? false)
    }

    /// Where one number is meant: the first of several, names and labels left aside. A number of another country or an
    /// incomplete one is kept, since it may be the only way to reach somebody, and told.
    static func phone(_ raw: String) -> Conversion {
        if let plain = plain(phone: raw) { return .value(.string(plain)) }
        let reading = TelephoneReading(raw)
        guard let first = reading.numbers.first else {
            return reading.digits.map { .value(.string($0), reading.told) } ?? .failed("formatError")
        }
        return .value(.string(first.text), reading.told + (reading.numbers.count > 1 ? ["severalNumbers"] : []))
    }

    /// A number as it should be written, which most are: a mobile one, or a landline with a hyphen behind the area code.
    private static func plain(phone raw: String) -> String? {
        raw.lend { text in
            guard (11...13).contains(text.count), text.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "-") }) else {
                return nil
            }
            if isPlainMobile(text) { return String(decoding: text, as: UTF8.self) }
            // 010 and 02x are the area codes of three digits.
            let isShort = text[1] == UInt8(ascii: "2") || text[1] == UInt8(ascii: "1") && text[2] == UInt8(ascii: "0")
            let (area, local) = (text.prefix(isShort ? 3 : 4), text.dropFirst(isShort ? 4 : 5))
            guard text[0] == UInt8(ascii: "0"), text[area.count] == UInt8(ascii: "-"), area.allSatisfy(isDigit),
                (7...8).contains(local.count), local.allSatisfy(isDigit), let first = local.first,
                first >= UInt8(ascii: "2")
            else { return nil }
            return String(decoding: Array(area) + local, as: UTF8.self)
        }
    }

    static func isPlainMobile(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count == 11 && text[0] == UInt8(ascii: "1") && text[1] >= UInt8(ascii: "3") && text.allSatisfy(isDigit)
    }
}
