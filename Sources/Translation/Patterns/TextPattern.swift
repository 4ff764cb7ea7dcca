import CPCRE2
import StrictJSON

/// A regular expression (PCRE2, UTF-8 with Unicode classes), compiled once and bounded: neither a pattern nor a partner's
/// text can make it run for long.
///
/// `@unchecked`: PCRE2 only reads what it has compiled, and the context of limits, while it matches.
final class TextPattern: @unchecked Sendable {
    /// Why a pattern is none, for its author.
    struct Malformed: Error, Hashable {
        let text: String
    }

    /// What a text gave.
    enum Answer: Equatable {
        /// The text of the first group, or of the whole match where there is no group.
        case found(String)
        case nothing
        /// The text is too long, or the search took too many steps.
        case givenUp
    }

    /// In bytes. Longer ones belong into a code list, or into several rules.
    static let longestPattern = 1000
    /// In bytes of UTF-8.
    static let longestText = 16 << 10
    /// Of one place in the text, one search, and in KiB.
    private static let (steps, depth, heap): (UInt32, UInt32, UInt32) = (10_000, 5_000, 1_024)
    private static let longestResult = 256 << 10

    let source: String
    /// How many groups there are.
    let groups: Int
    private let code: OpaquePointer
    private let limits: OpaquePointer

    init(_ source: String) throws(Malformed) {
        guard !source.isEmpty, source.utf8.count <= Self.longestPattern else {
            throw Malformed(text: "a pattern has 1 to \(Self.longestPattern) bytes")
        }
        let compiled: OpaquePointer
        switch Self.compile(source) {
        case .success(let code): compiled = code
        case .failure(let problem): throw problem
        }
        guard let limits = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(compiled)
            throw Malformed(text: "no memory for the pattern")
        }
        pcre2_set_match_limit_8(limits, Self.steps)
        pcre2_set_depth_limit_8(limits, Self.depth)
        pcre2_set_heap_limit_8(limits, Self.heap)
        var count: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
        self.source = source
        self.limits = limits
        code = compiled
        groups = Int(count)
    }

    deinit {
        pcre2_match_context_free_8(limits)
        pcre2_code_free_8(code)
    }

    private static func compile(_ source: String) -> Result<OpaquePointer, Malformed> {
        guard let context = pcre2_compile_context_create_8(nil) else {
            return .failure(Malformed(text: "no memory for the pattern"))
        }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_parens_nest_limit_8(context, 50)
        let options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C
        var (problem, offset): (Int32, Int) = (0, 0)
        let code = source.lend { pcre2_compile_8($0.baseAddress, $0.count, options, &problem, &offset, context) }
        if let code { return .success(code) }
        let place = String(decoding: source.utf8.prefix(offset), as: UTF8.self).count + 1
        return .failure(Malformed(text: "\(message(of: problem)) at character \(place)"))
    }

    private static func message(of problem: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(problem, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, Int(count))), as: UTF8.self)
    }

    // MARK: Matching

    /// Whether the pattern is the whole text.
    func isWhole(_ text: String) -> Answer {
        search(text, from: 0, options: PCRE2_ANCHORED | PCRE2_ENDANCHORED).answer
    }

    /// Whether the pattern stands anywhere in the text.
    func isIn(_ text: String) -> Answer { search(text, from: 0, options: 0).answer }

    /// What the pattern takes out of the text, and whether a second place would give something else.
    func taken(from text: String) -> (Answer, isDoubtful: Bool) {
        let (answer, end) = search(text, from: 0, options: 0)
        guard case .found(let first) = answer, end > 0, end < text.utf8.count else { return (answer, false) }
        switch search(text, from: end, options: 0).answer {
        case .found(let second): return (answer, second != first)
        case .nothing: return (answer, false)
        case .givenUp: return (.givenUp, false)
        }
    }

    /// - Returns: what was found, and where its match ends, in bytes.
    private func search(_ text: String, from start: Int, options: UInt32) -> (answer: Answer, end: Int) {
        guard text.utf8.count <= Self.longestText, let match = pcre2_match_data_create_from_pattern_8(code, nil) else {
            return (.givenUp, 0)
        }
        defer { pcre2_match_data_free_8(match) }
        return Self.lend(text) { subject, length in
            let count = pcre2_match_8(code, subject, length, start, options | PCRE2_NO_UTF_CHECK, match, limits)
            if count == PCRE2_ERROR_NOMATCH { return (.nothing, 0) }
            guard count > 0, let places = pcre2_get_ovector_pointer_8(match) else { return (.givenUp, 0) }
            let group = groups > 0 ? 1 : 0
            let isSet = group < Int(count) && places[2 * group] != legalaid_pcre2_unset()
            // \K can put a beginning behind its end.
            guard isSet, places[2 * group] <= places[2 * group + 1] else { return (.nothing, 0) }
            let range = places[2 * group]..<places[2 * group + 1]
            let found = UnsafeBufferPointer(start: subject + range.lowerBound, count: range.count)
            return (.found(String(decoding: found, as: UTF8.self)), places[1])
        }
    }

    /// With a zero behind it: of an empty text Swift lends no address, which PCRE2 takes for a mistake.
    private static func lend<Result>(_ text: String, _ use: (UnsafePointer<UInt8>, _ length: Int) -> Result) -> Result {
        let bytes = ContiguousArray(text.utf8) + [0]
        return bytes.withUnsafeBufferPointer { bytes in
            guard let address = bytes.baseAddress else { return withUnsafePointer(to: 0) { use($0, 0) } }
            return use(address, bytes.count - 1)
        }
    }

    // MARK: Replacing

    /// Every match replaced; in the replacement `$1` and `${name}` stand for groups, `$0` for the match, `$$` for a dollar.
    func replacing(in text: String, with replacement: String) -> Answer {
        guard text.utf8.count <= Self.longestText else { return .givenUp }
        var size = text.utf8.count * 2 + replacement.utf8.count + 64
        for _ in 0..<2 {
            var buffer = [UInt8](repeating: 0, count: size)
            var length = size
            let result = substitute(in: text, with: replacement, into: &buffer, &length)
            if result >= 0 { return .found(String(decoding: buffer.prefix(length), as: UTF8.self)) }
            guard result == PCRE2_ERROR_NOMEMORY, length > size, length <= Self.longestResult else { return .givenUp }
            size = length
        }
        return .givenUp
    }

    private func substitute(
        in text: String, with replacement: String, into buffer: inout [UInt8], _ length: inout Int
    ) -> Int32 {
        let options =
            PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH
            | PCRE2_NO_UTF_CHECK
        return Self.lend(text) { subject, count in
            Self.lend(replacement) { words, size in
                pcre2_substitute_8(
                    code, subject, count, 0, options, nil, limits, words, size, &buffer, &length)
            }
        }
    }

    /// What is wrong with a replacement; nothing where all its groups are there.
    func problem(withReplacement replacement: String) -> String? {
        var rest = replacement[...]
        while let dollar = rest.firstIndex(of: "$") {
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                rest = rest.dropFirst()
                continue
            }
            let isBraced = rest.first == "{"
            let name = rest.dropFirst(isBraced ? 1 : 0).prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }
            if isBraced, rest.dropFirst(1 + name.count).first != "}" { return "a brace is not closed" }
            if name.isEmpty { return "a dollar is written $$" }
            let isKnown =
                Int(name).map { $0 <= groups } ?? (pcre2_substring_number_from_name_8(code, String(name)) > 0)
            if !isKnown { return "there is no group \(name)" }
        }
        return nil
    }
}
