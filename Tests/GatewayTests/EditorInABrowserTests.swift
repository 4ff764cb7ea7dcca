import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// The editor as somebody uses it for an hour: the page is loaded anew, the language changed, the session ends, and nothing
/// that was typed is lost.
@Suite(.enabled(if: Browser.isInstalled, "chromium-driver is not installed"), .serialized) struct EditorInABrowser {
    private static func broken(_ id: String) -> [UInt8] {
        let notice = String(decoding: courtNotice(id), as: UTF8.self)
            .replacing("<XM>测试甲</XM>", with: "\n<XM></XM>\n<SFZHM>320402198001010035</SFZHM>")
        return Array(notice.utf8)
    }

    /// Types a text in the place of another, as somebody does at the keyboard.
    private static func typing(_ new: String, for old: String) -> String {
        """
        (() => { const text = document.querySelector('#text'); text.value = text.value.replace('\(old)', '\(new)');
        text.dispatchEvent(new Event('input', { bubbles: true })); return text.value; })()
        """
    }

    @Test func `what is typed outlives a reload, another language and the end of the session`() async throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try gateway.addOperator()
        try gateway.start()
        let answer = try await gateway.remote.call(
            "POST", "/v1/referrals", body: Self.broken("LONG-1"), mediaType: "application/xml")
        #expect(answer.status == 422)
        let browser = try await Browser(width: 1366, height: 768)
        let config = gateway.folder.appending(path: "gateway.xml").path
        let outcome = await Task {
            try await browser.signIn(to: gateway)
            try await browser.type("LONG-1", into: "#find")
            try await browser.click("form.find button")
            try await browser.click("p.note.bad a")
            try await browser.screenshot("letter-fields", whole: true)
            try await browser.type("少填了姓名", into: "#reason-edit")
            try await browser.click("form[action$='/edit'] button")
            #expect(try await browser.text(".gutter").hasPrefix("1\n2\n3"))
            #expect(try await browser.text(".gutter b") == "4", "what fails is marked")
            try await browser.screenshot("editor")
            // A finding leads to its line.
            try await browser.click(".findings a[data-line='5']")
            #expect(try await browser.evaluate("document.activeElement.id") == "text")
            _ = try await browser.evaluate(Self.typing("<XM>测试</XM>\\n<!-- 一 -->", for: "<XM></XM>"))
            #expect(try await browser.text(".gutter").hasSuffix("7"), "a line more has its number")
            try await eventually("the draft is kept") {
                try await browser.text("[data-told]").contains("草稿已保存") ? true : nil
            }
            let page = try await browser.address()
            try await browser.open(page)
            #expect(try await browser.value("#text").contains("<XM>测试</XM>"))
            #expect(try await browser.text("div.note.good").contains("检查通过"))
            #expect(try await browser.text("pre .new").contains("<XM>测试</XM>"))
            try await browser.screenshot("editor-checked", whole: true)
            // Typed this very moment, and the language changed.
            _ = try await browser.evaluate(Self.typing("测试丙", for: "<XM>测试"))
            _ = try await browser.evaluate(Self.typing("<XM>测试丙", for: "测试丙"))
            try await browser.click(".account a[lang=en]")
            #expect(try await browser.text("label[for=text]") == "Document")
            #expect(try await browser.value("#text").contains("<XM>测试丙</XM>"))
            #expect(try await browser.violations() == [])
            for (width, isDark) in [(1366, true), (320, false)] {
                try await browser.show(width: width, height: 768)
                try await browser.dim(isDark)
                #expect(
                    try await browser.evaluate(
                        "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
                        == true)
                #expect(try await browser.violations() == [])
                try await browser.screenshot("editor-\(width)", whole: true)
            }
            try await browser.show(width: 1366, height: 768)
            // The session ends while somebody types.
            for act in ["disable", "enable"] {
                let command = ["users", act, "li", "--reason", "演练", "--config", config]
                #expect(try GatewayProcess.run(command).code == 0)
            }
            _ = try await browser.evaluate(Self.typing("<XM>测试丁", for: "<XM>测试丙"))
            try await eventually("it is said that the draft was not kept") {
                try await browser.text("[data-told]").contains("could not be kept") ? true : nil
            }
            try await browser.screenshot("editor-session-over")
            try await browser.click("form.editing p.row button:not([formaction])")
            #expect(try await browser.value("#kept-text").contains("<XM>测试丁</XM>"))
            try await browser.screenshot("editor-kept")
        }.result
        await browser.close()
        try outcome.get()
        #expect(try await gateway.institution.leases().isEmpty, "nothing was sent without a session")
    }

    @Test func `a field is mended and a document looked at by the keyboard alone, and a bulletin printed`() async throws
    {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try gateway.addOperator()
        try gateway.start()
        for body in [Self.broken("FIELD-9"), courtNotice("FINE-9")] {
            _ = try await gateway.remote.call("POST", "/v1/referrals", body: body, mediaType: "application/xml")
        }
        let browser = try await Browser(width: 1366, height: 768)
        let site = "http://127.0.0.1:\(gateway.port)/console"
        let enter = "\u{E007}"
        let outcome = await Task {
            try await browser.signIn(to: gateway)
            try await browser.type("FIELD-9" + enter, into: "#find")
            try await browser.click("p.note.bad a")
            try await browser.type("测试戊\u{E004}少填了姓名\u{E004}" + enter, into: "#field-0")
            #expect(try await browser.text("p.note.good").contains("已重新提交"))
            try await browser.screenshot("field-mended")
            try await browser.type("FINE-9" + enter, into: "#find")
            try await browser.type(enter, into: "main details.deed summary")
            try await browser.type("当事人来电核对" + enter, into: "main details.deed input[name=reason]")
            #expect(try await browser.text("pre.numbered").contains("测试甲"))
            try await browser.screenshot("document-open")
            try await browser.open("\(site)/reports/sheet")
            #expect(try await browser.text("article.sheet").contains("法律援助申请"))
            try await browser.screenshot("sheet", whole: true)
            let pdf = try await browser.print()
            #expect(pdf.starts(with: Array("%PDF".utf8)) && pdf.count > 5_000)
        }.result
        await browser.close()
        try outcome.get()
        #expect(try await gateway.institution.leases().count == 2)
    }
}
