import Canonical
import Documents
import StrictJSON
import Vocabulary

/// A document that lies beside a mapping.
public struct SampleDocument: Sendable {
    /// The file's name.
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// Something that a mapping's author would want to know, though the mapping loads.
public struct LintNote: Sendable, Hashable {
    public enum Code: String, Sendable, CaseIterable {
        /// No mapping and no canonical field names the list.
        case unusedCodeList
        /// A later rule always overwrites what this one gives.
        case shadowedRule
        /// Two rules without condition have one target.
        case targetSetTwice
        /// A rule under a condition can overwrite what an earlier one took from the document.
        case overwritesGiven
        /// Another mapping takes this mapping's example.
        case acceptsShadowed
        /// No rule reads the source field, in no example.
        case unreadField
        /// The rule gave nothing in any example.
        case silentRule
        /// An example of this kind is missing.
        case missingExample
        /// `title` is left out.
        case missingAttribute
        /// A raw text is compared with a literal.
        case rawComparison
        /// No rule makes the message's identifier or the person's name required.
        case nothingRequired
    }

    public let code: Code
    /// The mapping's identifier, or `codes`.
    public let place: String
    public let line: Int?
    public let text: String
}

extension Translator {
    /// Looks over all mappings.
    ///
    /// - Parameter examples: the documents of each mapping's `examples` folder, by the mapping's identifier.
    public func lint(examples: [String: [SampleDocument]], receivedAt: Timestamp, limits: ParseLimits) -> [LintNote] {
        let (mappings, codes) = inForce
        var notes = MappingLint.unusedLists(codes, mappings)
        for mapping in mappings {
            var lint = MappingLint(mapping, placeholders)
            let documents = examples[mapping.id] ?? []
            if mapping.isInbound {
                for document in documents {
                    let result = translate(
                        document.bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
                        receivedAt: receivedAt, limits: limits, explain: true)
                    lint.note(result, of: document)
                }
                lint.checkExamples(documents)
            }
            notes += lint.finished()
        }
        return notes
    }
}

/// The looking over of one mapping.
struct MappingLint {
    private let mapping: Mapping
    private var notes: [LintNote] = []
    private var fired: Set<Int> = []
    private var unread: Set<String> = []
    private var read: Set<String> = []

    init(_ mapping: Mapping, _ placeholders: Placeholders) {
        self.mapping = mapping
        if mapping.titleZh == mapping.id { add(.missingAttribute, nil, "title is left out: people see the identifier") }
        for records in mapping.records {
            checkTargets(of: records.rules, below: "")
            checkRequired(records)
        }
        for (target, earlier, later) in Overwriting(of: mapping).found {
            add(
                .overwritesGiven, later,
                "can overwrite what line \(earlier) took for \(target), which is told as a contradiction: read the "
                    + "field's own place last, or ask when=\"not(given(…))\" of it")
        }
        if mapping.isInbound {
            checkComparisons()
            for (line, advice) in PresenceQuestions.advice(for: mapping, placeholders) {
                add(.rawComparison, line, advice)
            }
        } else {
            checkTargets(of: mapping.rules, below: "")
        }
    }

    static func unusedLists(_ codes: CodeLists, _ mappings: [Mapping]) -> [LintNote] {
        var used = Set(mappings.flatMap { $0.allRules.flatMap(lists) }).union(ApplicationWill.others)
        for xpath in mappings.flatMap({ $0.expressions.map(\.xpath) }) {
            for call in (try? TextCall.all(in: xpath)) ?? [] where call.function == .coded {
                used.formUnion(call.words.prefix(1))
            }
        }
        for field in CanonicalModel.application.fields + CanonicalModel.status.fields {
            if case .code(let list) = field.type { used.insert(list) }
        }
        return codes.names.filter { !used.contains($0) }.map {
            LintNote(
                code: .unusedCodeList, place: "codes", line: nil, text: "no mapping and no canonical field names \($0)")
        }
    }

    private static func lists(in rule: Rule) -> [String] {
        switch rule {
        case .value(let value, _, _): [value.codes].compactMap(\.self)
        case .lookup(let lookup, _, _): [lookup.codes]
        case .within(_, _, let rules, _, _), .list(_, let rules, _, _), .embedded(_, let rules, _, _):
            rules.flatMap(lists)
        case .constant, .index, .warn, .read: []
        }
    }

    /// Outbound mappings compare the canonical status, whose words are fixed.
    private mutating func checkComparisons() {
        for (xpath, line) in mapping.expressions {
            for advice in RawComparison.advice(for: xpath) { add(.rawComparison, line, advice) }
        }
    }

    private mutating func add(_ code: LintNote.Code, _ line: Int?, _ text: String) {
        notes.append(LintNote(code: code, place: mapping.id, line: line, text: text))
    }

    // MARK: Rules

    /// Only rules without any condition: those under one may well take turns.
    private mutating func checkTargets(of rules: [Rule], below path: String) {
        var setters: [String: (line: Int, alwaysGives: Bool)] = [:]
        checkTargets(of: rules, below: path, &setters)
    }

    private mutating func checkTargets(
        of rules: [Rule], below path: String, _ setters: inout [String: (line: Int, alwaysGives: Bool)]
    ) {
        for rule in rules {
            switch rule {
            case .value(let value, nil, let line):
                set(TargetTree.join(path, value.to), line, alwaysGives: value.fallback != nil, &setters)
            case .index(let index, nil, let line):
                set(TargetTree.join(path, index.to), line, alwaysGives: true, &setters)
            case .constant(let to, _, _, nil, let line):
                set(TargetTree.join(path, to), line, alwaysGives: true, &setters)
            case .within(let to, _, let inner, nil, _):
                checkTargets(of: inner, below: TargetTree.join(path, to ?? "."), &setters)
            case .embedded(let embedded, let inner, nil, _):
                checkTargets(of: inner, below: TargetTree.join(path, embedded.to ?? "."), &setters)
            case .list(_, let inner, _, _): checkTargets(of: inner, below: "item")
            case .value, .constant, .index, .within, .embedded, .lookup, .warn, .read: break
            }
        }
    }

    private mutating func set(
        _ target: String, _ line: Int, alwaysGives: Bool, _ setters: inout [String: (line: Int, alwaysGives: Bool)]
    ) {
        if let earlier = setters[target] {
            if alwaysGives {
                add(.shadowedRule, earlier.line, "line \(line) always overwrites what this gives for \(target)")
            } else {
                add(.targetSetTwice, line, "\(target) is set by line \(earlier.line) too, neither under a condition")
            }
        }
        setters[target] = (line, alwaysGives)
    }

    private mutating func checkRequired(_ records: RecordRules) {
        let required = Set(Self.requiredTargets(of: records.rules, below: ""))
        if !required.contains("source/messageId") {
            add(.nothingRequired, nil, "source/messageId is not required: copies cannot be told from new messages")
        }
    }

    private static func requiredTargets(of rules: [Rule], below path: String) -> [String] {
        rules.flatMap { rule -> [String] in
            switch rule {
            case .value(let value, _, _): value.isRequired ? [TargetTree.join(path, value.to)] : []
            case .within(let to, _, let inner, _, _):
                requiredTargets(of: inner, below: TargetTree.join(path, to ?? "."))
            case .embedded(let embedded, let inner, _, _):
                requiredTargets(of: inner, below: TargetTree.join(path, embedded.to ?? "."))
            case .constant, .index, .lookup, .list, .warn, .read: []
            }
        }
    }

    // MARK: Examples

    /// What each mapping should prove of itself.
    private static let kinds: [(name: String, words: [String])] = [
        ("all-fields", ["all-fields"]), ("required-only", ["required-only"]), ("invalid", ["invalid", "attack"]),
    ]

    mutating func checkExamples(_ documents: [SampleDocument]) {
        for kind in Self.kinds
        where !documents.contains(where: { document in kind.words.contains { document.name.contains($0) } }) {
            add(.missingExample, nil, "no example named \(kind.name)")
        }
    }

    mutating func note(_ result: TranslatedDocument, of document: SampleDocument) {
        guard let taken = result.mapping else { return }
        guard taken.id == mapping.id else {
            add(.acceptsShadowed, nil, "\(document.name) is taken by \(taken.id)")
            return
        }
        for trace in result.records.flatMap(\.traces) {
            if let line = trace.rule.split(separator: ":").last.flatMap({ Int($0) }) { fired.insert(line) }
            if let location = trace.location { read.insert(SourcePath.withoutPredicates(location.path)) }
        }
        // What an example of dirt holds beside the point is meant.
        guard !["dirty", "invalid", "attack"].contains(where: document.name.hasPrefix) else { return }
        unread.formUnion(result.unread.map { Self.withoutPositions($0.path) })
    }

    /// `/a[2]/b` in XML and `/a/1/b` in JSON are both `/a/b`.
    private static func withoutPositions(_ path: String) -> String {
        SourcePath.withoutPredicates(path).split(separator: "/").filter { Int($0) == nil }.map { "/" + $0 }.joined()
    }

    func finished() -> [LintNote] {
        var lint = self
        guard mapping.isInbound, !fired.isEmpty else { return notes }
        for path in unread.sorted() where !read.contains(path) {
            lint.add(.unreadField, nil, "\(path) is read by no rule; <read node=…> says that this is meant")
        }
        for (line, target) in Self.speaking(mapping.allRules, below: "") where !fired.contains(line) {
            lint.add(.silentRule, line, "gave nothing for \(target) in any example")
        }
        return lint.notes
    }

    private static func speaking(_ rules: [Rule], below path: String) -> [(Int, String)] {
        rules.flatMap { rule -> [(Int, String)] in
            switch rule {
            case .value(let value, _, let line): [(line, TargetTree.join(path, value.to))]
            case .constant(let to, _, _, _, let line): [(line, TargetTree.join(path, to))]
            case .lookup(let lookup, _, let line): [(line, TargetTree.join(path, lookup.to))]
            case .within(let to, _, let inner, _, _): speaking(inner, below: TargetTree.join(path, to ?? "."))
            case .index(let index, _, let line): [(line, TargetTree.join(path, index.to))]
            case .embedded(let embedded, let inner, _, _):
                speaking(inner, below: TargetTree.join(path, embedded.to ?? "."))
            // The rules of a list that parts one text are run as one, which the first value speaks for.
            case .list(let list, let inner, _, _):
                Array(
                    speaking(inner, below: TargetTree.join(path, list.to))
                        .prefix(list.split == nil ? inner.count * 64 : 1))
            case .warn, .read: []
            }
        }
    }
}

extension Mapping {
    var allRules: [Rule] { records.flatMap(\.rules) + rules }
}
