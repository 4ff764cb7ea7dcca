import Operations
import Transport

extension WebConsole {
    static let passwordPath = "/console/password"

    /// Choosing another password for oneself; after a one-time password nothing else is open.
    var passwordRoutes: [Route] {
        [
            page("/console/password") { scene in Self.passwordPage(scene, problem: nil) },
            act("/console/password", may: [.look]) { scene, form in
                do {
                    guard form["new"] == form["again"] else {
                        throw Problem(.badRequest, zh: "两次输入的新密码不一致。", en: "The two new passwords differ.")
                    }
                    try await services.signIn.changePassword(
                        of: scene.visitor, from: form["old"], to: form["new"], source: scene.request.source)
                } catch let problem as Problem {
                    return .page(Self.passwordPage(scene, problem: problem))
                }
                return .seeOther("/console/sign-in?done=password")
            },
        ]
    }

    /// Whoever came in with a one-time password may choose another or leave.
    static func mustGoToPassword(_ scene: Scene) -> Bool {
        scene.visitor.mustChangePassword && ![passwordPath, "/console/sign-out"].contains(scene.request.path)
    }

    private static func passwordPage(_ scene: Scene, problem: Problem?) -> Page {
        let language = scene.language
        let note: HTML =
            if let problem {
                "<p class=\"note bad\" role=\"alert\">\(language.text(problem.detail))</p>"
            } else if scene.visitor.mustChangePassword {
                "<p class=\"note\" role=\"status\">\(language("您使用的是一次性密码，请先设置自己的密码。", "You came in with a one-time password: choose your own first."))</p>"
            } else {
                .none
            }
        func field(_ name: String, _ label: String, _ kind: String) -> HTML {
            """
            <label for="\(name)">\(label)</label>
            <input id="\(name)" name="\(name)" type="password" autocomplete="\(kind)" required>
            """
        }
        let length = AccountService.passwordLength
        return Page(
            title: language("更改密码", "Change the password"),
            body: """
                \(note)<form class="sign-in" method="post" action="\(passwordPath)">\(scene.csrf)
                \(field("old", language("原密码", "Old password"), "current-password"))
                \(field("new", language("新密码（至少 \(length.lowerBound) 个字符）", "New password, at least \(length.lowerBound) characters"), "new-password"))
                \(field("again", language("再输一次新密码", "New password once more"), "new-password"))
                <button>\(language("更改", "Change"))</button></form>
                <p class="faint">\(language("更改后须用新密码重新登录。", "You will have to sign in again with the new one."))</p>
                """, status: problem?.kind.status ?? 200)
    }
}
