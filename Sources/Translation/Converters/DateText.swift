import Canonical
import StrictJSON
import Vocabulary

/// Reads a date or a time: the forms that most senders use by their bytes, any other by its grammar.
enum DateText {
    static func read(_ raw: String) -> DateGrammar.Answer {
        guard let reading = plain(raw) else { return DateGrammar.read(raw) }
        let day = reading.date
        return FillerDate.isFiller(year: day.year, month: day.month, day: day.day) ? .nothing : .date(reading)
    }

    /// The forms that the standard names, and a blank for the T: read by bytes, since most dates are written so.
    private static func plain(_ raw: String) -> DateReading? {
        raw.lend { text in
            if text.count == 8 || text.count == 14 { return packed(text) }
            guard text.count >= 10, let date = CalendarDate(iso: UnsafeBufferPointer(rebasing: text[..<10])) else {
                return nil
            }
            if text.count == 10 { return DateReading(date: date) }
            let isBlank = text[10] == UInt8(ascii: " ")
            let count = isChinaTime(text) ? text.count - 6 : text.count
            guard count == 19 || count == 16, isBlank || text[10] == UInt8(ascii: "T"),
                let hour = number(text, at: 11), text[13] == UInt8(ascii: ":"), let minute = number(text, at: 14),
                hour < 24, minute < 60
            else { return nil }
            var seconds = hour * 3600 + minute * 60
            if count == 19 {
                guard text[16] == UInt8(ascii: ":"), let second = number(text, at: 17), second < 60 else { return nil }
                seconds += second
            }
            return DateReading(date: date, seconds: seconds, told: isBlank ? ["normalizedDate"] : [])
        }
    }

    /// The basic form, without separators: `yyyyMMdd` and `yyyyMMddHHmmss`.
    private static func packed(_ text: UnsafeBufferPointer<UInt8>) -> DateReading? {
        guard let century = number(text, at: 0), let year = number(text, at: 2), let month = number(text, at: 4),
            let day = number(text, at: 6), let date = CalendarDate(year: century * 100 + year, month: month, day: day)
        else { return nil }
        if text.count == 8 { return DateReading(date: date) }
        guard let hour = number(text, at: 8), let minute = number(text, at: 10), let second = number(text, at: 12),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return DateReading(date: date, seconds: hour * 3600 + minute * 60 + second)
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        let (tens, ones) = (text[index], text[index + 1])
        guard (0x30...0x39).contains(tens), (0x30...0x39).contains(ones) else { return nil }
        return Int(tens - 0x30) * 10 + Int(ones - 0x30)
    }

    /// Ends in `+08:00`.
    private static func isChinaTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count > 16 && text.suffix(6).elementsEqual("+08:00".utf8)
    }
}
