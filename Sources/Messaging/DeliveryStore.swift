/// Where messages leave the hallway: a queue on the application channel, a partner on the status channel.
public struct Outlet: Sendable, Hashable, CustomStringConvertible {
    public let channel: Channel
    public let recipient: String

    /// The name in history and audit, such as `status:court`.
    public var description: String { "\(channel.rawValue):\(recipient)" }

    public init(_ channel: Channel, _ recipient: String) {
        self.channel = channel
        self.recipient = recipient
    }

    /// From its description.
    public init?(description: String) {
        let parts = description.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let channel = Channel(rawValue: String(parts[0])) else { return nil }
        self.init(channel, String(parts[1]))
    }
}

/// How much an outlet can take now.
public struct OutletRoom: Sendable {
    public let outlet: Outlet
    public let max: Int
    /// Only to ask after the address: then what was tried least goes first, so that no message that fails for its own
    /// sake bars the way.
    public let isProbe: Bool

    public init(_ outlet: Outlet, max: Int, isProbe: Bool) {
        self.outlet = outlet
        self.max = max
        self.isProbe = isProbe
    }
}

/// An outlet that a person closed for a time.
public struct Pause: Sendable, Hashable {
    public let outlet: Outlet
    public let actor: String
    public let reason: String
    public let since: Instant

    public init(outlet: Outlet, actor: String, reason: String, since: Instant) {
        self.outlet = outlet
        self.actor = actor
        self.reason = reason
        self.since = since
    }
}

/// A status in the feed of its partner.
public struct FeedEntry: Sendable {
    /// Grows by one per partner and never changes.
    public let position: Int64
    public let envelope: Envelope

    public init(position: Int64, envelope: Envelope) {
        self.position = position
        self.envelope = envelope
    }
}

/// What Delivery asks of the hallway. Every method is one transaction.
public protocol DeliveryStore: MessageStore {
    /// Lays in the tray what is past its keep-by time, then claims what is due for each outlet that is not paused: the
    /// highest priority first, of an application's statuses only the oldest undelivered one.
    func claim(_ rooms: [OutletRoom], now: Instant, ends: Instant) async throws(StoreError) -> [Lease]

    /// When something that waits for one of the outlets is next due, claimed ones by the end of their lease.
    func nextDue(_ outlets: [Outlet], after now: Instant) async throws(StoreError) -> Instant?

    /// When something last reached each outlet, as far as the newest messages tell: so many are looked at, however many
    /// are stored.
    func lastDeliveries(among newest: Int) async throws(StoreError) -> [Outlet: Instant]

    /// Ends the waits of what was tried before: the address is back.
    func hasten(_ outlet: Outlet, now: Instant) async throws(StoreError)

    /// The act's detail is the reason.
    ///
    /// - Returns: whether it was open.
    func pause(_ outlet: Outlet, _ act: AuditAct) async throws(StoreError) -> Bool
    /// - Returns: whether it was paused.
    func resume(_ outlet: Outlet, _ act: AuditAct) async throws(StoreError) -> Bool
    func pauses() async throws(StoreError) -> [Pause]

    /// A page of a partner's feed, in order. What lies at or before `position` was read: it is delivered thereby.
    ///
    /// - Parameter position: `nil` for the last that was confirmed.
    func feed(
        partner: String, after position: Int64?, limit: Int, now: Instant
    ) async throws(StoreError) -> [FeedEntry]

    /// Writes into a message's history.
    func note(_ subject: String, _ entry: HistoryEntry) async throws(StoreError)
}
