/// Texts of location paths.
enum SourcePath {
    static func withoutPredicates(_ path: String) -> String {
        var depth = 0
        return path.filter { character in
            if character == "[" { depth += 1 }
            if character == "]" {
                depth -= 1
                return false
            }
            return depth == 0
        }
    }

    /// What stands within the outermost square brackets, literals passed over.
    static func predicates(of path: String) -> [String] {
        var found: [String] = []
        var depth = 0
        var quote: Character?
        for character in path {
            if depth > 0, !(character == "]" && depth == 1 && quote == nil) { found[found.count - 1].append(character) }
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "[" {
                depth += 1
                if depth == 1 { found.append("") }
            } else if character == "]" {
                depth -= 1
            }
        }
        return found
    }

    /// A name in any namespace, which is asked for by its local part, as the name alone.
    static func withPlainNames(_ xpath: String) -> String {
        // A pattern is built anew each time that it is used, and hardly any path needs it.
        guard xpath.contains("local-name") else { return xpath }
        return xpath.replacing(/\*\[\s*local-name\(\)\s*=\s*['"]([^'"]+)['"]\s*\]/) { String($0.1) }
    }
}
