/// The location paths that an XPath 1.0 expression walks, told from the root: which nodes it can ask for, by their names.
public struct LocationPaths {
    /// `*` stands for any element, `**` for any way down, `@name` for an attribute.
    public typealias Path = [String]

    /// Every path of the expression, those inside predicates and functions too.
    public private(set) var all: [Path] = []
    /// What the expression as a whole selects; nothing for one that computes.
    public private(set) var selected: [Path] = []

    private var tokens: ArraySlice<Token>

    /// - Parameter contexts: where relative paths start.
    public init(_ xpath: String, at contexts: [Path] = [[]]) {
        tokens = Token.all(of: xpath)[...]
        while !tokens.isEmpty {
            selected = expression(at: contexts)
            // A stray closing bracket is told by the compiler of expressions.
            _ = tokens.popFirst()
        }
    }

    // MARK: Reading (XPath 1.0 §2 and §3)

    /// Up to a closing bracket or a comma.
    private mutating func expression(at contexts: [Path]) -> [Path] {
        var result = operand(at: contexts)
        var computes = false
        while let token = tokens.first, token != .close, token != .comma {
            let isUnion = token == .other("|")
            tokens = tokens.dropFirst()
            let next = operand(at: contexts)
            if isUnion { result += next } else { computes = true }
        }
        return computes ? [] : result
    }

    private mutating func operand(at contexts: [Path]) -> [Path] {
        guard let token = tokens.first else { return [] }
        switch token {
        case .close, .comma: return []
        case .literal, .other, .predicate:
            tokens = tokens.dropFirst()
            // A sign stands before its operand.
            return token == .other("-") ? operand(at: contexts) : []
        case .open:
            tokens = tokens.dropFirst()
            return steps(from: group(at: contexts), startsWithStep: false)
        case .function:
            tokens = tokens.dropFirst()
            _ = tokens.popFirst()
            while !tokens.isEmpty {
                _ = expression(at: contexts)
                if tokens.popFirst() != .comma { break }
            }
            // What a function gives is not known by name.
            return steps(from: [], startsWithStep: false)
        case .slash, .slashes:
            return steps(from: [[]], startsWithStep: false)
        case .step, .axis: return steps(from: contexts, startsWithStep: true)
        }
    }

    private mutating func group(at contexts: [Path]) -> [Path] {
        defer { _ = tokens.popFirst() }
        return expression(at: contexts)
    }

    private mutating func steps(from start: [Path], startsWithStep: Bool) -> [Path] {
        var current = start
        var wantsStep = startsWithStep
        var walked = startsWithStep
        while let token = tokens.first {
            switch token {
            case .slash, .slashes:
                tokens = tokens.dropFirst()
                if token == .slashes { current = current.map { $0 + ["**"] } }
                (wantsStep, walked) = (true, true)
            case .axis(let axis) where wantsStep:
                tokens = tokens.dropFirst()
                guard case .step(let name) = tokens.popFirst() else { return [] }
                current = current.map { Self.walk($0, axis, name) }
                wantsStep = false
            case .step(let name) where wantsStep:
                tokens = tokens.dropFirst()
                current = current.map { Self.walk($0, "child", name) }
                wantsStep = false
            case .predicate:
                tokens = tokens.dropFirst()
                _ = group(at: current)
            case .axis, .step, .open, .close, .comma, .function, .literal, .other:
                return told(current, walked)
            }
        }
        return told(current, walked)
    }

    private mutating func told(_ paths: [Path], _ walked: Bool) -> [Path] {
        // Unions within predicates within unions multiply.
        let paths = Array(paths.prefix(64))
        if walked { all += paths }
        return paths
    }

    private static func walk(_ path: Path, _ axis: String, _ name: String) -> Path {
        switch (axis, name) {
        case (_, "."), ("self", _), (_, "text()"), (_, "comment()"): return path
        case (_, ".."), ("parent", _): return path.last == "**" ? path : Array(path.dropLast())
        case ("child", _): return path + [name]
        case ("attribute", _): return path + ["@" + name]
        case ("following-sibling", _), ("preceding-sibling", _): return Array(path.dropLast()) + [name]
        case ("descendant", _), ("descendant-or-self", _): return path + ["**", name]
        // Ancestors, and what follows or goes before anywhere.
        default: return ["**", name]
        }
    }
}

extension LocationPaths {
    private enum Token: Equatable {
        case slash, slashes, comma, literal
        /// `(` and `[`, and what ends either.
        case open, predicate, close
        /// A name, `*`, `.`, `..`, or a node test such as `text()`.
        case step(String)
        case axis(String)
        /// A name whose opening bracket comes next.
        case function
        case other(String)

        /// Whether an operator may follow (XPath 1.0 §3.7).
        private var endsOperand: Bool {
            switch self {
            case .close, .literal, .step: true
            case .slash, .slashes, .comma, .open, .predicate, .axis, .function, .other: false
            }
        }

        static func all(of xpath: String) -> [Token] {
            var tokens: [Token] = []
            var rest = xpath[...]
            while let character = rest.first {
                if character.isWhitespace {
                    rest = rest.dropFirst()
                } else {
                    tokens.append(next(&rest, character, endsOperand: tokens.last?.endsOperand ?? false))
                }
            }
            return tokens
        }

        /// Takes one token off the text.
        private static func next(
            _ rest: inout Substring, _ character: Character, endsOperand: Bool
        ) -> Token {
            if let mark = mark(character) {
                rest = rest.dropFirst()
                return mark
            }
            switch character {
            case "'", "\"":
                rest = rest.dropFirst()
                rest = rest[(rest.firstIndex(of: character) ?? rest.endIndex)...].dropFirst()
                return .literal
            case "/":
                let isDouble = rest.hasPrefix("//")
                rest = rest.dropFirst(isDouble ? 2 : 1)
                return isDouble ? .slashes : .slash
            case "*":
                rest = rest.dropFirst()
                return endsOperand ? .other("*") : .step("*")
            case ".":
                let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                let isDouble = rest.hasPrefix("..")
                rest = rest.dropFirst(digits.isEmpty ? isDouble ? 2 : 1 : 1 + digits.count)
                return digits.isEmpty ? .step(isDouble ? ".." : ".") : .literal
            case "0"..."9":
                rest = rest.drop { $0.isASCII && $0.isNumber || $0 == "." }
                return .literal
            case _ where character.isLetter || character == "_":
                let name = String(rest.prefix(while: isInName))
                rest = rest.dropFirst(name.count)
                return named(name, endsOperand, &rest)
            default:
                rest = rest.dropFirst()
                // What stands for a value is one; two-character operators may as well be two.
                if character == "$" { rest = rest.drop(while: isInName) }
                return character == "$" ? .literal : .other(String(character))
            }
        }

        /// The token that one character is.
        private static func mark(_ character: Character) -> Token? {
            switch character {
            case "(": .open
            case "[": .predicate
            case ")", "]": .close
            case ",": .comma
            case "@": .axis("attribute")
            default: nil
            }
        }

        private static func isInName(_ character: Character) -> Bool {
            character.isLetter || character.isNumber || "_-.:".contains(character)
        }

        private static func named(_ name: String, _ endsOperand: Bool, _ rest: inout Substring) -> Token {
            if endsOperand { return .other(name) }
            // `isInName` takes an axis with its colons.
            if let colons = name.firstRange(of: "::") {
                rest = name[colons.upperBound...] + rest
                return .axis(String(name[..<colons.lowerBound]))
            }
            guard rest.drop(while: \.isWhitespace).first == "(" else { return .step(name) }
            guard ["text", "comment", "node", "processing-instruction"].contains(name) else { return .function }
            rest = rest[(rest.firstIndex(of: ")") ?? rest.startIndex)...].dropFirst()
            return .step(name == "node" ? "*" : name + "()")
        }
    }
}
