import Canonical
import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    func deadLetterPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let view = try await services.deadLetters.show(scene.value("id"))
        let summary = view.deadLetter.summary
        let list = try WorkList { scene.request.query($0) }
        let path = "\(Section.deadLetters.path)/\(summary.id.urlEscaped)"
        return Page(
            title: language("异常报文 ", "Dead letter ") + (summary.senderMessageID ?? summary.id), section: .deadLetters,
            body: """
                \(scene.request.query("done") == "again" ? again(language) : try await receipt(scene))\(try await ways(from: summary, list, language))
                <div class="note bad"><p><strong>\(language.text(view.code.happened))</strong></p>
                <p>\(language.text(view.code.advice))</p></div>
                \(facts(view, language))\(summary.isBeyondMending ? HTML.none : documentForm(path + "/document", list.hidden, subject: summary.id, scene))
                \(findings(view, language))\(excerpts(view, language))\(Self.changes(view.changes, language))
                \(scene.may(.repair) ? remedies(view, list, scene) : HTML.none)\(history(view, language))
                """)
    }

    private func again(_ language: Language) -> HTML {
        """
        <p class="note bad" role="alert">\(language("重发后仍有问题，报文仍未通过。", "It failed again and is still in the tray."))</p>
        """
    }

    /// Back to the list, and on to its next without doing anything about this one.
    private func ways(from place: DeadLetterSummary, _ list: WorkList, _ language: Language) async throws -> HTML {
        let total = list.total(of: try await services.deadLetters.groups(list.bounds))
        let next: HTML =
            try await neighbour(of: place, on: list).map { next in
                "<a rel=\"next\" href=\"\(list.path("/" + next.id))\">\(language("跳过，看下一件", "Skip to the next"))</a>"
            } ?? .none
        return """
            <p class="row ways"><a href="\(list.path())">\(language("返回列表（共 \(total) 件）", "Back to the list (\(total))"))</a>\(next)</p>
            """
    }

    private func facts(_ view: DeadLetterView, _ language: Language) -> HTML {
        let summary = view.deadLetter.summary
        var rows: [(String, HTML)] = [
            (language("编号", "Id"), "<span class=\"mono\">\(summary.id)</span>"),
            (
                language("原因", "Reason"),
                "\(language.text(summary.reason.title)) <small>\(Self.link(to: summary.cause))</small>"
            ),
            (language("该谁处理", "Whose turn"), "\(language.text(view.code.turn.label))"),
            (language("报送单位", "Partner"), partnerTag(summary.partnerID)),
            (language("来源报文编号", "Sender's message id"), "\(summary.senderMessageID ?? "–")"),
            (language("转为异常报文的时间", "Dead since"), "\(summary.since.readable)"),
            (language("已尝试", "Attempts"), "\(summary.attempts)"),
            (
                language("原文", "Document"),
                summary.documentErasedAt.map { "\(language("已按保存期限删除", "erased after its period")) \($0.readable)" }
                    ?? "\(view.deadLetter.payload.count) \(language("字节", "bytes")), \(view.deadLetter.encoding ?? view.deadLetter.mediaType)"
            ),
            (language("摘要 SM3", "Digest SM3"), "<span class=\"mono\">\(view.deadLetter.digest ?? "–")</span>"),
        ]
        let terms = view.deadLetter.terms
        if let subject = terms.subject {
            rows.append((language("调用所指", "What the call was for"), Self.words(for: subject, language)))
        }
        if let mapping = terms.mapping {
            rows.append((language("调用指定的映射", "Mapping asked for"), "<span class=\"mono\">\(mapping)</span>"))
        }
        return "<dl class=\"facts\">\(rows.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" })</dl>"
    }

    private static func words(for subject: CallTerms.Subject, _ language: Language) -> HTML {
        switch subject {
        case .supplement(let id): "\(language("补充材料", "A supplement to")) \(link(toMessage: id))"
        case .withdrawal(let id): "\(language("撤回", "A withdrawal of")) \(link(toMessage: id))"
        case .application: "\(language("机构自收申请", "An application that an institution took in"))"
        }
    }

    private static func link(toMessage id: String) -> HTML {
        "<a class=\"mono\" href=\"\(Section.messages.path)/\(id.urlEscaped)\">\(id)</a>"
    }

    private func findings(_ view: DeadLetterView, _ language: Language) -> HTML {
        guard !view.findings.isEmpty else { return .none }
        var table = DataTable(
            caption: language("按原文位置", "By place in the document"),
            columns: [
                .init(name: language("级别", "Severity")), .init(name: language("位置", "Place")),
                .init(name: language("字段", "Field")), .init(name: language("问题", "Problem")),
                .init(name: language("规则", "Rule")),
            ], empty: "")
        table.rows = view.findings.prefix(100).map { finding in
            let place = finding.line.map {
                language("第 \($0) 行第 \(finding.column ?? 1) 列", "line \($0), column \(finding.column ?? 1)")
            }
            return [
                "<span class=\"badge \(finding.isError ? "bad" : "warn")\">\(finding.isError ? language("错误", "error") : language("警告", "warning"))</span>",
                "\(place ?? "–")", FieldName.html(title: finding.title, field: finding.field, path: finding.path),
                "\(language.text(LocalizedText(bilingual: finding.message))) <small class=\"mono\">\(finding.code)</small>\(Self.choices(finding, language))",
                Self.ruleLink(finding.rule),
            ]
        }
        return "<h2>\(language("发现的问题", "Findings"))</h2>\(table.html)"
    }

    /// What the sender of a document that no mapping takes may send instead.
    private static func choices(_ finding: DeadLetterView.Finding, _ language: Language) -> HTML {
        guard !finding.accepted.isEmpty else { return .none }
        let items = finding.accepted.map { choice -> HTML in
            "<li>\(choice.title) <small class=\"mono\">\(choice.id)</small></li>"
        }
        return
            "<details><summary>\(language("可发送的报文", "What may be sent"))：\(finding.accepted.count)</summary><ul>\(items)</ul></details>"
    }

    private func excerpts(_ view: DeadLetterView, _ language: Language) -> HTML {
        let parts = view.excerpts.map { lines -> HTML in
            let rows = lines.map { line -> HTML in
                let marker: HTML =
                    line.markedColumn.map { column in
                        "<span class=\"line hit\">\(String(repeating: " ", count: 6 + max(0, column - line.firstColumn)))^</span>"
                    } ?? .none
                let number = String(line.number)
                let padded = String(repeating: " ", count: max(0, 5 - number.count)) + number + " "
                return
                    "<span class=\"line\(line.markedColumn == nil ? HTML.none : " hit")\">\(padded)\(line.text)</span>\(marker)"
            }
            return "<pre tabindex=\"0\">\(rows)</pre>"
        }
        guard !parts.isEmpty else { return .none }
        return """
            <h2>\(language("原文片段", "Excerpt"))</h2>
            <p class="faint">\(language("个人信息已脱敏；标出的位置需要更正。", "Personal data is masked; the marked place wants mending."))</p>\(parts)
            """
    }

    static func changes(_ changes: LineDiff?, _ language: Language) -> HTML {
        guard let changes else { return .none }
        if changes.isEmpty { return "<p class=\"note\">\(language("与原文相同。", "Same as the original."))</p>" }
        let lines = changes.lines.map { line -> HTML in
            switch line.change {
            case .same: "<span class=\"line\">  \(line.text)</span>"
            case .removed: "<span class=\"gone\">− \(line.text)</span>"
            case .added: "<span class=\"new\">+ \(line.text)</span>"
            }
        }
        return "<h2>\(language("改动", "Changes"))</h2><pre tabindex=\"0\">\(lines)</pre>"
    }

    // MARK: Remedies

    private func remedies(_ view: DeadLetterView, _ list: WorkList, _ scene: Scene) -> HTML {
        let forms = view.code.remedies.map { remedy -> HTML in
            switch remedy {
            case .retry: retryForm(view, list, scene)
            case .editAndResend: editForm(view, list, scene)
            case .chooseQueue: queueForm(view, list, scene)
            case .discard: discardForm(view, list, scene)
            }
        }
        return """
            <h2>\(scene.language("处理", "Remedies"))</h2>
            <div class="actions">\(fieldForm(view, list, scene))\(forms)</div>
            """
    }

    private func form(
        _ view: DeadLetterView, _ list: WorkList, _ scene: Scene, _ action: String, confirm: String? = nil,
        _ inner: HTML
    ) -> HTML {
        let question: HTML = confirm.map { " data-confirm=\"\($0)\"" } ?? .none
        return """
            <form method="post" action="\(Section.deadLetters.path)/\(view.deadLetter.summary.id)/\(action)"\(question)>
            \(scene.csrf)\(list.hidden)<input type="hidden" name="version" value="\(view.deadLetter.summary.version.text)">\(inner)</form>
            """
    }

    private func reasonField(_ id: String, _ language: Language) -> HTML {
        """
        <label for="\(id)">\(language("理由", "Reason"))</label>
        <textarea class="short" id="\(id)" name="reason" required></textarea>
        """
    }

    private func retryForm(_ view: DeadLetterView, _ list: WorkList, _ scene: Scene) -> HTML {
        form(
            view, list, scene, "retry",
            """
            \(reasonField("reason-retry", scene.language))<button>\(scene.language.text(Remedy.retry.label))</button>
            <p class="faint">\(scene.language.text(view.code.retrying))</p>
            """)
    }

    private func editForm(_ view: DeadLetterView, _ list: WorkList, _ scene: Scene) -> HTML {
        let id = view.deadLetter.summary.id
        guard scene.may(.unmask) else { return .none }
        if services.opened.reason(id, .whole, by: scene.visitor) != nil {
            let draft = services.drafts.draft(of: id, by: scene.caller.id, at: now())
            return """
                <div><p><a class="button" href="\(list.path("/\(id.urlEscaped)/edit"))">\(scene.language.text(Remedy.editAndResend.label))</a></p>
                <p class="faint">\(draft.map { scene.language("有草稿，\($0.savedAt.readable) 保存。", "There is a draft of \($0.savedAt.readable).") } ?? scene.language("本次登录已写明理由。", "The reason was given in this sitting."))</p></div>
                """
        }
        return form(
            view, list, scene, "edit",
            """
            \(reasonField("reason-edit", scene.language))<button>\(scene.language.text(Remedy.editAndResend.label))</button>
            <p class="faint">\(scene.language("将显示原文（含个人信息），此次查看会记入审计。", "Shows the document with personal data; that is recorded in the audit trail."))</p>
            """)
    }

    private func queueForm(_ view: DeadLetterView, _ list: WorkList, _ scene: Scene) -> HTML {
        form(
            view, list, scene, "retry",
            """
            \(Self.select("queue", scene.language("承办机构", "Institution"), institutions.map { ($0.code, "\($0.name) \($0.code)") }, chosen: "", all: scene.language("请选择", "choose"), isRequired: true))
            \(reasonField("reason-queue", scene.language))<button>\(scene.language.text(Remedy.chooseQueue.label))</button>
            """)
    }

    private func discardForm(_ view: DeadLetterView, _ list: WorkList, _ scene: Scene) -> HTML {
        form(
            view, list, scene, "discard", confirm: scene.language("确定丢弃？", "Discard for good?"),
            """
            \(reasonField("reason-discard", scene.language))
            <button class="danger">\(scene.language.text(Remedy.discard.label))</button>
            <p class="faint">\(view.code == .documentErased ? scene.language("经过仍保留；报送单位会收到退回通知。", "Its history stays; the sender is told.") : scene.language("原文和经过仍保留；报送单位会收到退回通知。", "Document and history stay; the sender is told."))</p>
            """)
    }

    private func history(_ view: DeadLetterView, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("从接收到现在", "From receipt until now"),
            columns: [
                .init(name: language("时间", "Time")), .init(name: language("事件", "Event")),
                .init(name: language("操作者", "Actor")), .init(name: language("说明", "Detail")),
            ], empty: language("没有记录。", "No entries."))
        table.rows = view.deadLetter.history.map { entry in
            [
                entry.at.stamp, "\(HistoryWords.name(entry.event.rawValue, language))", "\(entry.shownActor)",
                "\(HistoryWords.detail(entry.detail?.asFreeText ?? "", language))",
            ]
        }
        return "<h2>\(language("经过", "History"))</h2>\(table.html)"
    }
}
