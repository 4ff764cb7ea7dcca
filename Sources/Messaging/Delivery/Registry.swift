import Vocabulary

/// Who is known to the gateway.
public struct Registry: Sendable {
    public let partners: [String: Partner]
    public let institutions: [String: Institution]
    /// Every kind that a sender can be of.
    public var senderKinds = SenderKinds()
    /// Where alerts are pushed to; nothing where they go to the log only.
    public var alarmSystem: ReturnAddress?

    public init(partners: [Partner], institutions: [Institution]) {
        self.partners = Dictionary(partners.map { ($0.id, $0) }) { first, _ in first }
        self.institutions = Dictionary(institutions.map { ($0.code, $0) }) { first, _ in first }
    }

    /// The institution of the whole city: the one whose division is a prefecture-level city's (GB/T 2260 `xxxx00`).
    public var cityCentre: String? {
        institutions.values.filter { $0.division?.hasSuffix("00") ?? false }.map(\.code).min()
    }

    /// Until when a message to an institution is tried; without an end where the institution fetches it itself.
    public func keepUntil(_ institution: String?, from now: Instant) -> Instant? {
        guard let institution, let push = institutions[institution]?.push else { return nil }
        return now.advanced(milliseconds: push.retryPolicy.keep)
    }
}
