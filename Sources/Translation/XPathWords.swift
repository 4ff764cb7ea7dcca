import Documents

/// The words of an XPath that compile and are wrong all the same: libxml2 looks for functions and variables only when it
/// evaluates, and then a rule would silently never hold.
enum XPathWords {
    /// XPath 1.0 §4 and the node tests of §2.3.
    static let functions =
        [
            "last", "position", "count", "id", "local-name", "namespace-uri", "name", "string", "concat", "starts-with",
            "contains", "substring-before", "substring-after", "substring", "string-length", "normalize-space",
            "translate", "boolean", "not", "true", "false", "lang", "number", "sum", "floor", "ceiling", "round",
            "text",
            "node", "comment", "processing-instruction",
        ] + TextFunction.allCases.map(\.rawValue)

    /// What is wrong, with the nearest right word; nothing where all is well.
    static func problem(in xpath: String) -> String? {
        let code = withoutLiterals(xpath)
        if code.contains("$") { return "variables are not known here" }
        var word = ""
        for character in code {
            if character.isLetter || character.isNumber || character == "-" || character == "_" || character == "." {
                word.append(character)
            } else if character == "(", !word.isEmpty, !functions.contains(word), !isOperator(word) {
                return "there is no function \(word)()" + MappingLanguage.hint(word, functions)
            } else {
                word = ""
            }
        }
        return nil
    }

    private static func isOperator(_ word: String) -> Bool { ["and", "or", "div", "mod"].contains(word) }

    private static func withoutLiterals(_ xpath: String) -> String {
        var quote: Character?
        return String(
            xpath.map { character in
                if let open = quote {
                    if character == open { quote = nil }
                    return " "
                }
                if character == "'" || character == "\"" { quote = character }
                return character
            })
    }
}
