import Vocabulary

/// The offset from UTC behind a time of day.
enum DateZone {
    enum Outcome {
        case none
        /// Seconds east of Greenwich.
        case offset(Int)
        /// An offset or the end of a range: both would be right.
        case ambiguous
    }

    static let china = 8 * 3600
    static let words = WordTable("utc gmt")

    static func read(_ scanner: inout TextScanner, behind time: TimeOfDayGrammar.Time, isBehindT: Bool) -> Outcome {
        let start = scanner.place
        scanner.skipBlanks()
        _ = scanner.take("(")
        if scanner.take("z") {
            guard !(scanner.next?.isLetterASCII ?? false) else { return back(&scanner, to: start) }
            return .offset(0)
        }
        if scanner.take(beijing) != nil {
            _ = scanner.take(")")
            return .offset(china)
        }
        let isNamed = scanner.take(words) != nil
        guard let sign = scanner.next, sign == "+" || sign == "-" else {
            if isNamed { return .offset(0) }
            return back(&scanner, to: start)
        }
        if sign == "-", !isNamed { return minus(&scanner, time, isBehindT: isBehindT, start: start) }
        scanner.place += 1
        guard let offset = offset(&scanner, isNamed: isNamed) else { return back(&scanner, to: start) }
        region(&scanner)
        return .offset(sign == "-" ? -offset : offset)
    }

    private static func back(_ scanner: inout TextScanner, to start: Int) -> Outcome {
        scanner.place = start
        return .none
    }

    /// Java writes the zone's name behind the offset: +08:00[Asia/Shanghai].
    private static func region(_ scanner: inout TextScanner) {
        _ = scanner.attempt { scanner -> Void? in
            guard scanner.take("(") else { return nil }
            while let next = scanner.next, next.isLetterASCII || next == "/" || next == "_" { scanner.place += 1 }
            return scanner.take(")") ? () : nil
        }
    }

    /// `hh`, `hhmm` or `hh:mm`; one digit behind a zone's name.
    private static func offset(_ scanner: inout TextScanner, isNamed: Bool) -> Int? {
        guard let number = scanner.asciiNumeral() else { return nil }
        let (hours, minutes): (Int, Int)
        if number.width == 4 {
            (hours, minutes) = (number.value / 100, number.value % 100)
        } else {
            guard number.width == 2 || number.width == 1 && isNamed else { return nil }
            hours = number.value
            minutes = scanner.attempt { $0.take(":") ? $0.digits(2) : nil } ?? 0
        }
        guard hours <= 14, [0, 15, 30, 45].contains(minutes), !(scanner.next?.isDigitASCII ?? false),
            scanner.next != ":"
        else { return nil }
        return hours * 3600 + minutes * 60
    }

    /// Behind a time, `-` begins an offset west of Greenwich or the end of a range. A complete RFC 3339 time has an
    /// offset; 09:30-11:30 is a range, as no place lies eleven and a half hours west; what can be both is ambiguous.
    private static func minus(
        _ scanner: inout TextScanner, _ time: TimeOfDayGrammar.Time, isBehindT: Bool, start: Int
    ) -> Outcome {
        guard scanner.previous != " " else { return back(&scanner, to: start) }
        var ahead = scanner
        ahead.place += 1
        guard time.isStandard, let offset = offset(&ahead, isNamed: false), offset <= 12 * 3600,
            offset % 3600 == 0 || [9, 3, 2].contains(offset / 3600) && offset % 3600 == 1800
        else { return back(&scanner, to: start) }
        let isAfter = offset > time.seconds
        if isBehindT && time.hasSeconds || time.hasSeconds && !isAfter {
            scanner = ahead
            return .offset(-offset)
        }
        if !isBehindT, !time.hasSeconds { return back(&scanner, to: start) }
        return .ambiguous
    }

    private static let beijing = WordTable("北京时间 utc+8 gmt+8 utc+08 gmt+08 utc+08:00 gmt+08:00 utc+0800 gmt+0800")
}
