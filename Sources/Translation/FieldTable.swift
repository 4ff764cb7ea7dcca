import Canonical
import Documents

/// A mapping told as a table for the partner: where each field of its message goes (字段对照表).
public struct FieldTable: Sendable {
    public struct Row: Sendable, Hashable {
        /// The places in the document that is read, from its root; several where a rule asks for several.
        public var sources: [String] = []
        public var zh: String
        public var target: String
        public var type = ""
        public var isRequired = false
        /// What must hold for the rule to be asked, in XPath; all of them.
        public var conditions: [String] = []
        /// From the examples beside the mapping.
        public var example: String?
        public var converters: [String] = []
        public var codes: String?
        public var maxLength: Int?
        public var notes: [String] = []
        /// The rule's line in `mapping.xml`.
        public var line = 0
        /// Lines of the lists and groups that begin with this row.
        public var opens: [Int] = []

        public var source: String { sources.joined(separator: " | ") }
    }

    /// What a record is held against besides its fields.
    public struct Check: Sendable, Hashable {
        public let code: String
        public let target: String
        /// What must not be so, in XPath.
        public let when: String
        public let severity: Finding.Severity
        public let message: String?
        public let line: Int
    }

    public let id: String
    public let title: String
    public let isInbound: Bool
    public let rows: [Row]
    public let checks: [Check]
    /// The code lists of the rows, in the order in which they are first named.
    public let lists: [CodeList]

    init(_ mapping: Mapping, codes: CodeLists) {
        id = mapping.id
        title = mapping.titleZh
        isInbound = mapping.isInbound
        var writer = FieldTableWriter(mapping, examples: ExampleValues(of: mapping))
        writer.write()
        rows = writer.rows
        checks = writer.checks
        var named: Set<String> = []
        lists = writer.rows.compactMap(\.codes).filter { named.insert($0).inserted }.compactMap { codes[$0] }
    }
}

extension FieldType {
    /// For the partner, Chinese first.
    var label: String {
        switch self {
        case .text: "文本 text"
        case .code, .word: "代码 code"
        case .date: "日期 date"
        case .dateTime: "日期时间 date-time"
        case .money: "金额（元） yuan"
        case .integer: "整数 integer"
        case .boolean: "是否 yes or no"
        }
    }
}

extension Translator {
    /// The field table of a mapping in force, or nothing where there is no such mapping.
    public func fieldTable(of id: String) -> FieldTable? {
        let (mappings, codes) = inForce
        return mappings.first { $0.id == id }.map { FieldTable($0, codes: codes) }
    }
}
