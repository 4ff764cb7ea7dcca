/// Why the store did not do what it was asked. Nothing was changed then.
public enum StoreError: Error, Sendable, Hashable {
    /// Too much is waiting to be written; try again.
    case busy
    case diskFull
    /// The file as a whole is lost or damaged: what was written would not be there later.
    case unsafe(StoreFault)
    /// Damaged, or no store of this gateway's.
    case corrupt(String)
    case closed
    /// What the database said, without values.
    case failed(String)

    /// Which row is damaged, without values; nothing of other errors.
    public var damage: String? {
        switch self {
        case .corrupt(let what): what
        case .busy, .diskFull, .unsafe, .closed, .failed: nil
        }
    }

    /// A stable word for logs and answers.
    public var code: String {
        switch self {
        case .busy: "busy"
        case .diskFull: "diskFull"
        case .unsafe(let fault): fault.rawValue
        case .corrupt: "corrupt"
        case .closed: "closed"
        case .failed: "failed"
        }
    }
}
