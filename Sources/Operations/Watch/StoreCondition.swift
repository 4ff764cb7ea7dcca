import Messaging
import Synchronization
import Transport
import Vocabulary

/// What reading the store through, beside the work, has found at this node since its start.
public enum StoreCondition: Sendable, Hashable {
    /// It is still being read, or could not be.
    case unknown
    case sound
    case damaged(since: Instant)

    /// When damage was found.
    public var damagedSince: Instant? {
        switch self {
        case .unknown, .sound: nil
        case .damaged(let since): since
        }
    }

    static let damage = LocalizedText(
        zh: "存储文件已损坏：请停止网关，用最近一次备份恢复后再启动；gateway check 会重新核验整个文件。",
        en:
            "The store's file is damaged: stop the gateway, restore the last backup and start again; gateway check reads the whole file through."
    )
}
