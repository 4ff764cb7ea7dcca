import Messaging
import Operations
import Transport
import Vocabulary

/// Documents as they came: shown to whoever may, once a reason stands in the audit trail.
extension WebConsole {
    var documentRoutes: [Route] {
        [
            page("/console/dead-letters/{id}/document", may: .unmask) { scene in
                try await letterDocument(scene)
            },
            act("/console/dead-letters/{id}/document", may: [.unmask]) { scene, form in
                let id = scene.value("id")
                try await openLetter(id, scene, reason: try Self.reason(form))
                return .seeOther(try Self.list(form).path("/\(id.urlEscaped)/document"))
            },
            page("/console/messages/{id}/document", may: .unmask) { scene in try await messageDocument(scene) },
            act("/console/messages/{id}/document", may: [.unmask]) { scene, form in
                let id = scene.value("id")
                let reason = try Self.reason(form)
                let referral = try await services.flow.trace(id).trace.referral.id
                _ = try await services.documents.open(referral, by: scene.caller, reason: reason)
                services.opened.note(referral, .whole, by: scene.visitor, reason: reason)
                return .seeOther("\(Section.messages.path)/\(id.urlEscaped)/document")
            },
        ]
    }

    /// Lays a dead letter open; what was opened in this sitting needs no second reason.
    func openLetter(_ id: String, _ scene: Scene, reason: String) async throws {
        _ = try await services.deadLetters.open(id, by: scene.caller, reason: reason)
        services.opened.note(id, .whole, by: scene.visitor, reason: reason)
    }

    private func letterDocument(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let id = scene.value("id")
        let list = try WorkList { scene.request.query($0) }
        let back: HTML =
            "<p><a href=\"\(list.path("/" + id.urlEscaped))\">\(language("回到异常报文", "Back to the dead letter"))</a></p>"
        guard services.opened.reason(id, .whole, by: scene.visitor) != nil else {
            return Self.asking(
                scene, title: language("查看原文", "See the document"), section: .deadLetters,
                action: "\(Section.deadLetters.path)/\(id.urlEscaped)/document", list.hidden, back: back)
        }
        let opened = try await services.deadLetters.opened(id)
        return Page(
            title: language("原文", "Document"), section: .deadLetters,
            body: "\(back)\(Self.document(opened.text, bytes: opened.deadLetter.payload.count, language))")
    }

    private func messageDocument(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let id = scene.value("id")
        let referral = try await services.flow.trace(id).trace.referral.id
        let path = "\(Section.messages.path)/\(id.urlEscaped)"
        let back: HTML = "<p><a href=\"\(path)\">\(language("回到报文", "Back to the message"))</a></p>"
        guard services.opened.reason(referral, .whole, by: scene.visitor) != nil else {
            return Self.asking(
                scene, title: language("查看原文", "See the document"), section: .messages, action: "\(path)/document",
                .none, back: back)
        }
        let (document, text) = try await services.documents.opened(referral)
        return Page(
            title: language("原文", "Document"), section: .messages,
            body: "\(back)\(Self.document(text, bytes: document.bytes.count, language))")
    }

    /// Asks for the reason, before anything is shown.
    static func asking(
        _ scene: Scene, title: String, section: Section, action: String, _ hidden: HTML, back: HTML
    ) -> Page {
        let language = scene.language
        return Page(
            title: title, section: section,
            body: """
                \(back)<p class="note">\(language("将显示含个人信息的原文。请写明理由；理由和此次查看会记入审计，本次登录内不再询问。", "The document is shown with personal data. Give a reason: it goes into the audit trail with what you look at, and is not asked for again in this sitting."))</p>
                <form method="post" action="\(action)">\(scene.csrf)\(hidden)
                <label for="reason">\(language("理由", "Reason"))</label>
                <textarea class="short" id="reason" name="reason" required maxlength="\(RequestBody.reasonLength)"></textarea>
                <p><button>\(language("查看原文", "See the document"))</button></p></form>
                """)
    }

    /// A form behind its name that asks for the reason.
    func documentForm(_ path: String, _ hidden: HTML, subject: String, _ scene: Scene) -> HTML {
        let language = scene.language
        guard scene.may(.unmask) else { return .none }
        let title = language("查看原文（写明理由）", "See the document (with a reason)")
        guard services.opened.reason(subject, .whole, by: scene.visitor) == nil else {
            return "<p><a href=\"\(path)\">\(language("查看原文", "See the document"))</a></p>"
        }
        return """
            <details class="deed"><summary>\(title)</summary><form method="post" action="\(path)">\(scene.csrf)\(hidden)
            <label>\(language("理由", "Reason"))<br><input name="reason" required maxlength="\(RequestBody.reasonLength)"></label>
            <button>\(language("查看原文", "See the document"))</button>
            <p class="faint">\(language("记入审计；本次登录内只问一次。", "Recorded in the audit trail; asked for once in a sitting."))</p></form></details>
            """
    }

    private static func document(_ text: String?, bytes: Int, _ language: Language) -> HTML {
        guard let text else {
            return
                "<p class=\"note warn\">\(language("原文不是文本，无法显示（\(bytes) 字节）。", "The document is no text and cannot be shown (\(bytes) bytes)."))</p>"
        }
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map {
            line -> HTML in "<span class=\"line\">\(String(line))</span>"
        }
        return """
            <p class="note warn">\(language("含个人信息，此次查看已记入审计。", "With personal data; that you look is in the audit trail."))</p>
            <pre class="numbered" tabindex="0" lang="zh-CN" aria-label="\(language("原文", "Document"))">\(lines)</pre>
            """
    }
}
