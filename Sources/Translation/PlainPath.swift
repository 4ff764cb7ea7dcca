import Documents

/// A selector that is nothing but steps down and up: those a schema can follow.
struct PlainPath {
    /// The members below the root, as JSON names them.
    let steps: [String]

    /// - Parameter context: where a relative selector starts.
    /// - Returns: nothing for a selector that computes, chooses or joins.
    init?(_ xpath: String, from context: PlainPath? = nil) {
        var rest = xpath[...]
        var steps = context?.steps ?? []
        if rest.hasPrefix("/root") {
            rest = rest.dropFirst("/root".count)
            guard rest.isEmpty || rest.hasPrefix("/") else { return nil }
            steps = []
            rest = rest.drop { $0 == "/" }
        } else if context == nil || rest.hasPrefix("/") {
            return nil
        }
        for step in rest.split(separator: "/", omittingEmptySubsequences: false) where !(step.isEmpty && rest.isEmpty) {
            switch step {
            case ".": continue
            case "..":
                guard !steps.isEmpty else { return nil }
                steps.removeLast()
            default:
                guard Self.isName(step) else { return nil }
                steps.append(Document.key(ofElement: String(step)))
            }
        }
        self.steps = steps
    }

    private static func isName(_ step: Substring) -> Bool {
        guard let first = step.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else { return false }
        return step.unicodeScalars.allSatisfy {
            $0 == "_" || $0 == "-" || $0 == "." || $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
    }
}
