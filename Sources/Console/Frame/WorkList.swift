import Messaging
import Operations
import Transport
import Vocabulary

/// A list of dead letters that somebody works through, as its address or a form asks for it.
struct WorkList: Sendable {
    /// What a list can be narrowed by, under the names that addresses bear.
    enum Side: String, CaseIterable {
        case turn, code, cause, reason, partner, queue, channel
    }

    /// By what else a list is bounded and ordered.
    private static let others = ["day", "since", "until", "messageId", "order"]
    static let names = Side.allCases.map(\.rawValue) + others

    /// What was asked for, in the order of `names`; nothing is empty.
    let asked: [(name: String, value: String)]
    /// By time and message id alone: what groups are asked for with.
    let bounds: DeadLetterFilter
    private let chosen: DeadLetterFilter
    private let turn: Turn?
    private let code: FailureAdvice?
    let newestFirst: Bool

    /// - Throws: `Problem` for a word, cause or day that cannot be.
    init(_ value: (String) -> String?) throws(Problem) {
        var asked: [(name: String, value: String)] = []
        for name in Self.names {
            if let text = value(name), !text.isEmpty { asked.append((name, text)) }
        }
        func text(_ name: String) -> String? { asked.first { $0.name == name }?.value }
        let plain = asked.filter { !["turn", "code", "day", "order"].contains($0.name) }.map { ($0.name, $0.value) }
        chosen = try DeadLetterFilter(
            filled: HTTPRequest(method: "GET", path: "", query: plain, headers: [], body: []))
        var bounds = DeadLetterFilter(
            since: chosen.since, until: chosen.until, senderMessageID: chosen.senderMessageID)
        if let day = text("day") {
            guard day.utf8.count == 10, let start = Instant(rfc3339: day + "T00:00:00+08:00") else {
                throw Problem(.badRequest, zh: "日期应写作 2026-01-31。", en: "Write the day like 2026-01-31.")
            }
            bounds.since = start
            bounds.until = start.advanced(seconds: 86_400)
        }
        self.bounds = bounds
        turn = try Self.word("turn", text("turn"))
        code = try Self.word("code", text("code"))
        newestFirst = text("order") == "newest"
        self.asked = asked
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ text: String?
    ) throws(Problem) -> Word? {
        guard let text else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue)
            throw Problem(
                .badRequest, zh: "\(name) 应为 \(words.joined(separator: "、")) 之一。",
                en: "\(name) is one of \(words.joined(separator: ", ")).")
        }
        return word
    }

    func value(_ name: String) -> String { asked.first { $0.name == name }?.value ?? "" }

    /// What follows the question mark of an address; empty where nothing was asked.
    func query(_ more: [(String, String)] = [], without: Set<String> = []) -> String {
        let all = asked.filter { !without.contains($0.name) }.map { ($0.name, $0.value) } + more
        return all.map { "\($0.0.urlEscaped)=\($0.1.urlEscaped)" }.joined(separator: "&")
    }

    /// An address below the list's own, with what the list asks for.
    func path(_ below: String = "", _ more: [(String, String)] = []) -> String {
        let query = query(more)
        return Section.deadLetters.path + below + (query.isEmpty ? "" : "?" + query)
    }

    /// For forms: what the list asks for, under names that do not meet the form's own.
    var hidden: HTML {
        "\(asked.map { name, value -> HTML in "<input type=\"hidden\" name=\"filter-\(name)\" value=\"\(value)\">" })"
    }

    /// Whether a group is on the list, whatever one side of it asks for.
    func holds(_ group: DeadLetterGroup, but side: Side? = nil) -> Bool {
        Side.allCases.allSatisfy {
            $0 == side || value($0.rawValue).isEmpty || value($0.rawValue) == Self.value(of: group, $0)
        }
    }

    static func value(of group: DeadLetterGroup, _ side: Side) -> String {
        switch side {
        case .turn: FailureAdvice(group.cause).turn.rawValue
        case .code: FailureAdvice(group.cause).rawValue
        case .cause: group.cause.name
        case .reason: group.cause.reason.rawValue
        case .partner: group.partnerID
        case .queue: group.queue ?? ""
        case .channel: group.channel.rawValue
        }
    }

    /// The values that one side may be narrowed to, the most frequent first, as the other sides leave them.
    func choices(_ side: Side, of groups: [DeadLetterGroup]) -> [(value: String, count: Int)] {
        let counted = groups.filter { holds($0, but: side) }.map { (Self.value(of: $0, side), $0.count) }
        return Dictionary(counted, uniquingKeysWith: +).filter { !$0.key.isEmpty }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    func total(of groups: [DeadLetterGroup]) -> Int { groups.reduce(0) { $0 + (holds($1) ? $1.count : 0) } }

    /// What the store is asked for: whose turn it is and which error it is are told by causes.
    func filter(_ groups: [DeadLetterGroup]) -> DeadLetterFilter {
        var filter = chosen
        filter.since = bounds.since
        filter.until = bounds.until
        guard turn != nil || code != nil else { return filter }
        filter.causes = Set(groups.filter { holds($0) }.map(\.cause)).sorted { $0.name < $1.name }
        return filter
    }
}
