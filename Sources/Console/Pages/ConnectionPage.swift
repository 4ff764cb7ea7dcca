import Messaging
import Operations
import Transport
import Vocabulary

/// A partner's return address, tested.
extension WebConsole {
    func connectionForm(_ partner: String, _ scene: Scene) -> HTML {
        """
        <form method="post" action="\(Section.partners.path)/test">\(scene.csrf)<input type="hidden" name="recipient" value="\(partner)">
        <button>\(scene.language("测试连接", "Test the connection"))</button></form>
        """
    }

    func connectionPage(_ partner: String, _ scene: Scene) async throws -> Page {
        let language = scene.language
        let answer = try await services.pings.test(partner, by: scene.caller)
        let (badge, outcome) =
            switch answer.outcome {
            case .confirmed: ("good", language("可送达", "delivers"))
            case .failed: ("warn", language("未送达，会重试", "fails for now, would be tried again"))
            case .refused: ("bad", language("被拒绝，不会重试", "refused, would not be tried again"))
            }
        let facts: [(String, HTML)] = [
            (language("报送单位", "Partner"), partnerTag(partner)),
            (language("地址", "Address"), "<span class=\"mono\">\(answer.url)</span>"),
            (language("结果", "Outcome"), "<span class=\"badge \(badge)\">\(outcome)</span> \(answer.said)"),
            (language("用时", "Took"), "\(answer.milliseconds) ms"),
            (language("应答类型", "Answer's type"), "\(answer.mediaType ?? "–")"),
        ]
        let rows = facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" }
        let text = services.pings.readable(answer)
        return Page(
            title: language("测试回传地址", "Test of a return address"), section: .partners,
            body: """
                <dl class="facts">\(rows)</dl>
                \(text.map { "<h2>\(language("应答内容", "What was answered"))</h2><pre>\($0)</pre>" } ?? HTML.none)
                <p class="faint">\(language("发出的不是状态：带 X-Gateway-Ping 头，不保存、不重试、不计数。", "What was sent is no status: it bears X-Gateway-Ping; nothing is stored, tried again or counted."))</p>
                <p><a href="\(Section.partners.path)">\(Section.partners.title(language))</a></p>
                """)
    }
}
