import Transport

/// The console's two languages, Chinese first.
enum Language: String, Sendable, CaseIterable {
    case zh, en

    /// The words in this language: `language("异常报文", "Dead letters")`.
    func callAsFunction(_ zh: String, _ en: String) -> String {
        switch self {
        case .zh: zh
        case .en: en
        }
    }

    /// For the `lang` attribute (RFC 5646).
    var tag: String { self("zh-CN", "en") }
    var other: Language {
        switch self {
        case .zh: .en
        case .en: .zh
        }
    }

    /// By what was chosen before, else by what the browser prefers (RFC 9110 §12.5.4), else Chinese.
    init(of request: HTTPRequest) {
        if let chosen = Cookies(request)["lang"], let language = Language(rawValue: chosen) {
            self = language
            return
        }
        let preferred = request.header("Accept-Language")?.split(separator: ",").first?.lowercased() ?? ""
        self = preferred.hasPrefix("en") ? .en : .zh
    }
}
