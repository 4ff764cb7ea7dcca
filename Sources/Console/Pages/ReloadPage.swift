import Messaging
import Operations
import Transport
import Vocabulary

/// Changed mappings, rules and credentials put in force: tried first, with what differs, what went before, and which dead
/// letters may pass then.
extension WebConsole {
    static let reloadPath = "/console/reload"

    var reloadRoutes: [Route] {
        [
            page("/console/reload", may: .administer) { scene in try await reloadPage(scene, .none) },
            act("/console/reload/check", may: [.administer]) { scene, _ in
                .page(try await reloadPage(scene, try await checked(scene)))
            },
            act("/console/reload", may: [.administer]) { scene, form in
                let reason = try Self.reason(form)
                do {
                    let outcome = try await services.reload.run(by: scene.caller.id, because: reason)
                    let changes = outcome.changes
                    return .page(
                        try await reloadPage(
                            scene,
                            """
                            <p class="note good" role="status">\(scene.language("已生效，改动 \(changes.count) 处。", "In force, with \(changes.count) changes."))</p>
                            \(Self.list(changes, scene.language))\(Self.limits(outcome, scene.language))\(try await passing(scene))
                            """))
                } catch let error as ConfigurationError {
                    return .page(try await reloadPage(scene, Self.mistakes(error, scene.language)))
                }
            },
        ]
    }

    private func checked(_ scene: Scene) async throws -> HTML {
        let language = scene.language
        do {
            let changes = try await services.reload.check()
            let said =
                changes.isEmpty
                ? language("检查通过，与现行的没有不同。", "No mistakes, and nothing differs from what is in force.")
                : language("检查通过；重新加载将带来以下改动。", "No mistakes; a reload would change this.")
            return "<p class=\"note good\" role=\"status\">\(said)</p>\(Self.list(changes, language))"
        } catch let error as ConfigurationError {
            return Self.mistakes(error, language)
        }
    }

    private static func mistakes(_ error: ConfigurationError, _ language: Language) -> HTML {
        let items = error.complaints.prefix(100).map { complaint -> HTML in
            "<li><span class=\"mono\">\(complaint.file)\(complaint.line.map { ":\($0)" } ?? "")</span> \(complaint.text)</li>"
        }
        return """
            <div class="note bad" role="alert"><p>\(language("有 \(error.complaints.count) 处错误，现行的继续有效。", "\(error.complaints.count) mistakes; what is in force stays."))</p><ul>\(items)</ul></div>
            """
    }

    private static func list(_ changes: [LocalizedText], _ language: Language) -> HTML {
        guard !changes.isEmpty else { return .none }
        return "<ul>\(changes.map { "<li>\(language.text($0))</li>" as HTML })</ul>"
    }

    /// Limits move where a calendar does.
    private static func limits(_ outcome: ReloadService.Outcome, _ language: Language) -> HTML {
        guard !outcome.moved.isEmpty || !outcome.isWhole else { return .none }
        let count =
            outcome.isWhole
            ? "\(outcome.moved.count)" : language("\(outcome.moved.count) 项以上", "over \(outcome.moved.count)")
        return
            "<p><a href=\"/console/clocks/moved\">\(language("因此变动的时限：\(count)", "Limits that moved by it: \(count)"))</a></p>"
    }

    /// Of each cause the letter that waits longest is tried: where that passes, the others may.
    private func passing(_ scene: Scene) async throws -> HTML {
        let language = scene.language
        let causes = try await services.deadLetters.mayPass()
        guard !causes.isEmpty else {
            return "<p class=\"faint\">\(language("没有异常报文因此可能通过。", "No dead letters may pass by that."))</p>"
        }
        let items = causes.map { cause -> HTML in
            let link = "\(Section.deadLetters.path)?cause=\(cause.cause.name.urlEscaped)"
            return
                "<li><a href=\"\(link)\">\(language("\(cause.count) 件可能通过", "\(cause.count) may pass now"))</a> <span class=\"mono\">\(cause.cause.name)</span></li>"
        }
        return "<h2>\(language("现在可能通过的异常报文", "Dead letters that may pass now"))</h2><ul>\(items)</ul>"
    }

    private func reloadPage(_ scene: Scene, _ result: HTML) async throws -> Page {
        let language = scene.language
        var history: [AuditEntry] = []
        for action in [AuditAction.reload, .reloadRefused, .changeConfiguration] {
            var filter = AuditFilter()
            filter.action = action
            history += try await services.audit.entries(filter, before: nil, limit: 20)
        }
        var table = DataTable(
            caption: language("最近的在前", "The latest first"),
            columns: [
                .init(name: language("时间", "Time")), .init(name: language("操作", "Act")),
                .init(name: language("操作者", "Actor")), .init(name: language("说明", "Detail")),
            ], empty: language("没有记录。", "No entries."))
        table.rows = history.sorted { $0.seq > $1.seq }.prefix(20).map { entry in
            [
                entry.at.stamp, "\(HistoryWords.name(entry.action, language))", "\(entry.actor)",
                Self.detail(of: entry, language),
            ]
        }
        return Page(
            title: language("重新加载", "Reload"), section: .rules,
            body: """
                <p class="note">\(language("映射、规则、代码表、日历和凭证改好后，先检查，再加载；有任何错误，现行的继续有效。", "Once mappings, rules, code lists, calendars or credentials are changed: check, then reload. With any mistake what is in force stays."))</p>
                <div class="actions"><form method="post" action="\(Self.reloadPath)/check">\(scene.csrf)<button class="quiet">\(language("检查", "Check"))</button></form>
                <form method="post" action="\(Self.reloadPath)">\(scene.csrf)
                <label for="reason">\(language("理由", "Reason"))</label><textarea class="short" id="reason" name="reason" required maxlength="\(RequestBody.reasonLength)"></textarea>
                <button>\(language("重新加载", "Reload"))</button></form></div>
                \(result)<h2>\(language("历次加载", "Reloads so far"))</h2>\(table.html)
                """)
    }
}
