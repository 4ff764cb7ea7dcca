/// A field as both sides call it.
enum FieldName {
    /// - Parameters:
    ///   - title: of the canonical field, in Chinese.
    ///   - field: the sender's own name.
    ///   - path: the canonical field.
    static func html(title: String?, field: String?, path: String?) -> HTML {
        let names = [field, path].compactMap(\.self).reduce(into: [String]()) { names, name in
            if !names.contains(name) { names.append(name) }
        }
        guard title != nil || !names.isEmpty else { return "–" }
        let small = names.map { name -> HTML in " <small class=\"mono\">\(name)</small>" }
        return "\(title ?? "")\(small)"
    }
}
