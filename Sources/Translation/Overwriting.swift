import Documents

/// Rules under a condition that can overwrite what an earlier rule took from the document for the same field: what the
/// sender wrote there is then lost to what the mapping concludes. A field's own place is read last, or the condition says
/// that nothing is given there.
struct Overwriting {
    typealias Found = (target: String, earlier: Int, later: Int)

    /// One part of a condition whose parts must all hold.
    private enum Part: Hashable {
        /// Nothing is given at these places.
        case absent(Set<LocationPaths.Path>)
        case asked(String, at: [LocationPaths.Path])
    }

    private struct Writer {
        let line: Int
        let isValue: Bool
        /// Where it reads; nothing for what it computes.
        let sources: Set<LocationPaths.Path>
        let parts: Set<Part>
    }

    private var writers: [String: [Writer]] = [:]
    private(set) var found: [Found] = []

    init(of mapping: Mapping) {
        guard mapping.isInbound else { return }
        let message = mapping.messages.map { Self.moved([[]], to: $0) } ?? [[]]
        for records in mapping.records {
            writers = [:]
            walk(records.rules, below: "", at: Self.moved(message, to: records.record), [])
        }
    }

    private mutating func walk(
        _ rules: [Rule], below path: String, at contexts: [LocationPaths.Path], _ parts: Set<Part>,
        isConditional: Bool = false
    ) {
        for rule in rules {
            switch rule {
            case .value(let value, let when, let line):
                let sources = ([value.from] + value.others).flatMap { Self.selected($0, at: contexts) }
                write(
                    TargetTree.join(path, value.to), isConditional: isConditional || when != nil,
                    Writer(
                        line: line, isValue: true, sources: Set(sources), parts: parts.union(Self.parts(when, contexts))
                    ))
            case .constant(let to, _, _, let when, let line) where isConditional || when != nil:
                write(
                    TargetTree.join(path, to), isConditional: true,
                    Writer(line: line, isValue: false, sources: [], parts: parts.union(Self.parts(when, contexts))))
            case .within(let to, let node, let inner, let when, _):
                walk(
                    inner, below: to.map { TargetTree.join(path, $0) } ?? path, at: Self.moved(contexts, to: node),
                    parts.union(Self.parts(when, contexts)), isConditional: isConditional || when != nil)
            case .list(let list, let inner, _, let line):
                walk(
                    inner, below: TargetTree.join(path, "\(list.to)[\(line)]"), at: Self.moved(contexts, to: list.each),
                    [])
            // A document within has paths of its own.
            case .embedded(let embedded, let inner, let when, _):
                walk(
                    inner, below: embedded.to.map { TargetTree.join(path, $0) } ?? path, at: [["#"]],
                    parts.union(Self.parts(when, contexts)), isConditional: isConditional || when != nil)
            // What holds always is noted as a shadow; a lookup and an index overwrite nothing that was said.
            case .constant, .lookup, .index, .warn, .read: break
            }
        }
    }

    private mutating func write(_ target: String, isConditional: Bool, _ writer: Writer) {
        if isConditional {
            for earlier in writers[target] ?? [] where earlier.isValue && !Self.exclude(earlier, writer) {
                found.append((target, earlier.line, writer.line))
            }
        }
        writers[target, default: []].append(writer)
    }

    /// Whether both can never give something for one document.
    private static func exclude(_ one: Writer, _ other: Writer) -> Bool {
        isAbsent(one.sources, by: other.parts) || isAbsent(other.sources, by: one.parts)
            || one.parts.contains { part in other.parts.contains { isOpposite(part, $0) || isOpposite($0, part) } }
    }

    private static func isAbsent(_ sources: Set<LocationPaths.Path>, by parts: Set<Part>) -> Bool {
        !sources.isEmpty
            && parts.contains { part in
                if case .absent(let places) = part { places.isSuperset(of: sources) } else { false }
            }
    }

    private static func isOpposite(_ part: Part, _ other: Part) -> Bool {
        guard case .asked(let text, let place) = part, case .asked(let denied, place) = other else { return false }
        return denied == "not(\(text))"
    }

    // MARK: Expressions

    private static func parts(_ when: String?, _ contexts: [LocationPaths.Path]) -> Set<Part> {
        Set(
            conjuncts(of: when ?? "").map { text in
                guard text.hasPrefix("not("),
                    let match = text.wholeMatch(of: /not\(\s*given\(\s*([^(),]+?)\s*(?:,\s*'[^']*')?\s*\)\s*\)/)
                else {
                    return .asked(text, at: contexts)
                }
                return .absent(Set(selected(String(match.1), at: contexts)))
            })
    }

    /// What stands between the outermost `and`s; all of an expression with an `or`.
    private static func conjuncts(of xpath: String) -> [String] {
        var parts = [""]
        var (depth, quote) = (0, Character?.none)
        for word in xpath.split(separator: " ", omittingEmptySubsequences: false) {
            if depth == 0, quote == nil, word == "or" { return [xpath] }
            if depth == 0, quote == nil, word == "and" {
                parts.append("")
                continue
            }
            for character in word {
                if let open = quote {
                    if character == open { quote = nil }
                } else if character == "'" || character == "\"" {
                    quote = character
                } else if "([".contains(character) {
                    depth += 1
                } else if ")]".contains(character) {
                    depth -= 1
                }
            }
            parts[parts.count - 1] += (parts[parts.count - 1].isEmpty ? "" : " ") + word
        }
        return parts.filter { !$0.isEmpty }
    }

    private static func selected(_ xpath: String, at contexts: [LocationPaths.Path]) -> [LocationPaths.Path] {
        LocationPaths(SourcePath.withPlainNames(xpath), at: contexts).selected
    }

    private static func moved(_ contexts: [LocationPaths.Path], to xpath: String) -> [LocationPaths.Path] {
        let paths = selected(xpath, at: contexts)
        return paths.isEmpty ? [["**"]] : paths
    }
}
