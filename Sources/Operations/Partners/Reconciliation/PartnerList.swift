import StrictJSON
import Transport
import Vocabulary

/// What a partner says that it has sent and been told on a day.
struct PartnerList: Sendable {
    /// What became of a message, as both sides say it.
    enum State: String, CaseIterable, Sendable {
        case accepted, pending, refused
    }

    /// By message id, what its receipt said; nothing where the partner does not know.
    private(set) var messages: [String: State?] = [:]
    /// Ids of the statuses that it has.
    private(set) var statuses: Set<String> = []

    /// Characters of an id.
    private static let idLength = 200
    /// Entries in one list.
    static let most = 20_000
    private static let states = State.allCases.map(\.rawValue)

    /// - Throws: `Problem` `.badRequest` with the line or the place of what is not understood.
    init(_ request: HTTPRequest) throws(Problem) {
        let type = request.header("Content-Type")?.lowercased() ?? ""
        if type.hasPrefix("text/csv") { try readCSV(request.body) } else { try readJSON(request) }
        guard messages.count + statuses.count <= Self.most else {
            throw Problem(
                .badRequest, zh: "一次对账至多 \(Self.most) 条，请按日分开。",
                en: "A list has at most \(Self.most) entries: send it by days.")
        }
    }

    // MARK: JSON

    private mutating func readJSON(_ request: HTTPRequest) throws(Problem) {
        let (entries, ids) = try request.read { body in
            (
                body.groups("messages") { entry in
                    (
                        id: entry.needed("messageId", atMost: Self.idLength),
                        state: entry.word("state", among: Self.states)
                    )
                }, body.texts("statuses", each: Self.idLength)
            )
        }
        for (place, entry) in entries.enumerated() {
            try add(message: entry.id, state: entry.state.flatMap(State.init(rawValue:)), at: "/messages/\(place)")
        }
        statuses = Set(ids)
    }

    private static func state(_ word: Substring, at pointer: String) throws(Problem) -> State {
        guard let state = State(rawValue: String(word)) else {
            throw .badMember(
                "unknownCode", at: pointer, zh: "可用值：\(states.joined(separator: "、"))。",
                en: "takes: \(states.joined(separator: ", ")).")
        }
        return state
    }

    private mutating func add(message id: String, state: State?, at pointer: String) throws(Problem) {
        guard messages.updateValue(state, forKey: id) == nil else {
            throw .badMember("contradiction", at: pointer, zh: "同一编号列出了两次。", en: "This id is listed twice.")
        }
    }

    // MARK: CSV

    /// RFC 4180 with `kind,id,state`; `kind` is `message` or `status`.
    private mutating func readCSV(_ bytes: [UInt8]) throws(Problem) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.badRequest, zh: "CSV 应为 UTF-8 编码。", en: "The CSV must be UTF-8.")
        }
        let lines = text.trimmingPrefix("\u{FEFF}").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (place, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.trimming(\.isWhitespace).trimming { $0 == "\"" }
            }
            if place == 0, cells.first == "kind" { continue }
            let at = "/line/\(place + 1)"
            switch (cells.first, cells.count) {
            case ("message", 2...3) where !cells[1].isEmpty:
                let state = cells.count == 3 && !cells[2].isEmpty ? try Self.state(cells[2], at: at) : nil
                try add(message: String(cells[1]), state: state, at: at)
            case ("status", 2...3) where !cells[1].isEmpty: statuses.insert(String(cells[1]))
            case (.some, _), (nil, _):
                throw .badMember(
                    "formatError", at: at, zh: "第 \(place + 1) 行应为 message,编号,状态 或 status,编号。",
                    en: "Line \(place + 1) must be message,ID,STATE or status,ID.")
            }
        }
    }
}

extension Substring {
    fileprivate func trimming(_ isOut: (Character) -> Bool) -> Substring {
        var rest = drop(while: isOut)
        while let last = rest.last, isOut(last) { rest.removeLast() }
        return rest
    }
}
