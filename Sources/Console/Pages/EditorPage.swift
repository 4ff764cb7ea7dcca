import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

/// Mending a dead letter's document: whole in an editor, or field by field with the rest masked.
extension WebConsole {
    var editorRoutes: [Route] {
        [
            page("/console/dead-letters/{id}/edit", may: .repair) { scene in try await editor(scene) },
            act("/console/dead-letters/{id}/edit", may: [.unmask]) { scene, form in
                let id = scene.value("id")
                try await openLetter(id, scene, reason: try Self.reason(form))
                return .seeOther(try Self.list(form).path("/\(id.urlEscaped)/edit"))
            },
            act("/console/dead-letters/{id}/preview", may: [.repair]) { scene, form in
                save(form, scene)
                return .seeOther(try Self.list(form).path("/\(scene.value("id").urlEscaped)/edit"))
            },
            act("/console/dead-letters/{id}/draft", may: [.repair]) { scene, form in
                save(form, scene)
                return .file(HTTPResponse(status: 204, headers: [("Cache-Control", "no-store")], body: []))
            },
            act("/console/dead-letters/{id}/start-over", may: [.repair]) { scene, form in
                services.drafts.drop(scene.value("id"), by: scene.caller.id)
                return .seeOther(try Self.list(form).path("/\(scene.value("id").urlEscaped)/edit"))
            },
            act("/console/dead-letters/{id}/fields", may: [.unmask]) { scene, form in
                let id = scene.value("id")
                let reason = try Self.reason(form)
                try await services.deadLetters.openFields(id, by: scene.caller, reason: reason)
                services.opened.note(id, .failingFields, by: scene.visitor, reason: reason)
                return .seeOther(try Self.list(form).path("/\(id.urlEscaped)") + "#fields")
            },
            act("/console/dead-letters/{id}/repair", may: [.repair]) { scene, form in
                try await repair(scene, form)
            },
        ]
    }

    /// Keeps what is typed for as long as its writer needs it.
    private func save(_ form: Form, _ scene: Scene) {
        services.drafts.save(
            form["text"], reason: form["reason"], of: scene.value("id"), by: scene.caller.id, at: now())
    }

    // MARK: The editor

    private func editor(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let id = scene.value("id")
        let list = try WorkList { scene.request.query($0) }
        let path = "\(Section.deadLetters.path)/\(id.urlEscaped)"
        let title = language("编辑并重发", "Edit and resend")
        let back: HTML =
            "<p><a href=\"\(list.path("/" + id.urlEscaped))\">\(language("回到异常报文", "Back to the dead letter"))</a></p>"
        guard let reason = services.opened.reason(id, .whole, by: scene.visitor) else {
            guard scene.may(.unmask) else {
                throw Problem(
                    .forbidden, zh: "您的角色不能查看原文；需要编辑时请操作员处理。",
                    en: "Your role may not see documents; ask an operator to mend this one.")
            }
            return Self.asking(
                scene, title: title, section: .deadLetters, action: "\(path)/edit", list.hidden, back: back)
        }
        let opened = try await services.deadLetters.opened(id)
        guard let original = opened.text else {
            throw Problem(
                .wrongState, zh: "原文不是可编辑的文本；请用命令行 --edited 提交更正后的文件。",
                en:
                    "The document is no text that can be edited here; use the command line's --edited with a mended file."
            )
        }
        let draft = services.drafts.draft(of: id, by: scene.caller.id, at: now())
        var preview: EditPreview?
        if let draft {
            preview = try await services.deadLetters.preview(id, edited: .text(draft.text), isMasked: false)
        }
        let shown = (draft?.text ?? original).replacing("\r\n", with: "\n")
        let stored = try await services.deadLetters.show(id).findings.map(\.json)
        let findings = Self.beside(preview?.findings ?? stored)
        let hits = Set(findings.compactMap(\.line))
        return Page(
            title: title, section: .deadLetters,
            body: """
                \(back)<p class="note">\(language("原文按原样保留；重发使用下面的文本，并以原编码保存。", "The original is kept as it came; what stands below is sent instead, in the original's encoding."))</p>
                \(preview.map { Self.verdict($0, language) } ?? HTML.none)
                <form method="post" action="\(path)/retry" class="editing" data-draft="\(path)/draft" data-hits="\(hits.sorted().map(String.init).joined(separator: " "))"
                data-kept="\(language("草稿已保存", "Draft kept"))" data-lost="\(language("草稿未能保存（登录可能已过期）。内容仍在本页：请在新窗口登录后继续。", "The draft could not be kept (your session may have ended). It is still on this page: sign in in a new window and go on."))">
                \(scene.csrf)\(list.hidden)
                <input type="hidden" name="version" value="\(opened.deadLetter.summary.version.text)">
                <div class="desk"><div><label for="text">\(language("报文", "Document"))</label>
                \(Self.numbered(shown, hits: hits))</div>
                <section aria-labelledby="beside"><h2 id="beside">\(language("发现的问题", "Findings"))（\(findings.count)）</h2>\(Self.beside(findings, language))</section></div>
                <p class="faint" role="status" data-told>\(draft.map { language("草稿 \($0.savedAt.readable)", "Draft of \($0.savedAt.readable)") } ?? "")</p>
                <label for="reason">\(language("理由", "Reason"))</label>
                <textarea class="short" id="reason" name="reason" required maxlength="\(RequestBody.reasonLength)">\n\(draft.map(\.reason) ?? reason)</textarea>
                <p class="row"><button formaction="\(path)/preview" class="quiet" formnovalidate>\(language("检查改动", "Check the edit"))</button>
                <button>\(language("重发", "Resend"))</button>
                \(draft == nil ? HTML.none : "<button class=\"quiet\" formaction=\"\(path)/start-over\" formnovalidate>\(language("恢复原文", "Start over"))</button>")</p></form>
                """)
    }

    /// A textarea as high as its text, with the numbers of its lines beside it.
    private static func numbered(_ text: String, hits: Set<Int>) -> HTML {
        let count = text.utf8.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let numbers = (1...count).map { number -> HTML in
            hits.contains(number) ? "<b>\(number)</b>\n" : "\(number)\n"
        }
        return """
            <div class="editor"><pre class="gutter" aria-hidden="true">\(numbers)</pre>
            <textarea id="text" name="text" rows="\(count + 1)" spellcheck="false" wrap="off" autocomplete="off" lang="zh-CN">\n\(text)</textarea></div>
            """
    }

    private struct Note {
        let line: Int?
        let title: String?
        let message: LocalizedText
        let code: String
        let isError: Bool
    }

    private static func beside(_ findings: [JSONValue]) -> [Note] {
        findings.prefix(100).map { finding in
            Note(
                line: finding.at("location.line")?.int, title: finding["title"]?.string,
                message: LocalizedText(bilingual: finding["message"]?.string ?? ""),
                code: finding["code"]?.string ?? "", isError: finding["severity"] == "error")
        }
    }

    private static func beside(_ notes: [Note], _ language: Language) -> HTML {
        guard !notes.isEmpty else { return "<p class=\"empty\">\(language("没有问题。", "None."))</p>" }
        let ordered = notes.filter(\.isError) + notes.filter { !$0.isError }
        let items = ordered.map { note -> HTML in
            let place: HTML =
                note.line.map {
                    "<a href=\"#text\" data-line=\"\($0)\">\(language("第 \($0) 行", "line \($0)"))</a> "
                } ?? .none
            return """
                <li><span class="badge \(note.isError ? "bad" : "warn")">\(note.isError ? language("错误", "error") : language("警告", "warning"))</span> \(place)<strong lang="zh-CN">\(note.title ?? "")</strong> \(language.text(note.message)) <small class="mono">\(note.code)</small></li>
                """
        }
        return "<ul class=\"findings\">\(items)</ul>"
    }

    private static func verdict(_ preview: EditPreview, _ language: Language) -> HTML {
        """
        <div class="note \(preview.passes ? "good" : "bad")" role="status"><p>\(
            preview.passes ? language("检查通过，可以重发。", "It would pass now.") : language("仍有错误，重发会再次失败。", "It would fail again."))</p></div>
        \(changes(preview.changes, language))
        """
    }

    // MARK: Field by field

    /// The fields that fail in a small form; everything else stays masked.
    ///
    /// - Parameter typed: what was written into them, to be corrected.
    func fieldForm(
        _ view: DeadLetterView, _ list: WorkList, _ scene: Scene, typed: [Int: String] = [:], reason: String = ""
    ) -> HTML {
        let language = scene.language
        let id = view.deadLetter.summary.id
        guard !view.fields.isEmpty, scene.may(.repair) else { return .none }
        let path = "\(Section.deadLetters.path)/\(id.urlEscaped)"
        let isOpen =
            services.opened.reason(id, .failingFields, by: scene.visitor) != nil
            || services.opened.reason(id, .whole, by: scene.visitor) != nil
        let rows = view.fields.enumerated().map { index, field -> HTML in
            let value = typed[index] ?? (isOpen ? field.place.value : "")
            let messages = field.messages.map { language.text(LocalizedText(bilingual: $0)) }
            let now: HTML =
                isOpen || field.place.value.isEmpty
                ? .none : "<br>\(language("现值（已脱敏）", "Now (masked)"))：<span class=\"mono\">\(field.place.masked)</span>"
            return """
                <div><label for="field-\(index)"><strong lang="zh-CN">\(field.title ?? "")</strong> <small class="mono" lang="zh-CN">\(field.name)</small></label>
                <input id="field-\(index)" name="field-\(index)" value="\(value)" maxlength="2000" autocomplete="off" aria-describedby="about-\(index)">
                <p class="faint" id="about-\(index)">\(language("第 \(field.line) 行", "Line \(field.line)"))：\(messages.joined(separator: " "))\(now)</p></div>
                """
        }
        let hasHidden = !isOpen && view.fields.contains { !$0.place.value.isEmpty }
        let reveal: HTML =
            hasHidden && scene.may(.unmask)
            ? "<button class=\"quiet\" formaction=\"\(path)/fields\">\(language("显示这些字段的原值（记入审计）", "Show these fields' values (audited)"))</button>"
            : .none
        return """
            <form method="post" action="\(path)/repair" class="fields" id="fields">\(scene.csrf)\(list.hidden)
            <input type="hidden" name="version" value="\(view.deadLetter.summary.version.text)">
            <h3>\(language("只更正有问题的字段", "Mend only what fails"))</h3>
            <p class="faint">\(language("其余内容不显示也不改动；先检查，通过才重发。", "Nothing else is shown or touched; it is checked, and sent when it passes."))</p>\(rows)
            <label for="reason-fields">\(language("理由", "Reason"))</label>
            <textarea class="short" id="reason-fields" name="reason" required maxlength="\(RequestBody.reasonLength)">\n\(reason)</textarea>
            <p class="row"><button>\(language("更正并重发", "Mend and resend"))</button>\(reveal)</p></form>
            """
    }

    private func repair(_ scene: Scene, _ form: Form) async throws -> Reply {
        let id = scene.value("id")
        let view = try await services.deadLetters.show(id)
        let list = try Self.list(form)
        let reason = try Self.reason(form)
        let pairs = form.all("field-").compactMap { name, value in Int(name).map { ($0, value) } }
        let typed = Dictionary(pairs) { first, _ in first }
        // What is left empty, or as it was, is not changed.
        let changed = typed.filter { index, value in
            !value.isEmpty && !(view.fields.indices.contains(index) && view.fields[index].place.value == value)
        }
        // The numbers of the fields are those of the letter that was seen.
        guard let version = DeadLetterVersion(text: form["version"]) else { throw DeadLetterService.stale }
        let edited = try await services.deadLetters.mended(id, version: version, values: changed)
        let preview = try await services.deadLetters.preview(id, edited: edited)
        if preview.passes {
            return try await retry(scene, form, edited: edited, reason: reason)
        }
        let language = scene.language
        return .page(
            Page(
                title: language("更正后仍未通过", "It would still fail"), section: .deadLetters,
                body: """
                    <p class="row"><a href="\(list.path("/" + id.urlEscaped))">\(language("回到异常报文", "Back to the dead letter"))</a></p>
                    <p class="note bad" role="alert">\(language("没有重发：按您填写的内容，报文仍不能通过。", "Nothing was sent: with what you wrote it would fail again."))</p>
                    \(Self.beside(Self.beside(preview.findings).filter(\.isError), language))
                    <h2>\(language("处理", "Remedies"))</h2>
                    <div class="actions">\(fieldForm(view, list, scene, typed: typed, reason: reason))</div>
                    """))
    }
}
