import StrictJSON
import Vocabulary

/// What a stored message is found by, besides its own identifiers.
public protocol ReferenceReading: Sendable {
    /// Of an application: what kind of number, and its text. What may not stand in an index comes as a keyed hash.
    func references(in application: JSONValue) -> [(kind: String, value: String)]
    /// Of a document that made no application, as far as it can be read at all.
    func references(inUnread document: [UInt8]) -> [(kind: String, value: String)]
}

/// The numbers that stand at known places of applications, and nothing else.
public struct ReferencePaths: ReferenceReading {
    private let paths: [ReferencePath]

    public init(_ paths: [ReferencePath]) { self.paths = paths }

    public func references(in application: JSONValue) -> [(kind: String, value: String)] {
        paths.compactMap { path in application.at(path.path)?.string.map { (path.name, $0) } }
    }

    public func references(inUnread document: [UInt8]) -> [(kind: String, value: String)] { [] }
}
