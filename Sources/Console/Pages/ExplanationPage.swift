import Operations
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// How a document became what it became, as one page that needs nothing beside it: no style sheet, no script.
public struct ExplanationPage {
    /// Nothing for a page that is handed on: both languages stand on it.
    let language: Language?

    /// - Parameters:
    ///   - result: what `POST /v1/translate?explain=true` answers.
    ///   - document: the document's name.
    public static func html(of result: JSONValue, document: String) -> String {
        let mapping = result["mapping"]
        let page: HTML = """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>转换说明：\(document)</title>
            <style>\(style)</style></head><body><h1>转换说明 <small lang="en">How it was translated</small></h1>
            <p>\(document) · 映射 <span lang="en">mapping</span> \(mapping?["id"]?.string ?? "–") · 版本 \(mapping?["version"]?.text() ?? "–")
            · 编码 \(result["encoding"]?.string ?? "–") · 结果 \(result["outcome"]?.string ?? "–")</p>
            \(Self(language: nil).body(of: result))</body></html>
            """
        return page.source
    }

    private func words(_ zh: String, _ en: String) -> String { language.map { $0(zh, en) } ?? "\(zh) \(en)" }

    /// Findings, fields and coverage, for a page that has a frame of its own.
    func body(of result: JSONValue) -> HTML {
        let records = (result["results"]?.array ?? []).enumerated().map { record($1, number: $0 + 1) }
        return "\(findings(result["findings"]))\(records)\(coverage(result["coverage"]))"
    }

    private func column(_ zh: String, _ en: String) -> DataTable.Column { .init(name: words(zh, en)) }

    private func outcome(_ word: String) -> String { language.map { HistoryWords.detail(word, $0) } ?? word }

    private func message(_ text: String) -> String { language?.text(LocalizedText(bilingual: text)) ?? text }

    private func record(_ record: JSONValue, number: Int) -> HTML {
        var table = DataTable(
            caption: words("各字段的来源", "Where each field came from"),
            columns: [
                ("字段", "Field"), ("来源", "Source"), ("原值（已脱敏）", "Raw, masked"), ("处理", "Conversions"),
                ("结果（已脱敏）", "Result, masked"), ("规则", "Rule"),
            ].map(column), empty: words("没有字段。", "No fields."))
        table.rows = (record["explanation"]?.array ?? []).map { field in
            [
                "\(field["path"]?.string ?? "")", place(field["location"]), "\(field["raw"]?.string ?? "")",
                "\((field["conversions"]?.array ?? []).compactMap(\.string).joined(separator: "、"))",
                "\(field["result"]?.string ?? "")", row(field["rule"]),
            ]
        }
        let unfilled = (record["unfilled"]?.array ?? []).compactMap(\.string).map { name -> HTML in "<li>\(name)</li>" }
        return """
            <section><h2>\(words("第 \(number) 条", "Record \(number)")) · \(outcome(record["outcome"]?.string ?? ""))</h2>\(findings(record["findings"]))
            \(table.html)\(rules(record["rules"]))<h3>\(words("映射可填而未填的字段", "Fields not filled"))</h3><ul>\(unfilled)</ul></section>
            """
    }

    /// Every rule that was asked, with what it said and why.
    private func rules(_ list: JSONValue?) -> HTML {
        guard let items = list?.array, !items.isEmpty else { return .none }
        return ruleTable(items, caption: words("规则", "Rules"))
    }

    /// What a rule said, in words.
    static func outcome(ofRule word: String, _ language: Language?) -> String {
        guard let language, let outcome = RuleOutcome(rawValue: word) else { return word }
        return language.text(outcome.title)
    }

    func ruleTable(_ items: [JSONValue], caption: String) -> HTML {
        var table = DataTable(
            caption: caption,
            columns: [
                ("规则", "Rule"), ("结果", "Outcome"), ("说明", "Note"), ("依据", "Basis"), ("所据字段", "Evidence"),
                ("条件", "Condition"),
            ].map(column), empty: words("没有。", "None."))
        table.rows = items.map { rule in
            let evidence = (rule["evidence"]?.array ?? []).compactMap(\.string)
            let indicates: HTML = rule["indicates"]?.string.map { "<small class=\"mono\">\($0)</small>" } ?? .none
            let says: HTML = "\(rule["note"]?.string ?? "") \(indicates)"
            return [
                "<span class=\"go\">\(rule["rule"]?.string ?? "")</span>",
                "\(Self.outcome(ofRule: rule["outcome"]?.string ?? "", language))",
                says.source == " " ? "–" : says, "\(rule["basis"]?.string ?? "–")",
                evidence.isEmpty ? "–" : "\(evidence.joined(separator: "、"))",
                rule["condition"]?.string.map { "<code>\($0)</code>" } ?? "–",
            ]
        }
        return table.html
    }

    private func findings(_ list: JSONValue?) -> HTML {
        guard let items = list?.array, !items.isEmpty else { return .none }
        var table = DataTable(
            caption: words("提示", "Findings"),
            columns: [
                ("级别", "Severity"), ("代码", "Code"), ("字段", "Field"), ("位置", "Place"), ("说明", "Message"),
                ("规则", "Rule"),
            ].map(column), empty: "")
        table.rows = items.map { finding in
            [
                "\(severity(finding["severity"]?.string))",
                "\(finding["code"]?.string ?? "")",
                FieldName.html(
                    title: finding["title"]?.string, field: finding["field"]?.string, path: finding["path"]?.string),
                place(finding["location"]),
                "\(message(finding["message"]?.string ?? ""))", row(finding["rule"]),
            ]
        }
        return table.html
    }

    private func severity(_ name: String?) -> String {
        let title = name.flatMap(Finding.Severity.init(rawValue:))?.title
        return title.map { words($0.zh, $0.en) } ?? "–"
    }

    private func coverage(_ coverage: JSONValue?) -> HTML {
        guard let coverage else { return .none }
        let unread = (coverage["unread"]?.array ?? []).map { location -> HTML in "<li>\(place(location))</li>" }
        return """
            <section><h2>\(words("未读取的内容", "Not read by any rule"))</h2>
            <p>\(coverage["read"]?.text() ?? "0") / \(coverage["leaves"]?.text() ?? "0")</p><ul>\(unread)</ul></section>
            """
    }

    /// The rule that it comes from, leading to its row of the mapping's field table; a page that is handed on has no such
    /// place to lead to.
    private func row(_ rule: JSONValue?) -> HTML {
        language == nil ? "\(rule?.string ?? "")" : WebConsole.ruleLink(rule?.string)
    }

    private func place(_ location: JSONValue?) -> HTML {
        guard let location, let path = location["path"]?.string else { return .none }
        let line = location["line"]?.int.map { "\($0):\(location["column"]?.int ?? 1) " } ?? ""
        return "<code>\(line)\(path)</code>"
    }

    private static let style: HTML = """
        body{font:15px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;margin:1.5rem;color:#1a1a1a}
        table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}caption{text-align:left;font-weight:600}
        th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
        th{background:#f2f2f2}small{color:#666;font-weight:400}code{font-size:.9em}
        """
}

extension Finding.Severity {
    var title: LocalizedText {
        switch self {
        case .error: LocalizedText(zh: "错误", en: "error")
        case .warning: LocalizedText(zh: "警告", en: "warning")
        case .info: LocalizedText(zh: "说明", en: "note")
        }
    }
}
