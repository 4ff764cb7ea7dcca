import Canonical
import StrictJSON
import Transport

/// The code lists in force, for everybody who must write their codes or read them. They hold words and no person's data.
public struct CodeListService: Sendable {
    let rules: any RulesInForce

    public var routes: [Route] {
        [
            Route("GET", "/v1/code-lists", for: .partner, .institution, .operator) { request, _ in
                let lists = rules.codeLists
                return .json(["codeLists": .array(lists.names.compactMap { lists[$0]?.summary })]).tagged(for: request)
            },
            Route("GET", "/v1/code-lists/{name}", for: .partner, .institution, .operator) { request, visit in
                guard let list = rules.codeLists[visit.value("name")] else {
                    throw Problem(
                        .notFound, zh: "没有这个代码表；GET /v1/code-lists 列出全部。",
                        en: "No such code list; GET /v1/code-lists names them all.")
                }
                return .json(list.json).tagged(for: request)
            },
        ]
    }
}
