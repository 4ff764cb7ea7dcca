import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// The administrators' page of accounts.
    var accountRoutes: [Route] {
        [
            page("/console/accounts", may: .administer) { scene in try await accountPage(scene, .none) },
            act("/console/accounts/{act}", may: [.administer]) { scene, form in
                let name = form["name"]
                let accounts = services.accounts
                let reason = try Self.reason(form)
                switch scene.value("act") {
                case "add":
                    let password = try await accounts.addWithOneTimePassword(
                        name, role: try Self.role(form), by: scene.caller, reason: reason)
                    return .page(try await accountPage(scene, Self.handOver(name, password, scene.language)))
                case "reset":
                    let password = try await accounts.resetPassword(
                        of: name, by: scene.caller, reason: reason)
                    return .page(try await accountPage(scene, Self.handOver(name, password, scene.language)))
                case "role":
                    try await accounts.setRole(try Self.role(form), of: name, by: scene.caller, reason: reason)
                case "lock": try await accounts.setDisabled(true, of: name, by: scene.caller, reason: reason)
                case "unlock": try await accounts.setDisabled(false, of: name, by: scene.caller, reason: reason)
                default: throw Problem(.notFound, zh: "没有这项操作。", en: "No such act.")
                }
                return .seeOther("\(Section.accounts.path)?done=\(scene.value("act"))")
            },
        ]
    }

    private static let accountBanners = [
        "role": (zh: "角色已更改；该用户须重新登录。", en: "The role is changed; the user must sign in again."),
        "lock": (zh: "已停用；该用户立即退出且不能再登录。", en: "Disabled: the user is signed out and may not sign in."),
        "unlock": (zh: "已启用，登录失败次数已清零。", en: "Enabled; failed sign-ins are forgotten."),
    ]

    private static func role(_ form: Form) throws(Problem) -> OperatorRole {
        guard let role = OperatorRole(rawValue: form["role"]) else {
            throw Problem(.badRequest, zh: "请选择角色。", en: "Choose a role.")
        }
        return role
    }

    /// Shown this once; the store has only its hash.
    private static func handOver(_ name: String, _ password: String, _ language: Language) -> HTML {
        """
        <div class="note good" role="status"><p>\(language("用户 \(name) 的一次性密码（只显示这一次，三天内有效，登录后须立即更改）：", "One-time password of \(name), shown only now, good for three days, to be changed at the first sign-in:"))</p>
        <p><code class="secret">\(password)</code></p>
        <p>\(language("请当面或通过电话告知本人。", "Tell it in person or over the telephone."))</p></div>
        """
    }

    private func accountPage(_ scene: Scene, _ news: HTML) async throws -> Page {
        let language = scene.language
        var table = DataTable(
            caption: language("每次变动都记入审计，并使该用户重新登录", "Every change is in the audit trail and ends the user's sessions"),
            columns: [
                .init(name: language("用户名", "Name")), .init(name: language("角色", "Role")),
                .init(name: language("状态", "State")), .init(name: language("最近变动", "Last change")),
                .init(name: language("操作", "Acts")),
            ], empty: language("还没有用户。", "No accounts yet."))
        table.rows = try await services.accounts.list().map { standing in
            let account = standing.account
            return [
                "\(account.name)", "\(language.text(account.role.title))",
                accountState(standing, language), account.changedAt.stamp, accountActs(standing, scene),
            ]
        }
        return Page(
            title: Section.accounts.title(language), section: .accounts,
            body: """
                \(news)\(scene.notice(Self.accountBanners))\(table.html)
                <h2>\(language("新增用户", "New account"))</h2>
                <form class="filter" method="post" action="\(Section.accounts.path)/add">\(scene.csrf)
                <label>\(language("用户名", "Name"))<br><input name="name" required maxlength="64" autocomplete="off"></label>
                \(Self.select("role", language("角色", "Role"), Self.roles(language), chosen: OperatorRole.viewer.rawValue, all: nil))
                \(Self.reasonLine(language))
                <button>\(language("新增并生成一次性密码", "Add, with a one-time password"))</button></form>
                \(roleTable(language))
                """)
    }

    private static func roles(_ language: Language) -> [(String, String)] {
        OperatorRole.allCases.map { ($0.rawValue, language.text($0.title)) }
    }

    private func accountState(_ standing: AccountStanding, _ language: Language) -> HTML {
        if standing.account.isDisabled { return "<span class=\"badge bad\">\(language("已停用", "disabled"))</span>" }
        if let until = standing.lockedUntil {
            return """
                <span class="badge warn">\(language("已锁定", "locked"))</span>
                <small>\(language("登录失败过多，\(until.readable) 自动解除", "too many failed sign-ins, until \(until.readable)"))</small>
                """
        }
        if let until = standing.account.oneTimeUntil {
            return """
                <span class="badge \(until <= now() ? "bad" : "warn")">\(language("一次性密码", "one-time password"))</span>
                <small>\(until.distance(at: now(), language))</small>
                """
        }
        return "<span class=\"badge good\">\(language("正常", "active"))</span>"
    }

    private func accountActs(_ standing: AccountStanding, _ scene: Scene) -> HTML {
        let language = scene.language
        let account = standing.account
        let name: HTML = "<input type=\"hidden\" name=\"name\" value=\"\(account.name)\">"
        func deed(_ act: String, _ title: String, isDangerous: Bool = false, _ fields: HTML) -> HTML {
            Self.unfolding(
                title, action: "\(Section.accounts.path)/\(act)", scene, isDangerous: isDangerous,
                "\(name)\(fields)\(Self.reasonLine(language))")
        }
        // Nobody shuts themselves out.
        guard account.name != scene.caller.id else {
            return "<a href=\"\(Self.passwordPath)\">\(language("更改密码", "Change the password"))</a>"
        }
        let isShut = account.isDisabled || standing.lockedUntil != nil
        let lock =
            isShut
            ? deed("unlock", account.isDisabled ? language("启用", "Enable") : language("解锁", "Unlock"), .none)
            : deed(
                "lock", language("停用", "Disable"), isDangerous: true,
                "<p class=\"faint\">\(language("立即退出并不能再登录。", "Signs the user out at once."))</p>")
        return """
            \(deed(
                "role", language("更改角色", "Change the role"),
                Self.select("role", language("角色", "Role"), Self.roles(language), chosen: account.role.rawValue, all: nil)))
            \(deed(
                "reset", language("重置密码", "Reset the password"),
                "<p class=\"faint\">\(language("生成一次性密码，原密码立即失效。", "Makes a one-time password; the old one ends."))</p>"))
            \(lock)
            """
    }

    private func roleTable(_ language: Language) -> HTML {
        var table = DataTable(
            caption: language("角色与权限", "Roles and rights"),
            columns: [.init(name: language("角色", "Role")), .init(name: language("可以做什么", "May"))], empty: "")
        table.rows = OperatorRole.allCases.map { role in
            let rights = OperatorRight.allCases.filter(role.rights.contains).map { language.text($0.title) }
            return ["\(language.text(role.title))", "\(rights.joined(separator: language("；", "; ")))"]
        }
        return table.html
    }
}

extension OperatorRight {
    var title: LocalizedText {
        switch self {
        case .look: LocalizedText(zh: "查看列表、报文和统计（个人信息脱敏）", en: "see lists, messages and figures, masked")
        case .repair: LocalizedText(zh: "重试、编辑重发、选择机构、丢弃、暂停与恢复", en: "retry, mend, choose a queue, discard, pause")
        case .unmask: LocalizedText(zh: "写明理由后查看个人信息", en: "see personal data, giving a reason")
        case .audit: LocalizedText(zh: "查看审计记录", en: "read the audit trail")
        case .administer: LocalizedText(zh: "管理用户", en: "keep accounts")
        }
    }
}
