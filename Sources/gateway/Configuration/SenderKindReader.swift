import Documents
import Vocabulary

extension ConfigurationReader {
    /// The kinds of sender that `sender-kinds.xml` adds to the gateway's own.
    mutating func senderKinds(in file: String) -> SenderKinds {
        guard let root = root(of: file, named: "senderKinds") else { return SenderKinds() }
        var found: [SenderKind] = []
        for element in root.children where element.name == "kind" {
            guard let kind = senderKind(of: element) else { continue }
            if found.contains(where: { $0.code == kind.code }) { complain(at: element, "\(kind.code) is there twice") }
            found.append(kind)
        }
        return SenderKinds(found)
    }

    private mutating func senderKind(of element: Node) -> SenderKind? {
        guard let code = required("code", of: element), let zh = required("zh", of: element),
            let en = required("en", of: element), let audience = audience(of: element)
        else { return nil }
        guard code.wholeMatch(of: /[a-z][A-Za-z0-9]{0,39}/) != nil else {
            complain(at: element, "code must begin with a small letter and hold letters and digits only")
            return nil
        }
        guard code != SenderKind.legalAidInstitution.code else {
            complain(at: element, "\(code) is the gateway's own kind; leave this line out")
            return nil
        }
        return SenderKind(
            code: code, name: LocalizedText(zh: zh, en: en), audience: audience, suggestions: suggestions(of: element))
    }

    /// What may be told is always said: a kind that says nothing must not be told by default.
    private func audience(of element: Node) -> Audience? {
        guard let word = required("tells", of: element) else { return nil }
        return Audience(rawValue: word)
    }

    private mutating func suggestions(of element: Node) -> Set<SuggestionKind> {
        var found: Set<SuggestionKind> = []
        for word in (element.attribute("suggestions") ?? "").split(separator: " ") {
            guard let kind = SuggestionKind(rawValue: String(word)) else {
                let words = SuggestionKind.allCases.map(\.rawValue).joined(separator: ", ")
                complain(at: element, "suggestions knows \(words), not \(word)")
                continue
            }
            found.insert(kind)
        }
        return found
    }

    /// A partner's kind, which must be one of those that are known.
    mutating func senderKind(of partner: Node, among kinds: SenderKinds) -> SenderKind? {
        guard let code = required("senderType", of: partner) else { return nil }
        if let kind = kinds[code] { return kind }
        complain(
            at: partner,
            "no kind of sender is \(code); Mappings/sender-kinds.xml has \(kinds.codes.joined(separator: ", "))")
        return nil
    }
}
