import Operations
import StrictJSON
import Transport
import Triage
import Vocabulary

/// Why an application went where it went: part of its message's page.
extension WebConsole {
    /// - Parameter applications: the message's; the one that the address asks for is shown, else the first.
    func ruleSection(_ applications: [String], _ scene: Scene) async throws -> HTML {
        guard let first = applications.first else { return .none }
        let chosen = scene.asked("application").flatMap { applications.contains($0) ? $0 : nil } ?? first
        let trace = try await services.rules.trace(chosen)
        let language = scene.language
        let others = applications.filter { $0 != chosen }.map { number -> HTML in
            "<li><a class=\"mono\" href=\"?application=\(number.urlEscaped)#rules\">\(number)</a></li>"
        }
        let list: HTML = others.isEmpty ? .none : "<ul class=\"jumps\">\(others)</ul>"
        return """
            <h2 id="rules">\(language("规则依据", "What the rules said")) <small class="mono">\(chosen)</small></h2>\(list)
            \(trace.wasAssessed ? looks(trace, language) : Self.lead(language))
            """
    }

    private static func lead(_ language: Language) -> HTML {
        """
        <p class="empty">\(language("这是线索，还不是申请：接收时没有适用规则。", "A lead is no application yet: no rule was asked when it came."))</p>
        """
    }

    private func looks(_ trace: RuleTrace, _ language: Language) -> HTML {
        let explained = ExplanationPage(language: language)
        let facts: [(String, HTML)] = [
            (language("接收时", "When it came"), look(trace.then, language)),
            (language("现行规则", "Rules in force now"), look(trace.now, language)),
        ]
        let silent = trace.silent
        return """
            <p class="note\(trace.isSameSet == true ? HTML.none : " warn")">\(Self.comparison(trace, language))</p>
            <dl class="facts">\(facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" })</dl>
            \(differences(trace, language))
            \(explained.ruleTable(trace.telling.map(\.explanation), caption: language("命中或存疑的规则（现在重新评估）", "Rules that say something, asked again now")))
            <details class="deed"><summary>\(language("未命中的规则（\(silent.count)）", "Rules that say nothing (\(silent.count))"))</summary>
            \(explained.ruleTable(silent.map(\.explanation), caption: language("条件未满足，或在它之前已有规则作出决定", "Their tests did not hold, or an earlier rule had decided")))</details>
            """
    }

    private static func comparison(_ trace: RuleTrace, _ language: Language) -> String {
        switch (trace.isSameSet, trace.differences.isEmpty) {
        case (true?, true): language("规则与接收时相同，结论也相同。", "The rules are those of its receipt, and say the same.")
        case (true?, false):
            language(
                "规则与接收时相同；不同之处来自申请内容后来的补充。",
                "The rules are those of its receipt: what differs comes from content that was added since.")
        case (false?, true): language("接收之后规则已更换，结论相同。", "The rules were changed since it came, and say the same.")
        case (false?, false):
            language(
                "接收之后规则已更换；不同之处可能来自规则，也可能来自后来补充的内容。",
                "The rules were changed since it came: what differs may come from them, or from content that was added."
            )
        case (nil, _):
            language(
                "接收时使用的是哪一套规则没有记录；以下是用现行规则重新评估的结果。",
                "Which set of rules was in force when it came was not noted; below is what today's rules say.")
        }
    }

    private func look(_ look: RuleTrace.Look, _ language: Language) -> HTML {
        let set = look.rules.map { digest -> HTML in
            "<span class=\"mono\" title=\"SM3 \(digest)\">\(String(digest.prefix(12)))…</span>"
        }
        return """
            \(place(look.place, language)) <small class="mono">\(look.rule ?? "")</small><br>
            \(language("紧急程度：", "Urgency: "))\(Self.urgency(look.level, language))<br>
            \(language("规则集：", "Set of rules: "))\(set ?? "–")
            """
    }

    /// The institution, or in words why none follows.
    private func place(_ code: String?, _ language: Language) -> HTML {
        guard let code else { return "–" }
        if let reason = Unroutable.Reason(rawValue: code) { return "\(language.text(reason.title))" }
        return institutionTag(code)
    }

    /// A level of urgency in words.
    static func urgency(_ name: String?, _ language: Language) -> String {
        Urgency.Level.allCases.first { $0.name == name }.map { language.text($0.title) } ?? "–"
    }

    private func differences(_ trace: RuleTrace, _ language: Language) -> HTML {
        let differences = trace.differences
        guard !differences.isEmpty else { return .none }
        var table = DataTable(
            caption: language("不同之处", "What differs"),
            columns: [
                .init(name: language("事项", "About")), .init(name: language("接收时", "Then")),
                .init(name: language("现在", "Now")),
            ], empty: "")
        table.rows = differences.map { difference in
            [subject(difference, language), said(difference, \.then, language), said(difference, \.now, language)]
        }
        return table.html
    }

    private func subject(_ difference: RuleTrace.Difference, _ language: Language) -> HTML {
        switch difference.kind {
        case .target: "\(language("去向", "Target"))"
        case .urgency: "\(language("紧急程度", "Urgency"))"
        case .rule(let id): "<span class=\"mono\">\(id)</span>"
        }
    }

    private func said(
        _ difference: RuleTrace.Difference, _ side: KeyPath<RuleTrace.Difference, String?>, _ language: Language
    ) -> HTML {
        guard let word = difference[keyPath: side] else { return "–" }
        return switch difference.kind {
        case .target: place(word, language)
        case .urgency: "\(Self.urgency(word, language))"
        case .rule:
            """
            \(word.split(separator: " ").map { ExplanationPage.outcome(ofRule: String($0), language) }
                .joined(separator: language("、", ", ")))
            """
        }
    }
}

extension RuleOutcome {
    var title: LocalizedText {
        switch self {
        case .indicated: LocalizedText(zh: "命中", en: "indicated")
        case .notIndicated: LocalizedText(zh: "未命中", en: "not indicated")
        case .insufficientData: LocalizedText(zh: "资料不足", en: "insufficient data")
        case .conflict: LocalizedText(zh: "互相矛盾", en: "conflict")
        }
    }
}

extension Unroutable.Reason {
    var title: LocalizedText {
        switch self {
        case .noRule: LocalizedText(zh: "没有规则能确定机构，由人选择", en: "no rule names an institution: a person chooses")
        case .severalInstitutions: LocalizedText(zh: "对应多个机构，由人选择", en: "several institutions fit: a person chooses")
        case .externalHandover: LocalizedText(zh: "不属于本市管辖", en: "outside the city")
        }
    }
}

extension Urgency.Level {
    var title: LocalizedText {
        switch self {
        case .normal: LocalizedText(zh: "普通", en: "normal")
        case .urgent: LocalizedText(zh: "紧急", en: "urgent")
        case .critical: LocalizedText(zh: "特急", en: "critical")
        }
    }
}
