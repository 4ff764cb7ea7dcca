import Translation

/// The mappings in force at the moment; a reload may change them.
public protocol MappingCatalogue: Sendable {
    var entries: [MappingEntry] { get }
    /// A mapping told field by field; nothing where there is none of that id.
    func fieldTable(of mapping: String) -> FieldTable?
    /// The schemas and examples beside a mapping; nothing where there is none of that id.
    func files(of mapping: String) -> MappingFiles?
}
