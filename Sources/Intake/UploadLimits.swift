/// Bounds on attachments that are uploaded before the message that refers to them.
public struct UploadLimits: Sendable {
    /// Of one attachment.
    public var bytes = 20 << 20
    /// Bytes of one partner's that may wait for their message.
    public var quota = 1 << 30
    /// How long an upload waits for its message, milliseconds.
    public var keep: Int64 = 72 * 3_600_000

    public init() {}
}
