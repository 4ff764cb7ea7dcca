import Canonical
import StrictJSON
import Translation
import Triage

/// Mappings and rules as they are in force; a reload may change them.
public protocol Library: Sendable {
    typealias MappingTitle = (id: String, title: String, version: Int, isInbound: Bool)

    var mappings: [MappingTitle] { get }
    var codeLists: CodeLists { get }
    /// A mapping told field by field; nothing where there is none of that id.
    func fieldTable(of mapping: String) -> FieldTable?
    /// A dry run with explanation; stores nothing.
    ///
    /// - Parameter mapping: the mapping to use; by default the document tells.
    func translate(_ bytes: [UInt8], by mapping: String?) -> JSONValue
    var ruleBook: [RuleEntry] { get }
    /// How often a rule has fired since this node started.
    func timesFired(_ rule: String) -> Int
}
