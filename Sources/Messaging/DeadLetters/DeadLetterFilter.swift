import StrictJSON
import Vocabulary

/// Which dead letters are wanted; `nil` leaves a condition out.
public struct DeadLetterFilter: Sendable, Hashable {
    public var reason: DeadLetterReason?
    public var partnerID: String?
    public var queue: String?
    public var channel: Channel?
    /// `DeadLetterCause.name`.
    public var cause: String?
    /// Dead since then, or later.
    public var since: Instant?
    /// Dead before then.
    public var until: Instant?
    /// The sender's own id of the message.
    public var senderMessageID: String?

    public init(
        reason: DeadLetterReason? = nil, partnerID: String? = nil, queue: String? = nil, channel: Channel? = nil,
        cause: String? = nil, since: Instant? = nil, until: Instant? = nil, senderMessageID: String? = nil
    ) {
        self.reason = reason
        self.partnerID = partnerID
        self.queue = queue
        self.channel = channel
        self.cause = cause
        self.since = since
        self.until = until
        self.senderMessageID = senderMessageID
    }
}

extension DeadLetterFilter {
    /// The filter as it is stored and answered; times in milliseconds.
    public var json: JSONValue {
        .compact([
            ("reason", .text(reason?.rawValue)), ("partner", .text(partnerID)), ("queue", .text(queue)),
            ("channel", .text(channel?.rawValue)), ("cause", .text(cause)),
            ("since", since.map { .number(String($0.milliseconds)) }),
            ("until", until.map { .number(String($0.milliseconds)) }), ("messageId", .text(senderMessageID)),
        ])
    }

    /// Reads what `json` wrote.
    public init(json: JSONObject) {
        func instant(_ name: String) -> Instant? { json[name]?.int.map { Instant(milliseconds: Int64($0)) } }
        self.init(
            reason: json["reason"]?.string.flatMap(DeadLetterReason.init(rawValue:)),
            partnerID: json["partner"]?.string, queue: json["queue"]?.string,
            channel: json["channel"]?.string.flatMap(Channel.init(rawValue:)), cause: json["cause"]?.string,
            since: instant("since"), until: instant("until"), senderMessageID: json["messageId"]?.string)
    }
}
