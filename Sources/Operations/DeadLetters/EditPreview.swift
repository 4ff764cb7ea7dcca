import Canonical
import Messaging
import Observability
import StrictJSON
import Transport
import Triage

/// What an edit would do.
public struct EditPreview: Sendable {
    /// Nothing where either side is no text.
    public let changes: LineDiff?
    /// The dry run, with personal data: findings and outcome alone are shown to operators.
    let result: JSONValue

    public var outcome: String { result["outcome"]?.string ?? "invalid" }
    public var passes: Bool { outcome != "invalid" }

    /// Of the document and its records.
    public var findings: [JSONValue] {
        (result["findings"]?.array ?? [])
            + (result["results"]?.array ?? []).flatMap { $0["findings"]?.array ?? [] }
    }
}
