import StrictJSON
import Vocabulary

/// Which dead letters are wanted; `nil` leaves a condition out.
public struct DeadLetterFilter: Sendable, Hashable {
    public var reason: DeadLetterReason?
    public var partnerID: String?
    public var queue: String?
    public var channel: Channel?
    public var cause: DeadLetterCause?
    /// Any of these; nothing where they do not matter.
    public var causes: [DeadLetterCause]?
    /// Dead since then, or later.
    public var since: Instant?
    /// Dead before then.
    public var until: Instant?
    /// The sender's own id of the message.
    public var senderMessageID: String?

    public init(
        reason: DeadLetterReason? = nil, partnerID: String? = nil, queue: String? = nil, channel: Channel? = nil,
        cause: DeadLetterCause? = nil, since: Instant? = nil, until: Instant? = nil, senderMessageID: String? = nil
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
            ("channel", .text(channel?.rawValue)), ("cause", .text(cause?.name)),
            ("causes", causes.map { .array($0.map { .string($0.name) }) }),
            ("since", since.map { .number(String($0.milliseconds)) }),
            ("until", until.map { .number(String($0.milliseconds)) }), ("messageId", .text(senderMessageID)),
        ])
    }

    /// Reads what `json` wrote; nothing where a member is unknown or unreadable, since a filter that lost a condition would
    /// take every dead letter there is.
    public init?(json: JSONObject) {
        self.init()
        for (name, value) in json.members {
            guard set(name, to: value) else { return nil }
        }
    }

    private mutating func set(_ name: String, to value: JSONValue) -> Bool {
        let text = value.string
        switch name {
        case "reason": reason = text.flatMap(DeadLetterReason.init(rawValue:))
        case "partner": partnerID = text
        case "queue": queue = text
        case "channel": channel = text.flatMap(Channel.init(rawValue:))
        case "cause": cause = text.flatMap { DeadLetterCause(name: $0) }
        case "causes":
            let names = value.array?.compactMap(\.string) ?? []
            let known = names.compactMap { DeadLetterCause(name: $0) }
            guard let all = value.array, known.count == all.count else { return false }
            causes = known
        case "messageId": senderMessageID = text
        case "since": since = value.int.map { Instant(milliseconds: Int64($0)) }
        case "until": until = value.int.map { Instant(milliseconds: Int64($0)) }
        case _: return false
        }
        return isSet(name)
    }

    private func isSet(_ name: String) -> Bool { json.object?[name] != nil }
}
