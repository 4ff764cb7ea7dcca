import Vocabulary

/// Where messages leave the message store: a queue on the application channel, a partner on the status channel, the
/// alarm system on the alert channel.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    public let channel: Channel
    public let recipient: String

    /// The name in history and audit, such as `status:court`.
    public var description: String { "\(channel.rawValue):\(recipient)" }

    public init(_ channel: Channel, _ recipient: String) {
        self.channel = channel
        self.recipient = recipient
    }

    /// The operators' alarm system.
    public static let alerts = Endpoint(.alert, "operators")

    /// From its description.
    public init?(description: String) {
        let parts = description.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let channel = Channel(rawValue: String(parts[0])) else { return nil }
        self.init(channel, String(parts[1]))
    }
}
