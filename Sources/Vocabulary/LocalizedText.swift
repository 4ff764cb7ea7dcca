/// A sentence in the two languages of the gateway: Chinese for most readers, English for those who ask for it.
public struct LocalizedText: Sendable, Hashable {
    public let zh: String
    public let en: String

    public init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    /// English only where `Accept-Language` names it before Chinese (RFC 9110 §12.5.4, weights left aside).
    public func text(for acceptLanguage: String?) -> String {
        guard let wanted = acceptLanguage?.lowercased() else { return zh }
        for range in wanted.split(separator: ",") {
            let tag = range.drop { $0 == " " }
            if tag.hasPrefix("zh") { return zh }
            if tag.hasPrefix("en") { return en }
        }
        return zh
    }
}
