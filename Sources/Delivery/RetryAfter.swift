import Messaging
import Vocabulary

/// How long a receiver wants to be left alone: `Retry-After` (RFC 9110 §10.2.3), in seconds or as a date.
enum RetryAfter {
    /// - Returns: nothing where the field is neither, or the date is past.
    static func duration(_ field: String?, now: Instant) -> Duration? {
        guard let field else { return nil }
        if !field.isEmpty, field.utf8.allSatisfy({ (48...57).contains($0) }) {
            return Int(field).map { .seconds(min($0, 366 * 86_400)) }
        }
        guard let date = httpDate(field), date > now else { return nil }
        return .milliseconds(date.milliseconds - now.milliseconds)
    }

    /// All three forms of RFC 9110 §5.6.7: the words are told apart by their shape.
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
    private static func httpDate(_ text: String) -> Instant? {
        var numbers: [Int] = []
        var month: Int?
        var time: [Int] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).dropFirst() {
            if word.contains(":") {
                time = word.split(separator: ":", omittingEmptySubsequences: false).compactMap { Int($0) }
            } else if let number = Int(word) {
                numbers.append(number)
            } else if let index = months.firstIndex(of: String(word)) {
                month = index + 1
            } else if word != "GMT" {
                return nil
            }
        }
        guard let month, numbers.count == 2, time.count == 3, (1...31).contains(numbers[0]),
            (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]),
            (0...9999).contains(numbers[1])
        else { return nil }
        // Two digits are of this century: a date to come is meant.
        let year = numbers[1] < 100 ? 2000 + numbers[1] : numbers[1]
        let seconds = days(year, month, numbers[0]) * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
        return Instant(milliseconds: Int64(seconds) * 1000)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Days since 1970-01-01, by H. Hinnant's algorithm.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
