/// Where one value of a partner's document stands in its text, so that it can be replaced and nothing else touched.
///
/// The document is the one that a finding speaks of: text in UTF-8, XML or JSON, whose places are counted in characters.
public struct ValuePlace: Sendable, Hashable {
    /// The bytes that are replaced.
    public let range: Range<Int>
    /// The value as it stands there, without markup; empty where there is none.
    public let value: String
    private let form: Form

    private enum Form: Hashable {
        case elementContent
        /// Between quotes of this kind.
        case attribute(UInt8)
        /// `<XM/>`, of which the slash and the bracket are replaced.
        case emptyElement(name: String)
        /// An element that is not there yet, before its parent's end.
        case newElement(name: String)
        case jsonString
        /// A number or a truth value; stays one where the new value is one.
        case jsonBare
        /// A member that is not there yet, before its object's end.
        case newMember(name: String, isFirst: Bool)
    }

    /// Longer values are documents of their own.
    private static let longest = 2_000

    /// - Parameters:
    ///   - line: of the element's start tag or of the JSON value, counted from 1.
    ///   - column: in characters, counted from 1.
    ///   - path: the place as findings write it: `/ROOT/XM`, `/ROOT/XM/@id`, or a JSON pointer (RFC 6901).
    ///   - field: what the sender calls the field; a step more than the path where the field is not there.
    /// - Returns: nothing where the place holds no single value that could be replaced.
    public init?(in text: [UInt8], line: Int, column: Int, path: String, field: String?) {
        guard !path.contains("#"), let start = Self.offset(of: line, column, in: text), start < text.count else {
            return nil
        }
        let steps = path.split(separator: "/")
        // The field's own name has no positions.
        let plain = "/" + steps.map { Self.name(ofStep: $0) }.joined(separator: "/")
        let further = field.flatMap { field in
            field.hasPrefix(plain == "/" ? "/" : plain + "/")
                ? field.dropFirst(plain == "/" ? 1 : plain.count + 1) : nil
        }
        guard further.map({ !$0.contains("/") && !$0.isEmpty }) ?? true else { return nil }
        var reader = Reader(text, at: start)
        let found =
            text[start] == UInt8(ascii: "<")
            ? reader.xml(step: steps.last.map { Self.name(ofStep: $0) } ?? "", missing: further.map(String.init))
            : reader.json(missing: further.map(String.init))
        guard let found, found.value.count <= Self.longest else { return nil }
        self = found
    }

    private init(range: Range<Int>, value: String, form: Form) {
        self.range = range
        self.value = value
        self.form = form
    }

    /// The text that stands in the place of the range for a new value.
    public func written(_ value: String) -> String {
        switch form {
        case .elementContent: Self.xml(value)
        case .attribute(let quote): Self.xml(value, quote: quote)
        case .emptyElement(let name): ">\(Self.xml(value))</\(name)>"
        case .newElement(let name): "<\(name)>\(Self.xml(value))</\(name)>"
        case .jsonString: Self.json(value)
        case .jsonBare: value.wholeMatch(of: /-?(0|[1-9]\d*)(\.\d+)?|true|false/) == nil ? Self.json(value) : value
        case .newMember(let name, let isFirst): "\(isFirst ? "" : ",")\(Self.json(name)):\(Self.json(value))"
        }
    }

    private static func xml(_ value: String, quote: UInt8? = nil) -> String {
        let escaped = value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return switch quote {
        case UInt8(ascii: "'"): escaped.replacing("'", with: "&apos;")
        case nil: escaped
        case _?: escaped.replacing("\"", with: "&quot;")
        }
    }

    private static func json(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// `RECORD[2]` is a `RECORD`.
    private static func name(ofStep step: Substring) -> String { String(step.prefix { $0 != "[" }) }

    private static func offset(of line: Int, _ column: Int, in text: [UInt8]) -> Int? {
        var (row, offset) = (1, 0)
        while row < line {
            guard let end = text[offset...].firstIndex(of: 0x0A) else { return nil }
            offset = end + 1
            row += 1
        }
        var left = column - 1
        while left > 0, offset < text.count {
            offset += 1
            while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }

    // MARK: Reading

    /// Reads around one place; whatever it is not sure of gives nothing.
    private struct Reader {
        let text: [UInt8]
        var index: Int

        init(_ text: [UInt8], at index: Int) {
            self.text = text
            self.index = index
        }

        private func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        private func holds(_ word: String) -> Bool { text[index...].starts(with: word.utf8) }

        private func find(_ word: String, from start: Int) -> Int? {
            let bytes = Array(word.utf8)
            guard start <= text.count - bytes.count else { return nil }
            return (start...(text.count - bytes.count)).first { text[$0..<($0 + bytes.count)].elementsEqual(bytes) }
        }

        // MARK: XML

        private struct Tag {
            let name: String
            let end: Int
            let isEmpty: Bool
            /// By name, the range between the quotes and the quote.
            let attributes: [String: (Range<Int>, UInt8)]
        }

        /// A start tag at the place.
        private func tag(at start: Int) -> Tag? {
            var at = start + 1
            func nameEnd(_ from: Int) -> Int {
                text[from...].firstIndex { $0 <= 0x20 || [0x3D, 0x2F, 0x3E, 0x3C].contains($0) } ?? text.count
            }
            let end = nameEnd(at)
            guard end > at, text[at] != UInt8(ascii: "!"), text[at] != UInt8(ascii: "?") else { return nil }
            let name = string(at..<end)
            at = end
            var attributes: [String: (Range<Int>, UInt8)] = [:]
            while at < text.count {
                switch text[at] {
                case UInt8(ascii: ">"): return Tag(name: name, end: at + 1, isEmpty: false, attributes: attributes)
                case UInt8(ascii: "/"):
                    guard at + 1 < text.count, text[at + 1] == UInt8(ascii: ">") else { return nil }
                    return Tag(name: name, end: at + 2, isEmpty: true, attributes: attributes)
                case 0...0x20: at += 1
                default:
                    let end = nameEnd(at)
                    let attribute = string(at..<end)
                    guard end > at, let equals = text[end...].first(where: { $0 > 0x20 }), equals == UInt8(ascii: "="),
                        let open = text[end...].firstIndex(where: { $0 == 0x22 || $0 == 0x27 }),
                        let close = text[(open + 1)...].firstIndex(of: text[open])
                    else { return nil }
                    attributes[attribute] = ((open + 1)..<close, text[open])
                    at = close + 1
                }
            }
            return nil
        }

        private static func local(_ name: String) -> Substring { name.split(separator: ":").last ?? "" }

        mutating func xml(step: String, missing: String?) -> ValuePlace? {
            guard let tag = tag(at: index) else { return nil }
            if step.hasPrefix("@"), missing == nil {
                guard
                    let (range, quote) = tag.attributes.first(where: { Self.local($0.key) == step.dropFirst() })?.value
                else { return nil }
                return ValuePlace(range: range, value: Self.plain(string(range)), form: .attribute(quote))
            }
            guard Self.local(tag.name) == step || missing != nil else { return nil }
            if let missing { return newElement(missing, in: tag) }
            if tag.isEmpty {
                return ValuePlace(range: (tag.end - 2)..<tag.end, value: "", form: .emptyElement(name: tag.name))
            }
            if text[tag.end...].starts(with: "<![CDATA[".utf8), let close = find("]]>", from: tag.end) {
                let content = (tag.end + 9)..<close
                guard text[(close + 3)...].starts(with: "</\(tag.name)".utf8) else { return nil }
                return ValuePlace(range: tag.end..<(close + 3), value: string(content), form: .elementContent)
            }
            // A field has no elements within.
            guard let close = text[tag.end...].firstIndex(of: UInt8(ascii: "<")),
                text[close...].starts(with: "</\(tag.name)".utf8)
            else { return nil }
            return ValuePlace(
                range: tag.end..<close, value: Self.plain(string(tag.end..<close)), form: .elementContent)
        }

        private func newElement(_ name: String, in parent: Tag) -> ValuePlace? {
            // Only what is plainly a name: an attribute that is missing is the editor's business.
            guard name.wholeMatch(of: /[\p{L}_][\p{L}\p{N}_.-]*/) != nil, !parent.isEmpty,
                let end = endTag(of: parent)
            else { return nil }
            let prefix = parent.name.contains(":") ? parent.name.prefix { $0 != ":" } + ":" : ""
            return ValuePlace(range: end..<end, value: "", form: .newElement(name: prefix + name))
        }

        /// Where the end tag of an element begins.
        private func endTag(of element: Tag) -> Int? {
            var at = element.end
            var depth = 0
            while let open = text[min(at, text.count)...].firstIndex(of: UInt8(ascii: "<")) {
                let rest = text[open...]
                if rest.starts(with: "<!--".utf8) {
                    guard let end = find("-->", from: open) else { return nil }
                    at = end + 3
                } else if rest.starts(with: "<![CDATA[".utf8) {
                    guard let end = find("]]>", from: open) else { return nil }
                    at = end + 3
                } else if rest.starts(with: "<?".utf8) {
                    guard let end = find("?>", from: open) else { return nil }
                    at = end + 2
                } else if rest.starts(with: "</".utf8) {
                    if depth == 0 { return rest.starts(with: "</\(element.name)".utf8) ? open : nil }
                    depth -= 1
                    guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
                    at = end + 1
                } else {
                    guard let tag = tag(at: open) else { return nil }
                    if !tag.isEmpty { depth += 1 }
                    at = tag.end
                }
            }
            return nil
        }

        private static func plain(_ text: String) -> String {
            text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
                .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
        }

        // MARK: JSON

        mutating func json(missing: String?) -> ValuePlace? {
            if let missing { return newMember(missing) }
            let start = index
            if text[start] == UInt8(ascii: "\"") {
                guard let end = endOfString(from: start) else { return nil }
                return ValuePlace(
                    range: start..<end, value: Self.unescaped(string((start + 1)..<(end - 1))), form: .jsonString)
            }
            let end = text[start...].firstIndex { $0 <= 0x20 || [0x2C, 0x7D, 0x5D].contains($0) } ?? text.count
            let word = string(start..<end)
            guard ["true", "false", "null"].contains(word) || word.wholeMatch(of: /-?\d[\d.eE+-]*/) != nil else {
                return nil
            }
            return ValuePlace(
                range: start..<end, value: word == "null" ? "" : word,
                form: word == "null" ? .jsonString : .jsonBare)
        }

        private func newMember(_ name: String) -> ValuePlace? {
            guard text[index] == UInt8(ascii: "{") else { return nil }
            var at = index + 1
            var depth = 0
            var isFirst = true
            while at < text.count {
                switch text[at] {
                case UInt8(ascii: "\""):
                    guard let end = endOfString(from: at) else { return nil }
                    isFirst = false
                    at = end
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 {
                        return ValuePlace(range: at..<at, value: "", form: .newMember(name: name, isFirst: isFirst))
                    }
                    depth -= 1
                default: break
                }
                at += 1
            }
            return nil
        }

        /// Behind the closing quote.
        private func endOfString(from start: Int) -> Int? {
            var at = start + 1
            while at < text.count {
                if text[at] == UInt8(ascii: "\"") { return at + 1 }
                at += text[at] == UInt8(ascii: "\\") ? 2 : 1
            }
            return nil
        }

        private static func unescaped(_ text: String) -> String {
            guard text.contains("\\") else { return text }
            var plain = ""
            var rest = Substring(text)
            var pending: [UInt16] = []
            func flush() {
                plain += String(decoding: pending, as: UTF16.self)
                pending = []
            }
            while let character = rest.popFirst() {
                guard character == "\\", let next = rest.popFirst() else {
                    flush()
                    plain.append(character)
                    continue
                }
                if next == "u", let unit = UInt16(rest.prefix(4), radix: 16) {
                    pending.append(unit)
                    rest = rest.dropFirst(4)
                    continue
                }
                flush()
                switch next {
                case "n": plain.append("\n")
                case "t": plain.append("\t")
                case "r": plain.append("\r")
                case "b": plain.append("\u{8}")
                case "f": plain.append("\u{C}")
                default: plain.append(next)
                }
            }
            flush()
            return plain
        }
    }
}

extension ValuePlace {
    /// The text with new values at some of its places; the places are of this text.
    public static func replacing(_ changes: [(place: ValuePlace, value: String)], in text: [UInt8]) -> [UInt8] {
        var edited = text
        for change in changes.sorted(by: { $0.place.range.lowerBound > $1.place.range.lowerBound }) {
            edited.replaceSubrange(change.place.range, with: Array(change.place.written(change.value).utf8))
        }
        return edited
    }

    /// The value with every letter and digit hidden, one character for one.
    public var masked: String {
        // What begins with a bar is neither XML nor JSON, so nothing in it counts as a name.
        String(MaskedText(Array("|\(value)".utf8)).lines.joined(separator: " ").dropFirst())
    }
}
