import Glibc

/// One linear pass over XML text before libxml2 sees it: refuses what would cost it dear, mends the HTML entities that
/// senders leave in, and opens long CDATA sections, which libxml2 reads twenty times slower than other text. It judges
/// nothing else; well-formedness is libxml2's to say.
struct MarkupScan {
    /// The text as libxml2 should see it, or nothing where it may see it as it came.
    private(set) var mended: [UInt8]?
    /// Where the first entity of HTML stood, the first reference to a control character, and a declaration behind blanks.
    private(set) var entity: Int?
    private(set) var control: Int?
    private(set) var declaration: Int?
    /// Where a declaration stands behind markup or text.
    private(set) var misplacedDeclaration: Int?
    /// Whether libxml2's places would differ from the text's own.
    private(set) var openedSection = false
    /// Where the elements' start tags begin in the text as it came, in document order.
    private(set) var starts: [Int] = []

    /// - Parameter opensSections: whether long CDATA sections become plain text where their content may stand as such.
    init(_ text: [UInt8], limits: ParseLimits, opensSections: Bool = true) throws(DocumentError) {
        var failure: DocumentError?
        text.withUnsafeBufferPointer { buffer in
            var walker = Walker(text: buffer, limits: limits, opensSections: opensSections)
            do throws(DocumentError) {
                try walker.walk()
                starts = walker.starts
                (entity, control, openedSection) = (walker.entity, walker.control, walker.openedSection)
                (declaration, misplacedDeclaration) = (walker.declaration, walker.misplacedDeclaration)
                if entity != nil || control != nil || openedSection || declaration != nil {
                    walker.output.append(contentsOf: buffer[walker.copied...])
                    mended = walker.output
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// What was tolerated, each with its first place.
    func notes(on text: [UInt8]) -> [DocumentNote] {
        [("blankBeforeDeclaration", declaration), ("htmlEntity", entity), ("controlCharacter", control)].compactMap {
            code, offset in offset.map { DocumentNote(code: code, at: $0, of: text) }
        }
    }

    private struct Walker {
        let text: UnsafeBufferPointer<UInt8>
        let limits: ParseLimits
        let opensSections: Bool
        var index = 0
        var depth = 0
        var starts: [Int] = []
        var output: [UInt8] = []
        var copied = 0
        var entity: Int?
        var control: Int?
        var declaration: Int?
        var misplacedDeclaration: Int?
        var openedSection = false

        init(text: UnsafeBufferPointer<UInt8>, limits: ParseLimits, opensSections: Bool) {
            self.text = text
            self.limits = limits
            self.opensSections = opensSections
        }

        mutating func walk() throws(DocumentError) {
            skipBlanks()
            while index < text.count {
                switch text[index] {
                case UInt8(ascii: "<"): try markup()
                case UInt8(ascii: "&"): reference()
                default: index += 1
                }
            }
        }

        /// A declaration must be the first thing (XML 1.0 §2.8); libxml2 is shown the text from there on.
        private mutating func skipBlanks() {
            while index < text.count, text[index] <= 0x20 { index += 1 }
            guard index > 0, starts(with: "<?xml ") else { return }
            declaration = index
            copied = index
        }

        private mutating func markup() throws(DocumentError) {
            let next = index + 1 < text.count ? text[index + 1] : 0
            switch next {
            case UInt8(ascii: "!"):
                if starts(with: "<!--") {
                    skip(past: "-->")
                } else if starts(with: "<![CDATA[") {
                    let start = index
                    skip(past: "]]>")
                    open(start..<index)
                } else {
                    // Outside comments and CDATA the only declaration a document may hold is a document type.
                    throw failure(.securityDoctype)
                }
            case UInt8(ascii: "?"):
                if index > 0, index != declaration, starts(with: "<?xml ") { misplacedDeclaration = index }
                skip(past: "?>")
            case UInt8(ascii: "/"):
                depth -= 1
                skip(past: ">")
            default: try startTag()
            }
        }

        /// Leaves the marks of a long section away where its content holds nothing that text may not hold.
        private mutating func open(_ section: Range<Int>) {
            let content = text[section].dropFirst("<![CDATA[".utf8.count).dropLast("]]>".utf8.count)
            guard opensSections, content.count >= 256, text[..<section.upperBound].suffix(3).elementsEqual("]]>".utf8),
                let start = text.baseAddress?.advanced(by: content.startIndex),
                memchr(start, Int32(UInt8(ascii: "<")), content.count) == nil,
                memchr(start, Int32(UInt8(ascii: "&")), content.count) == nil
            else { return }
            if output.isEmpty { output.reserveCapacity(text.count) }
            output.append(contentsOf: text[copied..<section.lowerBound])
            output.append(contentsOf: content)
            copied = section.upperBound
            openedSection = true
        }

        private mutating func startTag() throws(DocumentError) {
            let start = index
            starts.append(start)
            guard starts.count <= limits.nodes else { throw failure(.tooManyNodes) }
            var attributes = 0
            var quote: UInt8 = 0
            while index < text.count {
                let byte = text[index]
                if quote != 0 {
                    if byte == quote {
                        quote = 0
                    } else if byte == UInt8(ascii: "&") {
                        reference()
                        continue
                    }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                    attributes += 1
                    if attributes > limits.attributes {
                        index = start
                        throw failure(.tooManyAttributes)
                    }
                } else if byte == UInt8(ascii: ">") {
                    if text[index - 1] != UInt8(ascii: "/") { depth += 1 }
                    if depth > limits.depth {
                        index = start
                        throw failure(.tooDeep)
                    }
                    index += 1
                    return
                }
                index += 1
            }
        }

        private mutating func reference() {
            if index + 1 < text.count, text[index + 1] == UInt8(ascii: "#") { numbered() } else { named() }
        }

        /// `&nbsp;` and its like mean nothing in XML without a document type.
        private mutating func named() {
            let start = index
            index += 1
            var name: [UInt8] = []
            while index < text.count, name.count < 10, text[index] | 0x20 >= UInt8(ascii: "a"),
                text[index] | 0x20 <= UInt8(ascii: "z")
                    || (text[index] >= UInt8(ascii: "0") && text[index] <= UInt8(ascii: "9"))
            {
                name.append(text[index])
                index += 1
            }
            guard index < text.count, text[index] == UInt8(ascii: ";"),
                let character = HTMLEntity.character(named: String(decoding: name, as: UTF8.self))
            else { return }
            replace(start, by: String(character))
            entity = entity ?? start
        }

        /// `&#30;`: a reference to what XML may not hold even so (XML 1.0 §2.2).
        private mutating func numbered() {
            let start = index
            let end = text[start...].prefix(12).firstIndex(of: UInt8(ascii: ";"))
            index += 2
            guard let end, let number = HTMLEntity.number(String(decoding: text[(start + 2)..<end], as: UTF8.self)),
                number < 0x20 && number != 0x09 && number != 0x0A && number != 0x0D
            else { return }
            index = end
            replace(start, by: "")
            control = control ?? start
        }

        /// Puts a text in the place of what began at `start` and ends at the present byte.
        private mutating func replace(_ start: Int, by replacement: String) {
            output.append(contentsOf: text[copied..<start])
            output.append(contentsOf: replacement.utf8)
            index += 1
            copied = index
        }

        private func starts(with word: StaticString) -> Bool {
            let count = word.utf8CodeUnitCount
            guard index + count <= text.count else { return false }
            return (0..<count).allSatisfy { text[index + $0] == word.utf8Start[$0] }
        }

        private mutating func skip(past word: StaticString) {
            // From one place where the word may begin to the next: an attachment is one long text without any.
            while index < text.count, !starts(with: word) {
                let next = text.baseAddress.flatMap {
                    memchr($0 + index + 1, Int32(word.utf8Start[0]), text.count - index - 1)
                }
                guard let next, let start = text.baseAddress else {
                    index = text.count
                    return
                }
                index = UnsafeRawPointer(next) - UnsafeRawPointer(start)
            }
            index = min(text.count, index + word.utf8CodeUnitCount)
        }

        private func failure(_ problem: DocumentError.Problem) -> DocumentError {
            var place = TextPlace()
            place.advance(to: index, in: UnsafeRawBufferPointer(text))
            return DocumentError(problem, line: place.line, column: place.column)
        }
    }
}
