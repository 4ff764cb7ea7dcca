import Documents
import Vocabulary

/// A mapping in force, as lists name it.
public struct MappingEntry: Sendable, Hashable {
    public let id: String
    public let title: String
    public let version: Int
    /// SM3 of the file and of the fragments that it includes.
    public let digest: String
    public let isInbound: Bool
    public let format: DocumentFormat
    /// What its messages may be; none of an outbound one.
    public let kinds: [IntakeKind]
}

extension Translator {
    /// Every mapping in force, in the order of their names.
    public var entries: [MappingEntry] {
        inForce.mappings.map { mapping in
            MappingEntry(
                id: mapping.id, title: mapping.titleZh, version: mapping.version, digest: mapping.digest,
                isInbound: mapping.isInbound, format: mapping.format, kinds: kinds(of: mapping.id))
        }.sorted { $0.id < $1.id }
    }
}
