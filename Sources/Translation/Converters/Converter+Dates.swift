import Canonical
import StrictJSON
import Vocabulary

extension Converter {
    /// A text by the sender's own patterns of dates; what is no date goes by this converter's own grammar.
    func convert(_ raw: String, by patterns: [DatePattern]) -> Conversion {
        switch self {
        case .date: Self.date(DatePattern.read(raw, by: patterns))
        case .dateTime: Self.dateTime(DatePattern.read(raw, by: patterns))
        case .monthStart: Self.month(DatePattern.read(raw, by: patterns), end: false)
        case .monthEnd: Self.month(DatePattern.read(raw, by: patterns), end: true)
        case .text, .personName, .residentId, .uscc, .caseNumber, .letterNo, .phone, .spreadsheetDay, .money, .integer,
            .boolean, .fullText, .upper, .organCode, .division, .placeDivision:
            convert(raw)
        }
    }

    /// A day. Of several, or of a time that moves it, none.
    static func date(_ answer: DateGrammar.Answer) -> Conversion {
        reading(answer) { $0.isOneOfSeveral ? .failed("severalDates") : .value(.string($0.date.iso), $0.told) }
    }

    /// For periods: the month is what is meant, so its missing day is no dirt. Of a range each end has its field.
    static func month(_ answer: DateGrammar.Answer, end: Bool) -> Conversion {
        reading(answer) { reading in
            if reading.isOneOfSeveral { return .failed("severalDates") }
            let day = end ? reading.end ?? (reading.isMonth ? reading.date.endOfMonth : reading.date) : reading.date
            return .value(.string(day.iso), reading.told.filter { $0 != "monthOnly" })
        }
    }

    /// A day and its time; the day alone where there is no time.
    static func dateTime(_ answer: DateGrammar.Answer) -> Conversion {
        reading(answer) { reading in
            guard let seconds = reading.seconds else { return .value(.string(reading.date.iso), reading.told) }
            let moment = Timestamp(reading.date, hour: 0, minute: 0, second: seconds)
            // What is left of an empty time stamp, here or in Greenwich.
            if moment.secondsSince1970 == 0 || moment.secondsSince1970 == -28_800 { return .failed("nullToken") }
            return .value(.string(moment.rfc3339), reading.told)
        }
    }

    private static func reading(_ answer: DateGrammar.Answer, _ use: (DateReading) -> Conversion) -> Conversion {
        switch answer {
        case .nothing: .failed("nullToken")
        case .unreadable: .failed("notADate")
        case .date(let reading): use(reading)
        }
    }

    /// A spreadsheet's day number, counted from 1899-12-30, with the time as its fraction: as ISO 8601 for the converter that
    /// follows. Any other text is passed on. Only where a mapping names it, since every number of five digits is one.
    static func spreadsheetDay(_ raw: String) -> Conversion {
        let parts = narrowed(raw).0.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }),
            (4...5).contains(parts[0].utf8.count), let days = Int(parts[0]), days < 80_000
        else { return .value(.string(raw)) }
        let fraction = parts.count == 2 ? Double("0.\(parts[1])") ?? 0 : 0
        var reading = DateReading(
            date: CalendarDate(daysSince1970: days - 25_569), seconds: Int((fraction * 86_400).rounded()))
        reading.move(bySeconds: 0)
        guard fraction > 0, let seconds = reading.seconds else { return .value(.string(reading.date.iso)) }
        let moment = Timestamp(reading.date, hour: 0, minute: 0, second: seconds)
        return .value(.string(moment.rfc3339))
    }
}
