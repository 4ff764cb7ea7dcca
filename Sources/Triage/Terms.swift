import Canonical
import Documents
import StrictJSON
import Vocabulary

/// Thresholds, lists and key words that rules use by name, each with the days on which it holds.
struct Terms: Sendable {
    private struct Threshold: Sendable {
        let id: String
        let value: Double
        let validity: Validity
        let title: String
        /// From this day on somebody must look whether it still holds.
        let review: CalendarDate?

        var isLast: Bool { validity.to == nil }
    }

    private struct List: Sendable {
        let id: String
        let items: [String]
        let validity: Validity
        /// Key words: a negation before one takes it back.
        var isDeniable = false
    }

    private var thresholds: [Threshold] = []
    private var sets: [List] = []
    private var keyWords: [List] = []

    init() {}

    init(_ elements: [Node], _ reader: inout RuleReader) {
        for element in elements {
            let id = element.attribute("id") ?? ""
            let validity = reader.validity(of: element)
            switch element.name {
            case "threshold":
                let value = element.attribute("value").flatMap { Double($0) } ?? 0
                if thresholds.contains(where: { $0.id == id && $0.validity.overlaps(validity) }) {
                    reader.complain(element, "the threshold \(id) has two values on some days")
                }
                let review = element.attribute("review").flatMap { CalendarDate(iso: $0) }
                thresholds.append(
                    Threshold(
                        id: id, value: value, validity: validity, title: element.attribute("title") ?? id,
                        review: review))
            case "set": sets.append(List(id: id, items: Self.items(element, by: \.isWhitespace), validity: validity))
            case "words":
                keyWords.append(
                    List(
                        id: id, items: Self.items(element) { $0 == "|" }, validity: validity,
                        isDeniable: element.attribute("deniable") == "yes"))
            default: break
            }
        }
    }

    private static func items(_ element: Node, by separator: (Character) -> Bool) -> [String] {
        element.text.split(whereSeparator: separator).map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    /// What expressions may name as `$name`.
    var names: Set<String> { Set(thresholds.map(\.id) + sets.map(\.id)) }
    var validities: [Validity] { thresholds.map(\.validity) + sets.map(\.validity) + keyWords.map(\.validity) }

    /// Values that hold without end and should have been looked at by a day, and names that no value holds for then.
    func old(on day: CalendarDate) -> [(id: String, title: String, since: CalendarDate)] {
        let past = thresholds.filter(\.isLast).compactMap { last -> (String, String, CalendarDate)? in
            guard let review = last.review, review <= day else { return nil }
            return (last.id, last.title, review)
        }
        let ended = Set(thresholds.map(\.id)).sorted().compactMap { id -> (String, String, CalendarDate)? in
            let all = thresholds.filter { $0.id == id }
            guard !all.contains(where: { $0.validity.holds(on: day) }), let last = all.compactMap(\.validity.to).max(),
                last < day
            else { return nil }
            return (id, all[0].title, last)
        }
        return past + ended
    }

    func number(_ name: String) -> Double? { thresholds.first { $0.id == name }?.value }

    func numbers(on day: CalendarDate) -> [String: Double] {
        let holding = thresholds.filter { $0.validity.holds(on: day) }
        return Dictionary(holding.map { ($0.id, $0.value) }) { $1 }
    }

    func lists(on day: CalendarDate) -> [String: [String]] {
        let holding = sets.filter { $0.validity.holds(on: day) }
        return Dictionary(holding.map { ($0.id, $0.items) }) { $0 + $1 }
    }

    func words(on day: CalendarDate) -> KeyWords {
        KeyWords(
            keyWords.filter { $0.validity.holds(on: day) }.map { ($0.id, $0.items, $0.isDeniable) })
    }
}

extension Validity {
    func overlaps(_ other: Validity) -> Bool {
        let startsLate = from.map { from in other.to.map { $0 < from } ?? false } ?? false
        let endsEarly = to.map { to in other.from.map { to < $0 } ?? false } ?? false
        return !startsLate && !endsEarly
    }
}

/// Finds key words in free text in one pass over its bytes. At each place the longest counts, so that 遗弃物 is no 遗弃.
struct WordScan: Sendable {
    /// The phrases that begin with a scalar's first bytes, longest first.
    private var phrases: [UInt32: [(bytes: [UInt8], id: String)]] = [:]
    /// Which beginnings there are, folded: nearly every place of a text is passed over by this alone.
    private var beginnings = [Bool](repeating: false, count: 4096)
    /// The id of phrases that only keep shorter ones from counting.
    static let ignored = "ignored"

    init(_ words: [(word: String, id: String)]) {
        for (word, id) in words {
            let bytes = Array(word.utf8)
            guard !bytes.isEmpty else { continue }
            let key = bytes.withUnsafeBufferPointer { Self.key(of: $0, at: 0) }
            phrases[key, default: []].append((bytes, id))
            beginnings[Self.fold(key)] = true
        }
        phrases = phrases.mapValues { $0.sorted { $0.bytes.count > $1.bytes.count } }
    }

    /// The ids of the words found, in the text's order, each once.
    func ids(in text: String) -> [String] {
        var found: [String] = []
        find(in: text) { id, _ in
            if !found.contains(id) { found.append(id) }
        }
        return found
    }

    /// Each word found and where it stands, in the text's order.
    func places(in text: String) -> [(id: String, range: Range<String.Index>)] {
        var found: [(id: String, range: Range<String.Index>)] = []
        find(in: text) { id, bytes in
            let start = text.utf8.index(text.startIndex, offsetBy: bytes.lowerBound)
            found.append((id, start..<text.utf8.index(start, offsetBy: bytes.count)))
        }
        return found
    }

    private func find(in text: String, _ use: (_ id: String, _ bytes: Range<Int>) -> Void) {
        text.lend { bytes in
            var index = 0
            while index < bytes.count {
                let key = Self.key(of: bytes, at: index)
                guard beginnings[Self.fold(key)],
                    let hit = phrases[key]?.first(where: { bytes[index...].starts(with: $0.bytes) })
                else {
                    index += Self.length(bytes[index])
                    continue
                }
                if hit.id != Self.ignored { use(hit.id, index..<index + hit.bytes.count) }
                index += hit.bytes.count
            }
        }
    }

    /// A scalar's first three bytes: all of a Chinese character.
    private static func key(of bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32 {
        var key: UInt32 = 0
        for offset in 0..<min(length(bytes[index]), 3) where index + offset < bytes.count {
            key = key << 8 | UInt32(bytes[index + offset])
        }
        return key
    }

    private static func fold(_ key: UInt32) -> Int { Int((key ^ key >> 7) & 0xFFF) }

    private static func length(_ first: UInt8) -> Int {
        first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }
}
