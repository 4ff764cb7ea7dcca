import StrictJSON

extension CodeList {
    /// The list without its codes, but with their number.
    public var summary: JSONValue {
        .compact([
            ("name", .string(name)), ("standard", .text(standard)), ("match", .string(match.rawValue)),
            ("aboutPerson", about == .person ? true : nil),
            ("count", JSONValue(entries.filter { !$0.code.isEmpty }.count)),
        ])
    }

    /// The whole list: every code with its names, and every other word that is read as it.
    public var json: JSONValue {
        var json = summary
        json["codes"] = .array(entries.filter { !$0.code.isEmpty }.map(\.json))
        let nothing = wordsWithoutCode
        if !nothing.isEmpty { json["wordsWithoutCode"] = .array(nothing.map(JSONValue.string)) }
        return json
    }

    /// Words that look like a code's and mean none.
    public var wordsWithoutCode: [String] {
        entries.filter(\.code.isEmpty).flatMap { ([$0.zh] + $0.aliases).filter { !$0.isEmpty } }
    }
}

extension CodeEntry {
    fileprivate var json: JSONValue {
        .compact([
            ("code", .string(code)), ("zh", .string(zh)), ("en", .text(en)),
            ("aliases", .array(aliases.map(JSONValue.string))),
        ])
    }
}
