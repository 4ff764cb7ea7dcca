import Foundation
import Operations
import StrictJSON
import Vocabulary

/// What commands that list something share: pages gathered, and a table or JSON of them.
extension Remote {
    static let listing: Set<String> = options.union(["limit"])
    static let listingHelp: [HelpLine] =
        [.item("--limit N", "最多这么多", "at most so many"), .json, .wide] + help

    /// The entries of a list, page after page.
    ///
    /// - Parameters:
    ///   - member: under which name an answer has them.
    ///   - query: names and values, without the page's own.
    func entries(
        _ path: String, _ member: String, _ query: [(name: String, value: String)], _ arguments: Arguments
    ) async throws -> [JSONValue] {
        let most = try arguments.count("limit") ?? .max
        let fixed = query + [("limit", "500")]
        var cursor: String?
        var found: [JSONValue] = []
        repeat {
            let asked = (fixed + (cursor.map { [("after", $0)] } ?? [])).map { "\($0.0)=\(Self.escaped($0.1))" }
            let page = try await ask("GET", "\(path)?\(asked.joined(separator: "&"))")
            found += page[member]?.array ?? []
            cursor = page["next"]?.string
        } while cursor != nil && found.count < most
        return Array(found.prefix(most))
    }
}

extension Arguments {
    /// A whole number above zero.
    func count(_ name: String) throws(UsageError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), number > 0 else {
            throw UsageError(
                "--\(name) 应为大于 0 的整数", "--\(name) must be a whole number above 0")
        }
        return number
    }

    /// Of a query's parameters those that were given, each under its own name.
    func query(_ names: [(option: String, name: String)]) -> [(name: String, value: String)] {
        names.compactMap { option, name in self[option].map { (name, $0) } }
    }
}

extension Terminal {
    /// Rows as JSON where that was asked for, else as a table of some of their members, headed by their names.
    static func list(_ rows: [JSONValue], _ columns: [String], _ arguments: Arguments) {
        if arguments.has("json") { return print(JSONValue.array(rows).text(pretty: true)) }
        var table = Table(columns.map(ColumnName.of))
        for row in rows { table.add(columns.map { cell(row.at($0), of: $0) }) }
        print(arguments.has("wide") ? table.text(fitting: nil) : table.text)
    }

    private static func cell(_ value: JSONValue?, of column: String) -> String {
        switch (column, value) {
        case ("errorRate24h", let share?): share.double.map { String(format: "%.1f %%", $0 * 100) } ?? "-"
        case ("turn", .string(let word)?): Turn(rawValue: word).map(\.label.spoken) ?? word
        case (_, _): cell(value)
        }
    }

    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null?: "-"
        case .string(let text)?: Cell.text(text)
        case .bool(let isSo)?: (isSo ? LocalizedText("是", "yes") : LocalizedText("否", "no")).spoken
        case .number(let digits)?: Int(digits).map(Cell.figure) ?? digits
        case .array(let items)?: items.isEmpty ? "-" : items.map { cell($0) }.joined(separator: " ")
        case .object?: "-"
        }
    }
}

/// Closing and opening a endpoint, that of a queue and that of a partner alike.
enum EndpointAct {
    static let help: [HelpLine] = [
        .item("pause ID --reason TEXT", "暂停外发；其间到来的照常保存", "nothing goes out to it; what comes meanwhile is kept"),
        .item("resume ID --reason TEXT", "恢复", "it goes on"), .json, .wide,
    ]

    /// Lists the endpoints of a kind, or closes or opens one.
    ///
    /// - Parameters:
    ///   - place: `queues` or `partners`.
    ///   - lists: members of the answer, shown as one list.
    ///   - columns: of the list.
    static func run(_ words: [String], of place: String, lists: [String], columns: [String]) async throws {
        let arguments = try Arguments(words, valued: Remote.options.union(["reason"]), flags: ["json"])
        try arguments.allow(
            ["list": [], "pause": ["reason"], "resume": ["reason"]], besides: Remote.options.union(["json"]))
        switch (arguments.words.first, arguments.words.dropFirst().first, arguments.words.count) {
        case (nil, nil, 0), ("list", nil, 1):
            let answer = try await Remote(arguments).ask("GET", "/v1/\(place)")
            Terminal.list(lists.flatMap { answer[$0]?.array ?? [] }, columns, arguments)
        case (let act?, let id?, 2) where act == "pause" || act == "resume":
            try await turn(act, id, of: place, arguments)
        default: throw UsageError("写 list、pause ID 或 resume ID", "say list, pause ID or resume ID")
        }
    }

    private static func turn(_ act: String, _ id: String, of place: String, _ arguments: Arguments) async throws {
        let body = JSONValue.object(JSONObject([("reason", .string(try arguments.required("reason")))]))
        let answer = try await Remote(arguments).ask(
            "POST", "/v1/\(place)/\(Remote.escaped(id))/\(act)", body: body.serialized())
        if arguments.has("json") { return Terminal.print(answer.text(pretty: true)) }
        if answer["paused"] == true {
            Terminal.print("\(id) 已暂停", "\(id) is paused")
        } else {
            Terminal.print("\(id) 已恢复", "\(id) is open again")
        }
    }
}
