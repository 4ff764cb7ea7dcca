import Console
import Operations
import StrictJSON
import Vocabulary

/// A dead letter as a person reads it at a terminal: what happened, what to do, where it stands, and its history.
struct DeadLetterText {
    private let letter: JSONValue

    init(_ letter: JSONValue) { self.letter = letter }

    var text: String {
        let columns = min(Terminal.columns ?? 100, 100)
        let parts = [
            Terminal.styled("\(word("code"))  \(word("id"))", .heading),
            facts.text(in: .current, columns: columns),
            section(LocalizedText("问题", "Findings"), findings),
            section(LocalizedText("出处（脱敏）", "Places (masked)"), excerpts),
            section(LocalizedText("由来", "Where it comes from"), origin),
            section(LocalizedText("经过", "History"), history),
        ]
        return parts.compactMap(\.self).joined(separator: "\n\n")
    }

    private func word(_ name: String) -> String { letter[name]?.string ?? "" }

    private var facts: [HelpLine] {
        func row(_ zh: String, _ en: String, _ value: String?) -> HelpLine? {
            value.flatMap { $0.isEmpty ? nil : $0 }.map { .item(LocalizedText(zh, en).spoken, LocalizedText(same: $0)) }
        }
        let remedies = (letter["remedies"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        let type = word("mediaType")
        return [
            row("发生了什么", "what happened", word("happened")), row("怎么办", "what to do", word("advice")),
            row("轮到谁", "whose turn", Turn(rawValue: word("turn"))?.label.spoken ?? word("turn")),
            row("可用的处置", "remedies", remedies),
            row("报送单位", "partner", word("partner")), row("队列", "queue", word("queue")),
            row("报文编号", "message id", word("messageId")), row("自", "since", Cell.text(word("since"))),
            row("已试次数", "attempts", letter["attempts"]?.int.map { Cell.figure($0) }),
            row("内容", "content", letter["bytes"]?.int.map { "\(type)  \(Cell.figure($0)) B" }),
            row("原文删除于", "document erased", Cell.text(word("documentErasedAt"))),
            row("版本", "version", word("version")),
        ].compactMap(\.self)
    }

    private func section(_ title: LocalizedText, _ lines: [String]) -> String? {
        guard !lines.isEmpty else { return nil }
        return ([Terminal.styled(title.spoken, .heading)] + lines.map { "  " + $0 }).joined(separator: "\n")
    }

    private var findings: [String] {
        (letter["findings"]?.array ?? []).map { finding in
            let place = [
                finding.at("location.line")?.int.map { "\($0):\(finding.at("location.column")?.int ?? 1)" },
                finding.at("location.path")?.string ?? finding["path"]?.string,
            ].compactMap(\.self).joined(separator: " ")
            let title = [finding["title"]?.string, finding["field"]?.string].compactMap(\.self).joined(separator: " ")
            let isError = finding["severity"]?.string == "error"
            let code = Terminal.styled(finding["code"]?.string ?? "", isError ? .bad : .warning)
            return [code, title, place, finding["message"]?.string ?? ""].filter { !$0.isEmpty }
                .joined(separator: "  ")
        }
    }

    private var excerpts: [String] {
        (letter["excerpts"]?.array ?? []).flatMap { $0.array ?? [] }.map { line in
            let mark = line["markedColumn"]?.int == nil ? " " : "▶"
            return "\(mark) \(line["line"]?.int ?? 0)  \(line["text"]?.string ?? "")"
        }
    }

    private var origin: [String] {
        guard let origin = letter["origin"] else { return [] }
        return [
            [Cell.text(origin["at"]?.string ?? ""), origin["by"]?.string ?? "", origin["reason"]?.string ?? ""]
                .filter { !$0.isEmpty }.joined(separator: "  ")
        ]
    }

    private var history: [String] {
        (letter["history"]?.array ?? []).map { entry in
            let event = entry["event"]?.string ?? ""
            return [
                Cell.text(entry["at"]?.string ?? ""), LocalizedText(EventNames.text(of: event).zh, event).spoken,
                entry["actor"]?.string ?? "", entry["detail"]?.string ?? "",
            ].filter { !$0.isEmpty }.joined(separator: "  ")
        }
    }
}
