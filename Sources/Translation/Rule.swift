import Canonical
import Documents
import StrictJSON
import Vocabulary

/// What a rule does with a text that its code list does not know.
enum UnknownCode: Sendable, Hashable {
    case warning, skip, error
    case fallback(String)
}

/// One rule of a mapping, checked. XPath stays text here: its compiled form belongs to one thread.
indirect enum Rule: Sendable {
    struct Value: Sendable {
        var to: String
        var from: String
        /// Asked in turn where what stands before gave nothing.
        var others: [String] = []
        /// What the texts of all selected nodes are joined by; without it the first one counts.
        var join: String?
        /// Instead of a text that cannot be read, which is told all the same.
        var otherwise: String?
        /// What is done to the text before anything reads it.
        var shape: TextShape?
        /// The sender's own ways of writing dates, instead of the grammar of all.
        var dates: [DatePattern] = []
        /// The same as the mapping has them.
        var datePattern: String?
        var converters: [Converter] = []
        var format: String?
        var codes: String?
        /// The words that the target takes, where it takes only those.
        var words: [String] = []
        var unknown = UnknownCode.warning
        var isRequired = false
        var fallback: String?
        var keepsEmpty = false
        var type: String?
        var isBase64 = false
        /// Attachments: where the sender's digest and the claimed format stand.
        var digest: String?
        var claimed: String?
        var maxLength: Int?
        /// The target is a sum for each month, so that a sender who says so says nothing else.
        var isMonthly = false
        /// Whether somebody applies is read by the words for it, and a doubt is told.
        var isWill = false

        /// What JSON writes a word of the mapping's own as, such as a default.
        var wordType: String? {
            type ?? (converters.last == .integer ? "number" : converters.last == .boolean ? "boolean" : nil)
        }

        /// As an explanation and a field table name what is done to the text.
        var steps: [String] {
            (shape?.steps ?? []) + converters.map(\.rawValue) + (isBase64 ? ["base64"] : [])
                + (format.map { ["format(\($0))"] } ?? [])
        }

        /// The converters, the code list and the target, for which a placeholder may be a value.
        var uses: Set<String> { Set(converters.map(\.rawValue) + [codes, to].compactMap(\.self)) }
    }

    struct List: Sendable {
        var to: String
        var each: String
        /// Characters that part several values in one text.
        var split: String?
        /// Nodes for which this gives the same text are one item.
        var by: String?
        /// Goes over the nodes that the item or record around it was made of.
        var isOverRows = false
    }

    /// Where an item stands in its list.
    struct Index: Sendable {
        var to: String
        /// The first item's number.
        var start: Int
        var type: String?
    }

    /// A document within the text of a node.
    struct Embedded: Sendable {
        var to: String?
        var node: String
        var format: DocumentFormat
        var isBase64: Bool
    }

    struct Lookup: Sendable {
        var to: String
        var by: String
        var codes: String
        var givesName: Bool
    }

    struct Warning: Sendable {
        var code: String
        var path: String
        var severity: Finding.Severity
        var node: String?
        var message: String?
    }

    case value(Value, when: String?, line: Int)
    case constant(to: String, value: String, type: String?, when: String?, line: Int)
    case lookup(Lookup, when: String?, line: Int)
    case within(to: String?, node: String, [Rule], when: String?, line: Int)
    case list(List, [Rule], when: String?, line: Int)
    case index(Index, when: String?, line: Int)
    case embedded(Embedded, [Rule], when: String?, line: Int)
    case warn(Warning, when: String, line: Int)
    case read(String, line: Int)
}

extension Rule {
    fileprivate var warnings: [Warning] {
        switch self {
        case .warn(let warning, _, _): [warning]
        case .within(_, _, let inner, _, _), .list(_, let inner, _, _), .embedded(_, let inner, _, _):
            inner.flatMap(\.warnings)
        case .value, .constant, .lookup, .index, .read: []
        }
    }
}

/// The nodes that give one kind of record each, and how.
struct RecordRules: Sendable {
    var record: String
    var group: String?
    /// Nodes for which this gives the same text are one record.
    var by: String?
    var kind: IntakeKind
    var route: AidRoute
    var when: String?
    var rules: [Rule] = []
}

/// A mapping file, read and checked.
struct Mapping: Sendable {
    let id: String
    let version: Int
    let file: String
    /// SM3 of the file and of the fragments that it includes.
    var digest: String
    let isInbound: Bool
    let format: DocumentFormat
    let titleZh: String
    /// Where the file, its schema and its examples lie.
    var folder = ""
    /// Inbound: the test that tells this mapping's documents.
    var accepts = "false()"
    /// Inbound: the nodes each of which is a message of its own; the document is one where there is none.
    var messages: String?
    var records: [RecordRules] = []
    /// What the prefixes of selectors and of outgoing names stand for.
    var namespaces: [String: String] = [:]
    var maxAttachments = 50
    var maxAttachmentBytes = 20 << 20
    /// What a document that breaks the published schema is told.
    var violations = Finding.Severity.warning
    /// Outbound: the root element and the encoding.
    var root = "root"
    var encoding = TextEncoding.utf8
    var mediaType = "application/json"
    var schema: XMLSchema?
    /// Outbound: the published JSON Schema.
    var jsonSchema: JSONSchemaCheck?
    /// Inbound JSON: what the rules read.
    var members: NameTree?
    /// Outbound: the rules at the root.
    var rules: [Rule] = []
}

extension Mapping {
    /// What the rules warn of, wherever they stand.
    var warnings: [Rule.Warning] { (records.flatMap(\.rules) + rules).flatMap(\.warnings) }

    var reference: MappingReference { MappingReference(id: id, version: version, digest: digest) }

    /// The targets of these rules that an application does not hold, dotted.
    func unfilled(of records: RecordRules, in application: LegalAidApplication) -> [String] {
        var seen: Set<String> = []
        return Self.targets(of: records.rules, below: "").filter { path in
            seen.insert(path).inserted && CanonicalModel.application.field(at: path)?.origin != .scratch
                && !TargetTree.holds(path.split(separator: "/")[...], in: .object(application.content))
        }.map { $0.replacing("/", with: ".") }
    }

    private static func targets(of rules: [Rule], below path: String) -> [String] {
        rules.flatMap { rule -> [String] in
            switch rule {
            case .value(let value, _, _): [TargetTree.join(path, value.to)]
            case .constant(let to, _, _, _, _): [TargetTree.join(path, to)]
            case .lookup(let lookup, _, _): [TargetTree.join(path, lookup.to)]
            case .within(let to, _, let inner, _, _):
                targets(of: inner, below: to.map { TargetTree.join(path, $0) } ?? path)
            case .embedded(let embedded, let inner, _, _):
                targets(of: inner, below: embedded.to.map { TargetTree.join(path, $0) } ?? path)
            case .list(let list, let inner, _, _): targets(of: inner, below: TargetTree.join(path, list.to))
            case .index(let index, _, _): [TargetTree.join(path, index.to)]
            case .warn, .read: []
            }
        }
    }
}
