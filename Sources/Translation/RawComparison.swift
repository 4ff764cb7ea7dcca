import Documents

/// Comparisons of a sender's raw text with a literal: a blank, another width or another word for the same makes them fail
/// in silence, so the tests of meaning stand in their place.
enum RawComparison {
    /// What should be asked instead, once for each comparison.
    static func advice(for xpath: String) -> [String] {
        let text = Array(xpath)
        var found: [String] = []
        for literal in literals(in: text) {
            let (before, after) = (text[..<literal.lowerBound], text[literal.upperBound...])
            let value = String(text[literal])
            if let operand = comparedBefore(before) ?? comparedAfter(after), !isRead(operand) {
                found.append(
                    "\(String(operand)) is compared with \(value) as it is written: ask is(), coded(), yes(), no(), "
                        + "positive() or folded()")
            } else if let call = enclosingCall(before), !trimmed(call.first).isEmpty, !isRead(call.first) {
                switch call.name {
                case "contains", "starts-with":
                    found.append(
                        "\(call.name)() looks for \(value) in a text as it is written: ask says(), denies() or begins()"
                    )
                case "substring": found.append("substring() cuts a text as it is written: ask folded() of it")
                default: continue
                }
            }
        }
        if holdsBarePresence(text) { found.append("normalize-space() takes a placeholder for a value: ask given()") }
        return found
    }

    /// Counted by the document's shape, or folded first.
    private static func isRead(_ operand: ArraySlice<Character>) -> Bool {
        let operand = String(operand)
        return operand.contains("folded(") || operand.hasPrefix("count(") || operand.hasPrefix("position(")
            || operand.hasPrefix("last(") || operand.hasPrefix("'") || operand.hasPrefix("true(")
            || operand.hasPrefix("false(") || operand.hasPrefix("local-name(") || operand.hasPrefix("name(")
    }

    /// Quoted words, and numbers that are no part of a name.
    private static func literals(in text: [Character]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < text.count {
            let character = text[index]
            if character == "'" || character == "\"" {
                let end = text[(index + 1)...].firstIndex(of: character) ?? text.count - 1
                found.append(index..<end + 1)
                index = end + 1
            } else if isInName(character) {
                let end = text[index...].firstIndex { !isInName($0) } ?? text.count
                if text[index..<end].allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }), character != "." {
                    found.append(index..<end)
                }
                index = end
            } else {
                index += 1
            }
        }
        return found
    }

    private static func isInName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_-.@/".contains(character)
    }

    /// The operand before a comparison that ends here.
    private static func comparedBefore(_ text: ArraySlice<Character>) -> ArraySlice<Character>? {
        let bare = trimmed(text)
        guard let sign = bare.last, "=<>".contains(sign) else { return nil }
        let left = trimmed(withoutEnd(bare) { "=<>!".contains($0) })
        var depth = 0
        var start = left.endIndex
        while start > left.startIndex {
            let character = left[start - 1]
            if character == ")" || character == "]" { depth += 1 }
            if character == "(" || character == "[" {
                if depth == 0 { break }
                depth -= 1
            }
            if depth == 0, character.isWhitespace || character == "," { break }
            start -= 1
        }
        return left[start...]
    }

    private static func comparedAfter(_ text: ArraySlice<Character>) -> ArraySlice<Character>? {
        let bare = text.drop(while: \.isWhitespace)
        guard let sign = bare.first, "=<>!".contains(sign) else { return nil }
        let right = bare.drop { "=<>! ".contains($0) }
        return right.prefix { !$0.isWhitespace && $0 != "]" }
    }

    /// The function that this place is an argument of, and its first argument.
    private static func enclosingCall(
        _ text: ArraySlice<Character>
    ) -> (name: String, first: ArraySlice<Character>)? {
        var depth = 0
        for index in text.indices.reversed() {
            if text[index] == ")" { depth += 1 }
            guard text[index] == "(" else { continue }
            if depth == 0 {
                let name = text[..<index].reversed().prefix { $0.isLetter || $0 == "-" }
                return (String(name.reversed()), text[(index + 1)...])
            }
            depth -= 1
        }
        return nil
    }

    /// Whether the text of `normalize-space()` is asked for being there, rather than handed on.
    private static func holdsBarePresence(_ text: [Character]) -> Bool {
        let name = Array("normalize-space(")
        return text.indices.contains { start in
            guard text[start...].starts(with: name) else { return false }
            var depth = 0
            let end = text[start...].firstIndex { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return character == ")" && depth == 0
            }
            let outer = enclosingCall(text[..<start])?.name
            let next = end.flatMap { text[($0 + 1)...].first { !$0.isWhitespace } }
            let isHandedOn = outer.map { !["", "not", "boolean"].contains($0) } ?? false
            return !isHandedOn && !(next.map { "=!<>,".contains($0) } ?? false)
        }
    }

    private static func trimmed(_ text: ArraySlice<Character>) -> ArraySlice<Character> {
        withoutEnd(text, where: \.isWhitespace)
    }

    private static func withoutEnd(
        _ text: ArraySlice<Character>, where goes: (Character) -> Bool
    ) -> ArraySlice<Character> {
        text[..<(text.lastIndex { !goes($0) }.map { $0 + 1 } ?? text.startIndex)]
    }
}

extension Rule {
    /// Every expression of these rules with its rule's line.
    static func expressions(in rules: [Rule]) -> [(xpath: String, line: Int)] {
        rules.flatMap { rule -> [(String, Int)] in
            switch rule {
            case .value(let value, let when, let line):
                ([value.from, value.digest, value.claimed, when] + value.others).compactMap(\.self).map { ($0, line) }
            case .constant(_, _, _, let when, let line): [when].compactMap(\.self).map { ($0, line) }
            case .lookup(let lookup, let when, let line): [lookup.by, when].compactMap(\.self).map { ($0, line) }
            case .index(_, let when, let line): [when].compactMap(\.self).map { ($0, line) }
            case .within(_, let node, let inner, let when, let line):
                [node, when].compactMap(\.self).map { ($0, line) } + expressions(in: inner)
            case .list(let list, let inner, let when, let line):
                [list.each, list.by, when].compactMap(\.self).map { ($0, line) } + expressions(in: inner)
            case .embedded(let embedded, let inner, let when, let line):
                [embedded.node, when].compactMap(\.self).map { ($0, line) } + expressions(in: inner)
            case .warn(let warning, let when, let line): [warning.node, when].compactMap(\.self).map { ($0, line) }
            case .read(let node, let line): [(node, line)]
            }
        }
    }
}

extension Mapping {
    /// Every expression with its rule's line; none for those of the mapping itself and of its records.
    var expressions: [(xpath: String, line: Int?)] {
        let heads = [messages, accepts].compactMap(\.self)
        let own = records.flatMap { [$0.record, $0.group, $0.by, $0.when].compactMap(\.self) }
        return (heads + own).map { ($0, nil) } + Rule.expressions(in: allRules).map { ($0.xpath, $0.line) }
    }
}
