import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

/// A request of somebody who is signed in.
struct Scene: Sendable {
    let request: HTTPRequest
    let visit: Visit
    let visitor: SignInService.Visitor
    let language: Language

    var caller: Caller { visitor.caller }
    func may(_ right: OperatorRight) -> Bool { caller.may(right) }
    func value(_ name: String) -> String { visit.value(name) }
    /// What the address asks for, unless it was left empty.
    func asked(_ name: String) -> String? { request.query(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// The way to the same list a page on; nothing on the last one.
    func next(_ section: Section, _ below: String = "", after cursor: String?) -> HTML {
        guard let cursor else { return .none }
        let kept = request.query.filter { !["after", "done"].contains($0.0) } + [("after", cursor)]
        let query = kept.map { "\($0.0.urlEscaped)=\($0.1.urlEscaped)" }.joined(separator: "&")
        return
            "<p><a class=\"button\" rel=\"next\" href=\"\(section.path)\(below)?\(query)\">\(language("下一页", "Next page"))</a></p>"
    }

    /// The hidden field that every form carries.
    var csrf: HTML { "<input type=\"hidden\" name=\"csrf\" value=\"\(visitor.forgeryToken)\">" }

    var frame: Frame {
        Frame(
            name: caller.id, role: caller.operatorRole.map { language.text($0.title) } ?? "",
            csrf: visitor.forgeryToken,
            sections: visitor.mustChangePassword ? [] : Section.allCases.filter { may($0.right) })
    }

    /// What a form led back with, said once at the top of the page.
    func notice(_ words: [String: (zh: String, en: String)]) -> HTML {
        guard let done = request.query("done").flatMap({ words[$0] }) else { return .none }
        return "<p class=\"note good\" role=\"status\">\(language(done.zh, done.en))</p>"
    }
}
