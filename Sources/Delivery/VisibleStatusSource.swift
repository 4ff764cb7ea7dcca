import Messaging
import StrictJSON

/// Tells statuses as their partners may see them; this room opens no envelope.
public protocol VisibleStatusSource: Sendable {
    /// The canonical status that an envelope was made from; nothing where its partner may not see it.
    func visibleStatus(of envelope: Envelope) async throws -> JSONValue?
}
