import Canonical
import Vocabulary

/// A sender's own way of writing a day or a moment, such as `dd.MM.yyyy HH:mm` or `yyyy年M月d日H时`.
///
/// `yyyy` is four digits; `MM dd HH mm ss` two each; `M d H m s` one or two. A blank stands for one or more, any other sign
/// for itself, Latin letters between apostrophes. The pattern uses up the whole text, or there is no date.
struct DatePattern: Sendable {
    /// Why a pattern is none, for its author.
    struct Malformed: Error, Hashable {
        let text: String
    }

    private enum Unit: Character, CaseIterable {
        case year = "y"
        case month = "M"
        case day = "d"
        case hour = "H"
        case minute = "m"
        case second = "s"
    }

    private enum Part: Sendable {
        case number(Unit, least: Int, most: Int)
        case blank
        case sign(Unicode.Scalar)
    }

    private var parts: [Part] = []

    init(_ text: String) throws(Malformed) {
        var rest = text[...]
        while let character = rest.first {
            let run = rest.prefix { $0 == character }
            if let unit = Unit(rawValue: character) {
                try add(unit, run.count)
                rest = rest.dropFirst(run.count)
            } else if character == "'" {
                rest = rest.dropFirst()
                let quoted = rest.prefix { $0 != "'" }
                guard quoted.count < rest.count else { throw Malformed(text: "an apostrophe is not closed") }
                parts += quoted.unicodeScalars.map { .sign($0.narrowed) }
                rest = rest.dropFirst(quoted.count + 1)
            } else if character.isWhitespace {
                parts.append(.blank)
                rest = rest.dropFirst(run.count)
            } else if character.isASCII, character.isLetter {
                throw Malformed(text: "the letter \(character) stands for nothing; write it between apostrophes")
            } else {
                parts += character.unicodeScalars.map { .sign($0.narrowed) }
                rest = rest.dropFirst()
            }
        }
        try check()
    }

    private mutating func add(_ unit: Unit, _ count: Int) throws(Malformed) {
        let isFlexible = count == 1 && unit != .year
        guard count == (unit == .year ? 4 : 2) || isFlexible else {
            throw Malformed(
                text: "\(String(repeating: unit.rawValue, count: count)) is none of yyyy MM dd HH mm ss M d H m s")
        }
        if case .number(_, let least, let most) = parts.last, least < most {
            throw Malformed(text: "digits of any number stand before \(unit.rawValue): write two of each")
        }
        parts.append(.number(unit, least: count, most: isFlexible ? 2 : count))
    }

    private func check() throws(Malformed) {
        let units = parts.compactMap { part -> Unit? in
            if case .number(let unit, _, _) = part { unit } else { nil }
        }
        if let twice = units.first(where: { unit in units.filter { $0 == unit }.count > 1 }) {
            throw Malformed(text: "\(twice.rawValue) stands twice")
        }
        // A time without its day, minutes without their hour: what goes before is needed.
        let known = Unit.allCases.map(units.contains)
        guard known[0], known[1] else { throw Malformed(text: "a date has a year and a month") }
        if zip(known.dropFirst(), known.dropFirst(2)).contains(where: { !$0 && $1 }) {
            throw Malformed(text: "days go before hours, hours before minutes, minutes before seconds")
        }
    }

    /// By the first of several patterns that uses up the text.
    static func read(_ raw: String, by patterns: [DatePattern]) -> DateGrammar.Answer {
        let (text, changed) = Converter.narrowed(Blanks.trimmed(raw))
        let scalars = Array(text.unicodeScalars)
        for pattern in patterns {
            guard let numbers = pattern.numbers(in: scalars) else { continue }
            let (year, month, day) = (numbers[.year] ?? 0, numbers[.month] ?? 0, numbers[.day] ?? 1)
            if FillerDate.isFiller(year: year, month: month, day: day) { return .nothing }
            guard var reading = reading(numbers) else { continue }
            if changed { reading.tell("normalizedFullWidth") }
            return .date(reading)
        }
        // 长期 and 至今 are no dates in any pattern.
        if case .nothing = DateText.read(raw) { return .nothing }
        return .unreadable
    }

    /// The number of each unit; nothing where the text is not all of the pattern.
    private func numbers(in text: [Unicode.Scalar]) -> [Unit: Int]? {
        var numbers: [Unit: Int] = [:]
        var index = 0
        for part in parts {
            switch part {
            case .number(let unit, let least, let most):
                let digits = text[index...].prefix(most).prefix(while: Converter.isDigit)
                guard digits.count >= least, let number = Int(String(scalars: digits)) else { return nil }
                numbers[unit] = number
                index += digits.count
            case .blank:
                let blanks = text[index...].prefix { $0.properties.isWhitespace }
                guard !blanks.isEmpty else { return nil }
                index += blanks.count
            case .sign(let sign):
                guard index < text.count, text[index] == sign else { return nil }
                index += 1
            }
        }
        return index == text.count ? numbers : nil
    }

    private static func reading(_ numbers: [Unit: Int]) -> DateReading? {
        guard let year = numbers[.year], let month = numbers[.month],
            let date = CalendarDate(year: year, month: month, day: numbers[.day] ?? 1)
        else { return nil }
        var reading = DateReading(date: date)
        if numbers[.day] == nil {
            reading.isMonth = true
            reading.tell("monthOnly")
        }
        guard let hour = numbers[.hour] else { return reading }
        let (minute, second) = (numbers[.minute] ?? 0, numbers[.second] ?? 0)
        // 24:00 is the end of its day (ISO 8601).
        guard hour < 24 || hour == 24 && minute == 0 && second == 0, minute < 60, second < 60 else { return nil }
        reading.seconds = hour * 3600 + minute * 60 + second
        reading.move(bySeconds: 0)
        return reading
    }
}
