import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

extension WebConsole {
    var libraryRoutes: [Route] {
        [
            page("/console/mappings") { scene in mappingPage(scene) },
            page("/console/mappings/fields") { scene in try fieldPage(scene) },
            act("/console/mappings/try", may: [.look]) { scene, form in .page(tryPage(scene, form)) },
            page("/console/rules") { scene in rulePage(scene) },
        ]
    }

    private func mappingPage(_ scene: Scene) -> Page {
        let language = scene.language
        var table = DataTable(
            caption: language("现行映射", "Mappings in force"),
            columns: [
                .init(name: language("映射", "Mapping")), .init(name: language("名称", "Title")),
                .init(name: language("方向", "Direction")), .init(name: language("版本", "Version"), isNumber: true),
            ], empty: "")
        table.rows = library.mappings.map { mapping in
            [
                "<a class=\"mono\" href=\"\(Self.fieldAddress(mapping.id))\">\(mapping.id)</a>", "\(mapping.title)",
                "\(mapping.isInbound ? language("接收", "in") : language("回传", "out"))", "\(mapping.version)",
            ]
        }
        return Page(
            title: Section.mappings.title(language), section: .mappings,
            body: """
                <p><a href="\(Self.codeListsPath)">\(language("代码表", "Code lists"))</a></p>\(tryForm(scene, chosen: "", document: ""))\(table.html)
                """)
    }

    private func tryForm(_ scene: Scene, chosen: String, document: String) -> HTML {
        let language = scene.language
        let options = library.mappings.filter(\.isInbound).map { ($0.id, "\($0.title) \($0.id)") }
        return """
            <h2>\(language("试转换", "Try a document"))</h2>
            <p class="faint">\(language("只演算，不保存；字段的值在说明中脱敏。", "A dry run: nothing is stored, values are masked in the explanation."))</p>
            <form method="post" action="/console/mappings/try">\(scene.csrf)
            \(Self.select("mapping", language("映射", "Mapping"), options, chosen: chosen, all: language("由报文自己决定", "told by the document")))
            <label for="document">\(language("报文（XML 或 JSON）", "Document (XML or JSON)"))</label>
            <textarea id="document" name="document" spellcheck="false" required>\n\(document)</textarea>
            <p><button>\(language("试转换", "Try"))</button></p></form>
            """
    }

    private func tryPage(_ scene: Scene, _ form: Form) -> Page {
        let language = scene.language
        let chosen = form["mapping"]
        // What a browser sends is UTF-8, whatever the pasted declaration says.
        let result = library.translate(Array(form["document"].utf8), by: chosen.isEmpty ? nil : chosen)
        let isUsable = result["outcome"]?.string != "invalid"
        return Page(
            title: language("试转换", "Try a document"), section: .mappings,
            body: """
                <p class="note \(isUsable ? "good" : "bad")" role="status">\(isUsable ? language("可以转换：", "It translates: ") : language("不能转换：", "It does not translate: "))
                \(HistoryWords.detail(result["outcome"]?.string ?? "", language)) <span class="mono">\(result.at("mapping.id")?.string ?? "–")</span></p>
                \(ExplanationPage(language: language).body(of: result))\(tryForm(scene, chosen: chosen, document: form["document"]))
                """)
    }

    private func rulePage(_ scene: Scene) -> Page {
        let language = scene.language
        let rules = library.ruleBook
        let parts = RuleEntry.Part.allCases.filter { part in rules.contains { $0.part == part } }
        let links = parts.map { part -> HTML in
            let count = rules.filter { $0.part == part }.count
            return "<li><a href=\"#\(part.rawValue)\">\(language.text(part.title))</a> <small>\(count)</small></li>"
        }
        let tables = parts.map { part -> HTML in
            "<h2 id=\"\(part.rawValue)\">\(language.text(part.title))</h2>\(ruleTable(rules.filter { $0.part == part }, language))"
        }
        return Page(
            title: Section.rules.title(language), section: .rules,
            body: """
                \(scene.may(.administer) ? "<p><a href=\"\(Self.reloadPath)\">\(language("重新加载（检查、改动、历次）", "Reload: check, changes, history"))</a></p>" : HTML.none)
                <ul class="jumps">\(links)</ul>\(tables)
                """)
    }

    private func ruleTable(_ rules: [RuleEntry], _ language: Language) -> HTML {
        var table = DataTable(
            caption: language(
                "现行规则，每个编号一行；命中次数按编号合计，自本节点启动起计",
                "Rules in force, a row for each number; hits are those of the number, since this node started"),
            columns: [
                .init(name: language("规则", "Rule")), .init(name: language("内容与依据", "What it says, and its basis")),
                .init(name: language("有效期", "Holds")), .init(name: language("命中", "Fired"), isNumber: true),
            ], empty: "")
        let numbers = rules.map(\.id).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        table.rows = numbers.map { number in
            let clauses = rules.filter { $0.id == number }
            let said = clauses.map { rule -> HTML in
                "<li lang=\"zh-CN\">\(rule.title) <small>\(rule.basis)</small></li>"
            }
            let versions = Set(clauses.map(\.version)).sorted().map { "v\($0)" }.joined(separator: " ")
            let spans = clauses.filter { $0.from != nil || $0.to != nil }.map { "\($0.from ?? "") … \($0.to ?? "")" }
            let holds = spans.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            return [
                "<span class=\"mono\">\(number)</span> <small>\(versions)</small>", "<ul class=\"plain\">\(said)</ul>",
                "\(holds.isEmpty ? "–" : holds.joined(separator: "；"))", "\(library.timesFired(number))",
            ]
        }
        return table.html
    }
}

extension RuleEntry.Part {
    var title: LocalizedText {
        switch self {
        case .routing: LocalizedText(zh: "分派", en: "Routing")
        case .precheck: LocalizedText(zh: "预审提示", en: "Pre-checks")
        case .clock: LocalizedText(zh: "时限", en: "Time limits")
        case .pause: LocalizedText(zh: "时限中止", en: "Pauses of time limits")
        case .paper: LocalizedText(zh: "材料", en: "Papers")
        }
    }
}
