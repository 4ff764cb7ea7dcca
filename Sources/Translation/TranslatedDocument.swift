import Canonical
import Documents
import StrictJSON

/// Which mapping made something.
public struct MappingReference: Sendable, Hashable {
    public let id: String
    public let version: Int
    /// SM3 of the mapping file.
    public let digest: String

    public var json: JSONValue { ["id": .string(id), "version": JSONValue(version), "digest": .string(digest)] }
}

/// One record of a document, translated.
public struct TranslatedRecord: Sendable {
    /// The record's own: messages of several types may lie in one document. None of a canonical document.
    public var mapping: MappingReference?
    public var application: LegalAidApplication
    public var findings: [Finding]
    public let traces: [FieldTrace]
    /// Canonical fields that the mapping could fill and this document did not; only when an explanation was asked for.
    public let unfilled: [String]
    /// Of attachments that are referred to by digest.
    var uploadClaims: [UploadClaim] = []

    public var isUsable: Bool { !findings.contains { $0.severity == .error } }
}

/// A document, translated.
public struct TranslatedDocument: Sendable {
    public var mapping: MappingReference?
    public var format: DocumentFormat?
    public var encoding: TextEncoding?
    /// Of what is on top; nothing where it could not be read.
    public var root: SourceLocation?
    /// About the document as a whole.
    public var findings: [Finding] = []
    public var records: [TranslatedRecord] = []
    /// Whether an explanation was asked for: only then are traces and coverage there.
    public var isExplained = false
    /// Leaf nodes of the source, and those that no rule read.
    public var leaves = 0
    public var unread: [SourceLocation] = []
    /// Which elements the document has; only when asked for.
    public var shape: DocumentShape?
    /// What no code list knows, in clear: for counting only, never to be kept or shown.
    public var unknownCodes: [UnknownCodeText] = []
}

/// A text that its code list does not know.
public struct UnknownCodeText: Sendable, Hashable {
    public let list: String
    public let text: String
}
