import Canonical
import Documents
import Foundation

/// What senders write where they have nothing to say, as `placeholders.xml` lists it. One table for fields, tests of
/// mappings and lists.
struct Placeholders: Sendable {
    static let fileName = "placeholders.xml"

    private struct Word: Sendable {
        var isTold = false
        /// Converters, code lists and targets for which the word is a value.
        var exceptions: Set<String> = []
        /// Those for which alone it says nothing; all where empty.
        var scope: Set<String> = []

        func isNothing(for uses: Set<String>) -> Bool {
            exceptions.isDisjoint(with: uses) && (scope.isEmpty || !scope.isDisjoint(with: uses))
        }
    }

    /// By the folded word.
    private var words: [[UInt8]: Word] = [:]
    private var longest = 0
    /// Which first bytes and lengths the words have: most texts have others, and need not be looked up.
    private var shapes = ByteShapes()
    /// A text of these alone says nothing.
    private(set) var signs: Set<Unicode.Scalar> = []
    /// The bytes that signs begin with.
    private var signBytes = [Bool](repeating: false, count: 256)
    private var zeros = Int.max
    private var zeroSigns: Set<Unicode.Scalar> = []

    /// What is wrong with the file, and where.
    struct Problem: Error {
        let line: Int?
        let text: String
    }

    init() {}

    /// - Throws: `Problem` for a file that is missing or says something else.
    init(directory: String) throws(Problem) {
        guard let data = FileManager.default.contents(atPath: directory + "/" + Self.fileName) else {
            throw Problem(line: nil, text: "is missing: it says which texts count as not given")
        }
        let root: Node
        do {
            root = try Document.parse([UInt8](data), format: .xml).root
        } catch {
            throw Problem(line: error.location.line, text: "is not well-formed XML (\(error.problem.rawValue))")
        }
        guard root.name == "placeholders" else {
            throw Problem(line: root.location.line, text: "the root element must be <placeholders>, not <\(root.name)>")
        }
        for element in root.children { try read(element) }
    }

    private mutating func read(_ element: Node) throws(Problem) {
        let line = element.location.line
        switch element.name {
        case "placeholder":
            let bytes = TextFolding.bytes(of: element.attribute("word") ?? "").withUnsafeBufferPointer {
                Array(Self.bare($0))
            }
            guard !bytes.isEmpty else { throw Problem(line: line, text: "<placeholder> needs a word") }
            func uses(_ name: String) -> Set<String> {
                Set((element.attribute(name) ?? "").split(separator: " ").map(String.init))
            }
            words[bytes] = Word(
                isTold: element.attribute("told") == "warning", exceptions: uses("except"), scope: uses("for"))
            longest = max(longest, bytes.count)
            bytes.withUnsafeBufferPointer { shapes.insert($0[...]) }
        case "signs":
            signs = Set((element.attribute("of") ?? "").unicodeScalars)
            for sign in signs { if let first = String(sign).utf8.first { signBytes[Int(first)] = true } }
        case "zeros":
            guard let count = element.attribute("atLeast").flatMap({ Int($0) }), count > 1 else {
                throw Problem(line: line, text: "<zeros> needs atLeast, a number above 1")
            }
            zeros = count
            zeroSigns = Set((element.attribute("with") ?? "").unicodeScalars)
        default: throw Problem(line: line, text: "unknown element <\(element.name)>")
        }
    }

    /// How many zeros at the start say nothing, and what may stand among those that follow.
    var zeroRule: (count: Int, signs: Set<Unicode.Scalar>)? { zeros == .max ? nil : (zeros, zeroSigns) }

    /// Every use for which some word is a value.
    var excepted: Set<String> { words.values.reduce(into: []) { $0.formUnion($1.exceptions) } }

    /// What a text is taken for.
    enum Reading: Sendable { case value, nothing, nothingTold }

    /// - Parameter uses: the converters, the code list and the target that the text is read for.
    func read(_ text: String, for uses: Set<String> = []) -> Reading { text.lend { read($0, for: uses) } }

    func read(_ text: UnsafeBufferPointer<UInt8>, for uses: Set<String> = []) -> Reading {
        // Most texts are longer than any placeholder and begin with no sign.
        guard text.count <= max(longest, 64) * 2 + 16, mayBegin(text) else { return .value }
        return TextFolding.withBytes(of: text) { read(folded: $0, for: uses) }
    }

    private func read(folded: UnsafeBufferPointer<UInt8>, for uses: Set<String>) -> Reading {
        guard let first = folded.first else { return .nothing }
        if let word = word(folded[...]) ?? (Self.isDressed(folded) ? word(Self.bare(folded)) : nil),
            word.isNothing(for: uses)
        {
            return word.isTold ? .nothingTold : .nothing
        }
        guard first == UInt8(ascii: "0") || signBytes[Int(first)] else { return .value }
        let scalars = String(decoding: folded, as: UTF8.self).unicodeScalars
        // A lone quotation mark or bracket may be the rest of something; of signs alone nothing was said.
        if scalars.allSatisfy(signs.contains) { return .nothing }
        return isZeros(scalars) ? .nothing : .value
    }

    private func word(_ folded: Slice<UnsafeBufferPointer<UInt8>>) -> Word? {
        shapes.mayHold(folded) ? words[Array(folded)] : nil
    }

    private func isZeros(_ scalars: String.UnicodeScalarView) -> Bool {
        scalars.prefix { $0 == "0" }.count >= zeros && scalars.allSatisfy { $0 == "0" || zeroSigns.contains($0) }
    }

    /// Figures other than zero begin no placeholder but a filler date, and those have ten characters.
    private func mayBegin(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first(where: { $0 > 0x20 }) else { return true }
        return !(0x31...0x39).contains(first) || text.count <= 24
    }

    /// Whether a text may end with a stop, or stand in brackets: words begin and end with letters or Chinese characters.
    private static func isDressed(_ folded: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = folded.first, let last = folded.last else { return false }
        let isStop = last < 0x80 && !(0x61...0x7A).contains(last) && !(0x30...0x39).contains(last)
        // The last byte of a full-width stop says nothing; its first one does.
        let tail = folded.count > 2 ? folded[folded.count - 3] : first
        return isStop || tail == 0xE3 || tail == 0xEF || tail == 0xE2 || first < 0x61 || first == 0xE3 || first == 0xE2
            || first == 0x7B || first == 0xEF
    }

    /// Without full stops behind and brackets around, and without full stops within those.
    private static func bare(_ folded: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var text = withoutStops(folded[...])
        for (open, close) in brackets where text.count > open.count + close.count {
            guard text.starts(with: open), text.suffix(close.count).elementsEqual(close) else { continue }
            text = text.dropFirst(open.count).dropLast(close.count)
        }
        return withoutStops(text)
    }

    private static func withoutStops(
        _ text: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Slice<UnsafeBufferPointer<UInt8>> {
        var text = text
        while let stop = stops.first(where: { text.count > $0.count && text.suffix($0.count).elementsEqual($0) }) {
            text = text.dropLast(stop.count)
        }
        return text
    }

    private static let stops = "。.，,;；!！".map { Array(String($0).utf8) }
    private static let brackets = [
        "()", "（）", "[]", "【】", "《》", "<>", "“”", "\"\"", "‘’", "{}", "〔〕",
    ].map { (open: Array(String($0.prefix(1)).utf8), close: Array(String($0.suffix(1)).utf8)) }

    /// The words that are placeholders for a use, folded, for schemas that are published.
    func words(for uses: Set<String>) -> [String] {
        words.filter { $0.value.isNothing(for: uses) }.map { String(decoding: $0.key, as: UTF8.self) }
            .sorted()
    }
}
