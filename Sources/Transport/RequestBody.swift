import StrictJSON
import Vocabulary

/// A call's JSON body, read member by member: each is absent, or what the interface's description says. What is not, and
/// every member that nobody asked for, is told in one answer, each place by its JSON pointer (RFC 6901).
public struct RequestBody {
    private let object: JSONObject
    private let pointer: String
    private var asked: Set<String> = []
    private var errors: [JSONValue] = []
    private var first: LocalizedText?
    /// Further members of the problem, such as the words that a member takes.
    private var told: [(String, JSONValue)] = []

    /// So many are listed at most, and so much of a name that is not known.
    private static let listed = 50

    fileprivate init(_ object: JSONObject, at pointer: String = "") {
        self.object = object
        self.pointer = pointer
    }

    /// - Throws: `Problem` `.badRequest` where the body is no JSON object, or anything in it is not as `read` asks for it.
    fileprivate static func read<Value>(
        _ object: JSONObject, _ read: (inout RequestBody) -> Value
    ) throws(Problem) -> Value {
        var body = RequestBody(object)
        let value = read(&body)
        body.refuseOthers()
        guard let first = body.first else { return value }
        let count = body.errors.count
        var problem = Problem(
            .badRequest, zh: first.zh + (count > 1 ? "（共 \(count) 处，见 errors）" : ""),
            en: first.en + (count > 1 ? " (\(count) places in all; see errors)" : ""))
        problem.errors = body.errors
        problem.members = body.told
        throw problem
    }

    private mutating func refuseOthers() {
        for name in object.names where !asked.contains(name) {
            note("unknownMember", ForeignName.word(name), zh: "此处不接受这一项。", en: "is not taken here.")
        }
    }

    private mutating func given(_ name: String) -> JSONValue? {
        asked.insert(name)
        return object[name]
    }

    /// Tells that a member is wrong.
    ///
    /// - Parameters:
    ///   - code: one of the published codes of findings.
    ///   - zh: what it should be; the member's name goes before it.
    ///   - item: of an array, the place of the item that is wrong.
    public mutating func note(_ code: String, _ name: String, item: Int? = nil, zh: String, en: String) {
        let told = LocalizedText(zh: "\(name) \(zh)", en: "\(name) \(en)")
        if first == nil { first = told }
        guard errors.count < Self.listed else { return }
        let place = pointer + JSONPatch.pointer(name) + (item.map { "/\($0)" } ?? "")
        errors.append(.badMember(code, at: place, told))
    }

    /// Tells that a member is not there that the others ask for.
    public mutating func miss(_ name: String) {
        note("missing", name, zh: "必填。", en: "is needed.")
    }

    // MARK: Kinds of members

    public func has(_ name: String) -> Bool { object[name] != nil }

    /// - Parameter limit: characters of Unicode, at most: marks that pile up on one letter count each.
    public mutating func text(_ name: String, atMost limit: Int) -> String? {
        guard let given = given(name) else { return nil }
        guard let text = given.string else {
            note("wrongType", name, zh: "应为文字。", en: "must be a text.")
            return nil
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            note("empty", name, zh: "不能为空。", en: "must not be blank.")
            return nil
        }
        guard text.unicodeScalars.count <= limit else {
            note("tooLong", name, zh: "不超过 \(limit) 字。", en: "has at most \(limit) characters.")
            return nil
        }
        return text
    }

    /// One that must be there.
    public mutating func needed(_ name: String, atMost limit: Int) -> String {
        if !has(name) { miss(name) }
        return text(name, atMost: limit) ?? ""
    }

    /// A list of texts that must be there, without the blanks around each.
    public mutating func neededTexts(_ name: String, atMost count: Int, each limit: Int) -> [String] {
        if !has(name) { miss(name) }
        guard let given = given(name) else { return [] }
        guard let items = given.array, items.count <= count else {
            note("wrongType", name, zh: "应为至多 \(count) 项的数组。", en: "must be an array of at most \(count) items.")
            return []
        }
        return items.enumerated().compactMap { place, item in
            let text = (item.string ?? "").split(separator: /\s+/).joined(separator: " ")
            guard text.isEmpty || text.unicodeScalars.count > limit else { return text }
            note(
                "wrongType", name, item: place, zh: "第 \(place + 1) 项应为不超过 \(limit) 字的文字。",
                en: "item \(place + 1) must be a text of at most \(limit) characters.")
            return nil
        }
    }

    /// Why somebody does something.
    public mutating func reason() -> String {
        let reason = needed("reason", atMost: Self.reasonLength)
        if !reason.isEmpty, !Self.saysSomething(reason) {
            note("formatError", "reason", zh: "应写明理由，须有文字。", en: "must say why, in words.")
        }
        return reason
    }

    /// Whether there is a letter or a figure in it: signs that nobody sees are no reason.
    public static func saysSomething(_ text: String) -> Bool {
        text.unicodeScalars.contains { sign in
            let properties = sign.properties
            return !properties.isDefaultIgnorableCodePoint
                && (properties.isAlphabetic || properties.numericType != nil)
        }
    }

    /// Characters.
    public static let reasonLength = 500

    /// Who in an institution does it.
    public mutating func officer() -> String? { text("officer", atMost: 30) }

    public mutating func whole(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let given = given(name) else { return nil }
        guard let number = given.int else {
            note("wrongType", name, zh: "应为整数。", en: "must be a whole number.")
            return nil
        }
        guard range.contains(number) else {
            note(
                "outOfRange", name, zh: "应为 \(range.lowerBound) 到 \(range.upperBound) 之间的整数。",
                en: "must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return number
    }

    public mutating func flag(_ name: String) -> Bool? {
        guard let given = given(name) else { return nil }
        if given.bool == nil { note("wrongType", name, zh: "应为 true 或 false。", en: "must be true or false.") }
        return given.bool
    }

    /// One of some words.
    ///
    /// - Parameter list: the member of the problem that lists them where it is none of them.
    public mutating func word(_ name: String, among words: [String], as list: String? = nil) -> String? {
        guard let given = given(name) else { return nil }
        guard let word = given.string, words.contains(word) else {
            let (zh, en) = (words.joined(separator: "、"), words.joined(separator: ", "))
            note(
                given.string == nil ? "wrongType" : "unknownCode", name, zh: "可用值：\(zh)。", en: "takes: \(en).")
            if let list { told.append((list, .array(words.map(JSONValue.string)))) }
            return nil
        }
        return word
    }

    /// One that must be there.
    public mutating func neededWord(_ name: String, among words: [String], as list: String? = nil) -> String? {
        if !has(name) {
            miss(name)
            if let list { told.append((list, .array(words.map(JSONValue.string)))) }
        }
        return word(name, among: words, as: list)
    }

    /// A time with its offset, such as `2026-03-02T09:30:00+08:00`.
    public mutating func moment(_ name: String) -> Instant? {
        guard let given = given(name) else { return nil }
        guard let text = given.string, let moment = Instant(rfc3339: text) else {
            note(
                given.string == nil ? "wrongType" : "notADate", name,
                zh: "应为带时区的日期时间（RFC 3339），如 2026-03-02T09:30:00+08:00。",
                en: "is a date and time with its offset (RFC 3339), such as 2026-03-02T09:30:00+08:00.")
            return nil
        }
        return moment
    }

    /// When something happened: a day (`2026-03-02`), or a time with its offset.
    public mutating func happened(_ name: String, by now: Instant) -> Instant? {
        guard let given = given(name) else { return nil }
        guard let text = given.string, let moment = Instant(happened: text, by: now) else {
            note(
                given.string == nil ? "wrongType" : "notADate", name,
                zh: "应为日期（yyyy-MM-dd），或带时区的时间（RFC 3339），如 2026-03-02T09:30:00+08:00。",
                en: "is a day (yyyy-MM-dd), or a time with its offset (RFC 3339), such as 2026-03-02T09:30:00+08:00.")
            return nil
        }
        return moment
    }

    /// An object, read in the same way.
    public mutating func group<Value>(_ name: String, _ read: (inout RequestBody) -> Value) -> Value? {
        guard let given = given(name) else { return nil }
        guard let object = given.object else {
            note("wrongType", name, zh: "应为 JSON 对象。", en: "must be a JSON object.")
            return nil
        }
        return self.read(object, at: JSONPatch.pointer(name), read)
    }

    /// Objects of a list, in its order; those that are none are told.
    public mutating func groups<Value>(_ name: String, _ read: (inout RequestBody) -> Value) -> [Value] {
        list(name).enumerated().compactMap { place, item in
            guard let object = item.object else {
                note("wrongType", name, item: place, zh: "应为 JSON 对象。", en: "must be a JSON object.")
                return nil
            }
            return self.read(object, at: JSONPatch.pointer(name) + "/\(place)", read)
        }
    }

    /// Texts of a list, which may be empty; those that are none are told.
    public mutating func texts(_ name: String, each limit: Int) -> [String] {
        list(name).enumerated().compactMap { place, item in
            guard let text = item.string, (1...limit).contains(text.count) else {
                note(
                    "wrongType", name, item: place, zh: "应为不超过 \(limit) 个字符的文本。",
                    en: "must be a text of at most \(limit) characters.")
                return nil
            }
            return text
        }
    }

    private mutating func list(_ name: String) -> [JSONValue] {
        guard let given = given(name) else { return [] }
        guard let items = given.array else {
            note("wrongType", name, zh: "应为数组。", en: "must be an array.")
            return []
        }
        return items
    }

    private mutating func read<Value>(
        _ object: JSONObject, at place: String, _ read: (inout RequestBody) -> Value
    ) -> Value {
        var below = RequestBody(object, at: pointer + place)
        let value = read(&below)
        below.refuseOthers()
        if first == nil { first = below.first }
        errors += below.errors.prefix(Self.listed - errors.count)
        told += below.told
        return value
    }
}

extension HTTPRequest {
    /// The body, a JSON object; an empty one is an empty object.
    ///
    /// - Parameter read: asks for every member that the call takes.
    /// - Throws: `Problem` `.badRequest` with everything that is wrong.
    public func read<Value>(_ read: (inout RequestBody) -> Value) throws(Problem) -> Value {
        try RequestBody.read(try jsonObject(), read)
    }
}

extension JSONValue {
    /// What is wrong with a member of a call's body, in the shape of a finding.
    ///
    /// - Parameter pointer: where it stands, or should (RFC 6901).
    public static func badMember(_ code: String, at pointer: String, _ message: LocalizedText) -> JSONValue {
        [
            "severity": "error", "code": .string(code), "location": ["path": .string(pointer)],
            "message": .string("\(message.zh) \(message.en)"),
        ]
    }
}

extension Problem {
    /// A member of a body that is as described, but cannot be so of what the call is about.
    public static func badMember(_ code: String, at pointer: String, zh: String, en: String) -> Problem {
        var problem = Problem(.badRequest, zh: zh, en: en)
        problem.errors = [.badMember(code, at: pointer, problem.detail)]
        return problem
    }
}
