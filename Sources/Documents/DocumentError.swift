/// Where something stands in a document.
public struct SourceLocation: Sendable, Hashable {
    /// Counted from 1.
    public let line: Int?
    /// Characters, counted from 1.
    public let column: Int?
    /// XML: a path of element names with positions, such as `/ROOT/RECORD[2]/XM`. JSON: a pointer (RFC 6901).
    public let path: String

    public init(line: Int?, column: Int?, path: String) {
        self.line = line
        self.column = column
        self.path = path
    }
}

/// Why bytes are no document that may be read. Carries the place, never the text.
public struct DocumentError: Error, Sendable, Hashable {
    public enum Problem: String, Sendable, CaseIterable {
        case empty, badEncoding, byteOrderMarkInside, unencodable
        case notWellFormed, notJSON, duplicateKey
        /// An XML declaration behind something else than blanks: often two documents in one.
        case declarationMisplaced
        /// Any `<!DOCTYPE`: it serves attacks only (external entities, entity bombs).
        case securityDoctype
        case tooLarge, tooDeep, tooManyNodes, tooManyAttributes
    }

    public let problem: Problem
    public let location: SourceLocation

    init(_ problem: Problem, line: Int? = nil, column: Int? = nil) {
        self.problem = problem
        location = SourceLocation(line: line, column: column, path: "/")
    }

    /// The same, told by a parser that was shown the text from `start` on only.
    func behind(_ start: Int?, in text: [UInt8]) -> DocumentError {
        guard let start, let line = location.line, let column = location.column else { return self }
        let place = DocumentNote(code: "", at: start, of: text)
        return DocumentError(
            problem, line: line + place.line - 1, column: line == 1 ? column + place.column - 1 : column)
    }
}

/// Something unusual that was tolerated, and where it stands first.
public struct DocumentNote: Sendable, Hashable {
    /// Every code that there is.
    public static let codes = [
        "encodingMismatch", "encodingAmbiguous", "encodingCesu8", "encodingNotUTF8", "byteOrderMarkRepeated",
        "controlCharacter", "replacementCharacter", "privateUseCharacter", "htmlEntity", "blankBeforeDeclaration",
    ]

    public let code: String
    /// Counted from 1.
    public let line: Int
    /// Characters, counted from 1.
    public let column: Int

    init(code: String, line: Int, column: Int) {
        self.code = code
        self.line = line
        self.column = column
    }

    init(code: String, at offset: Int, of text: [UInt8]) {
        var place = TextPlace()
        text.withUnsafeBytes { place.advance(to: offset, in: $0) }
        self.init(code: code, line: place.line, column: place.column)
    }

    public var location: SourceLocation { SourceLocation(line: line, column: column, path: "/") }
}

/// How much of a document is taken before it is refused.
public struct ParseLimits: Sendable {
    public var bytes: Int
    public var depth: Int
    /// Elements, or JSON values.
    public var nodes: Int
    /// On one element: libxml2's own check for doubles is quadratic.
    public var attributes: Int

    public init(bytes: Int = 50 << 20, depth: Int = 64, nodes: Int = 10_000, attributes: Int = 256) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.attributes = attributes
    }
}
