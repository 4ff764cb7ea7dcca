extension DirectExpression {
    /// Nothing for an expression that holds anything but what can be evaluated directly.
    ///
    /// - Parameter tests: of what texts mean; an expression that asks others is left to libxml2.
    init?(_ source: String, tests: TextTests? = nil) {
        var parser = Parser(source, tests)
        guard let root = parser.whole() else { return nil }
        self = parser.program
        self.root = root
    }

    /// Reads XPath 1.0 by recursive descent (§3) and gives up at whatever it does not know.
    private struct Parser {
        var program = DirectExpression()
        private let text: [UInt8]
        private let textTests: TextTests?
        private var index = 0

        init(_ source: String, _ tests: TextTests?) {
            text = Array(source.utf8)
            textTests = tests
        }

        mutating func whole() -> Int? {
            guard let first = or() else { return nil }
            var term = first
            while take("|") {
                guard program.kind(of: term) == .nodes, let next = or(), program.kind(of: next) == .nodes else {
                    return nil
                }
                term = add(.union(term, next))
            }
            skipBlanks()
            return index == text.count ? term : nil
        }

        private mutating func add(_ term: Term) -> Int {
            program.terms.append(term)
            return program.terms.count - 1
        }

        // MARK: Operators

        private mutating func or() -> Int? {
            guard var left = and() else { return nil }
            while takeWord("or") {
                guard let right = and() else { return nil }
                left = add(.or(left, right))
            }
            return left
        }

        private mutating func and() -> Int? {
            guard var left = equality() else { return nil }
            while takeWord("and") {
                guard let right = equality() else { return nil }
                left = add(.and(left, right))
            }
            return left
        }

        private mutating func equality() -> Int? {
            guard var left = relation() else { return nil }
            while true {
                let isNegated = take("!=")
                guard isNegated || take("=") else { return left }
                guard let right = relation() else { return nil }
                left = add(.equal(left, right, isNegated: isNegated))
            }
        }

        private mutating func relation() -> Int? {
            guard var left = operand() else { return nil }
            while true {
                let order: Order
                if take("<=") {
                    order = .lessOrEqual
                } else if take(">=") {
                    order = .greaterOrEqual
                } else if take("<") {
                    order = .less
                } else if take(">") {
                    order = .greater
                } else {
                    return left
                }
                guard let right = operand(), program.kind(of: left) != .truth, program.kind(of: right) != .truth
                else { return nil }
                left = add(.compare(left, order, right))
            }
        }

        // MARK: Operands

        private mutating func operand() -> Int? {
            skipBlanks()
            guard let byte = peek else { return nil }
            switch byte {
            case UInt8(ascii: "("):
                index += 1
                guard let inner = or(), take(")") else { return nil }
                // Steps and tests behind a bracket mean something of their own.
                return peek == UInt8(ascii: "[") || peek == UInt8(ascii: "/") ? nil : inner
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard let piece = quoted() else { return nil }
                return add(.literal(piece))
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return number().map { add(.number($0)) }
            case UInt8(ascii: "$"):
                index += 1
                guard let name = name() else { return nil }
                return add(.variable(piece(name, closed: false)))
            default: return call() ?? path()
            }
        }

        private mutating func quoted() -> Piece? {
            guard let quote = peek, let end = text[(index + 1)...].firstIndex(of: quote) else { return nil }
            defer { index = end + 1 }
            return piece(text[(index + 1)..<end], closed: false)
        }

        private mutating func number() -> Double? {
            skipBlanks()
            let start = index
            while let byte = peek, byte == UInt8(ascii: ".") || byte >= 0x30 && byte <= 0x39 { index += 1 }
            return Double(String(decoding: text[start..<index], as: UTF8.self))
        }

        private mutating func wholeNumber() -> Int? { number().flatMap { Int(exactly: $0) } }

        // MARK: Functions

        /// A call of a function that is known; otherwise nothing is read.
        private mutating func call() -> Int? {
            let start = index
            guard let name = name(), take("(") else {
                index = start
                return nil
            }
            let term = call(String(decoding: name, as: UTF8.self))
            guard let term, take(")") else {
                // Whatever follows, the path's reader will stumble over the bracket.
                index = start
                return nil
            }
            return add(term)
        }

        private mutating func call(_ name: String) -> Term? {
            switch name {
            case "true": return .truth(true)
            case "false": return .truth(false)
            case "not": return or().map { .not($0) }
            case "normalize-space":
                skipBlanks()
                if peek == UInt8(ascii: ")") { return .normalized(add(.path(here()))) }
                return textual().map { .normalized($0) }
            case "string": return textual().map { .asText($0) }
            case "number": return textual().map { .asNumber($0) }
            case "string-length": return textual().map { .length($0) }
            case "count":
                guard let nodes = or(), case .path = program.terms[nodes] else { return nil }
                return .count(nodes)
            case "contains", "starts-with":
                guard let text = textual(), take(","), let part = textual() else { return nil }
                return name == "contains" ? .contains(text, part) : .startsWith(text, part)
            case "translate":
                guard let text = textual(), take(","), blankFree(), let from = quoted(), take(","), blankFree(),
                    let to = quoted()
                else { return nil }
                return .translated(text, from: from, to: to)
            case "substring":
                guard let text = textual(), take(","), let from = wholeNumber(), from > 0 else { return nil }
                guard take(",") else { return .substring(text, from: from, count: Int(Int32.max)) }
                return wholeNumber().map { .substring(text, from: from, count: $0) }
            default: return TextFunction(rawValue: name).flatMap { means($0) }
            }
        }

        private mutating func means(_ function: TextFunction) -> Term? {
            guard let operand = textual() else { return nil }
            var words: [String] = []
            while take(",") {
                skipBlanks()
                guard peek == UInt8(ascii: "'") || peek == UInt8(ascii: "\""), let word = quoted() else { return nil }
                words.append(String(decoding: program.bytes[word.range], as: UTF8.self))
            }
            guard let test = textTests?.index(of: TextCall(function, words)) else { return nil }
            return function == .folded ? .folded(operand) : .means(operand, test: test)
        }

        /// An operand that gives a text.
        private mutating func textual() -> Int? {
            guard let term = or() else { return nil }
            switch program.kind(of: term) {
            case .nodes, .text: return term
            case .number, .truth, .variable: return nil
            }
        }

        // MARK: Paths

        private mutating func here() -> Path {
            program.steps.append(Step(axis: .this, name: Piece(start: 0, count: 0), tests: 0..<0))
            return Path(isAbsolute: false, steps: program.steps.count - 1..<program.steps.count)
        }

        private mutating func path() -> Int? {
            let isAbsolute = take("/")
            // Tests have steps of their own, so a path's steps are laid down together at its end.
            var steps: [Step] = []
            repeat {
                guard let step = step() else { return nil }
                // A parent of children could be met twice.
                if step.axis == .parent, steps.contains(where: { $0.axis == .child || $0.axis == .attribute }) {
                    return nil
                }
                steps.append(step)
            } while take("/")
            let start = program.steps.count
            program.steps += steps
            return add(.path(Path(isAbsolute: isAbsolute, steps: start..<start + steps.count)))
        }

        private mutating func step() -> Step? {
            skipBlanks()
            guard let (axis, name) = nodeTest() else { return nil }
            var tests: [Int] = []
            while take("[") {
                guard let test = or(), take("]") else { return nil }
                switch program.kind(of: test) {
                case .nodes, .text, .truth: tests.append(test)
                // A number asks for a position.
                case .number, .variable: return nil
                }
            }
            let start = program.tests.count
            program.tests += tests
            return Step(axis: axis, name: name, tests: start..<start + tests.count)
        }

        private mutating func nodeTest() -> (Axis, Piece)? {
            let none = Piece(start: 0, count: 0)
            if take("..") { return (.parent, none) }
            if take(".") || take("self::node()") { return (.this, none) }
            if take("self::*") { return (.element, none) }
            let axis: Axis = take("@") ? .attribute : .child
            guard let name = name(), peek != UInt8(ascii: ":"), peek != UInt8(ascii: "(") else { return nil }
            return (axis, piece(name, closed: true))
        }

        // MARK: Characters

        private var peek: UInt8? { index < text.count ? text[index] : nil }

        private mutating func skipBlanks() {
            while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { index += 1 }
        }

        private mutating func blankFree() -> Bool {
            skipBlanks()
            return true
        }

        private mutating func take(_ sign: StaticString) -> Bool {
            skipBlanks()
            let wanted = UnsafeBufferPointer(start: sign.utf8Start, count: sign.utf8CodeUnitCount)
            guard text[index...].starts(with: wanted) else { return false }
            index += wanted.count
            return true
        }

        /// An operator that is a word: no name goes on behind it.
        private mutating func takeWord(_ word: StaticString) -> Bool {
            let start = index
            if take(word), peek.map({ !Self.isName($0) }) ?? true { return true }
            index = start
            return false
        }

        private mutating func name() -> ArraySlice<UInt8>? {
            skipBlanks()
            guard let first = peek, Self.isNameStart(first) else { return nil }
            let start = index
            while let byte = peek, Self.isName(byte) { index += 1 }
            return text[start..<index]
        }

        private static func isNameStart(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20)
        }

        private static func isName(_ byte: UInt8) -> Bool {
            isNameStart(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }

        private mutating func piece(_ bytes: ArraySlice<UInt8>, closed: Bool) -> Piece {
            let start = program.bytes.count
            program.bytes += bytes
            if closed { program.bytes.append(0) }
            return Piece(start: start, count: bytes.count)
        }
    }
}
