import Canonical
import Transport

/// The code lists in force, which field tables and findings name.
extension WebConsole {
    static let codeListsPath = "/console/mappings/codes"

    var codeListRoutes: [Route] {
        [
            page("/console/mappings/codes") { scene in codeListsPage(scene) },
            page("/console/mappings/codes/list") { scene in try codeListPage(scene) },
        ]
    }

    static func codeListLink(_ name: String) -> HTML {
        "<a class=\"mono\" href=\"\(codeListsPath)/list?name=\(name.urlEscaped)\">\(name)</a>"
    }

    private func codeListsPage(_ scene: Scene) -> Page {
        let language = scene.language
        var table = DataTable(
            caption: language("现行代码表", "Code lists in force"),
            columns: [
                .init(name: language("代码表", "Code list")), .init(name: language("代码数", "Codes"), isNumber: true),
                .init(name: language("匹配", "Match")), .init(name: language("标准", "Standard")),
            ], empty: language("没有代码表。", "There are no code lists."))
        table.rows = library.codeLists.names.compactMap { library.codeLists[$0] }.map { list in
            [
                Self.codeListLink(list.name), "\(list.entries.filter { !$0.code.isEmpty }.count)",
                "\(Self.words(of: list.match, language))", "\(list.standard ?? "–")",
            ]
        }
        return Page(
            title: language("代码表", "Code lists"), section: .mappings,
            body: """
                <p><a href="\(Section.mappings.path)">\(language("所有映射", "All mappings"))</a></p>\(table.html)
                """)
    }

    private func codeListPage(_ scene: Scene) throws(Problem) -> Page {
        let language = scene.language
        guard let list = library.codeLists[scene.request.query("name") ?? ""] else {
            throw Problem(.notFound, zh: "没有这个代码表。", en: "No such code list.")
        }
        var table = DataTable(
            caption: "\(list.name) \(list.standard ?? "")",
            columns: [
                .init(name: language("代码", "Code")), .init(name: language("名称", "Name")),
                .init(name: "English"), .init(name: language("也可写作", "Also read")),
            ], empty: language("代码表是空的。", "The list is empty."))
        table.rows = list.entries.filter { !$0.code.isEmpty }.map { entry in
            [
                "<span class=\"mono\">\(entry.code)</span>", "\(entry.zh)", "\(entry.en ?? "–")",
                entry.aliases.isEmpty ? "–" : "\(entry.aliases.joined(separator: "、"))",
            ]
        }
        let nothing = list.wordsWithoutCode
        return Page(
            title: language("代码表", "Code list"), section: .mappings,
            body: """
                <p><a href="\(Self.codeListsPath)">\(language("所有代码表", "All code lists"))</a></p>
                <p class="faint">\(Self.words(of: list.match, language))</p>\(table.html)
                \(nothing.isEmpty ? HTML.none : "<p>\(language("不表示任何代码：", "Mean no code: "))\(nothing.joined(separator: "、"))</p>")
                """)
    }

    private static func words(of match: CodeList.Match, _ language: Language) -> String {
        switch match {
        case .exact: language("整段文字为代码、名称或别名", "the whole text is a code, a name or an alias")
        case .contains: language("文字中含有名称或别名", "the text contains a name or an alias")
        }
    }
}
