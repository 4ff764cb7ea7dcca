import Messaging
import Synchronization
import Transport
import Vocabulary

/// What this node knows of the store's file.
public enum StoreCondition: Sendable, Hashable {
    /// It is still being read through, or could not be.
    case unknown
    case sound
    case faulty(StoreFault, since: Instant)

    public var fault: StoreFault? {
        switch self {
        case .unknown, .sound: nil
        case .faulty(let fault, _): fault
        }
    }
}

extension StoreFault {
    /// What to do about it.
    var advice: LocalizedText {
        switch self {
        case .damaged:
            LocalizedText(
                zh: "存储文件已损坏，已停止接收：请停止网关，用最近一次备份恢复后再启动；gateway check 会重新核验整个文件。",
                en:
                    "The store's file is damaged and nothing is taken any more: stop the gateway, restore the last backup and start again; gateway check reads the whole file through."
            )
        case .lost:
            LocalizedText(
                zh: "存储文件（或其 -wal 日志、-shm 索引）已被删除、替换，或其磁盘已卸载，已停止接收：请放回原文件；放不回时停止网关，用最近一次备份恢复后再启动。",
                en:
                    "The store's file, its -wal log or -shm index was removed or replaced, or its device is gone, and nothing is taken any more: put it back; where that cannot be, stop the gateway, restore the last backup and start again."
            )
        case .full:
            LocalizedText(
                zh: "存储所在磁盘没有足够空间：请腾出空间，网关会自行恢复。",
                en: "The store's device has too little room: make room, and the gateway goes on by itself.")
        case .unwritable:
            LocalizedText(
                zh: "存储所在磁盘拒绝读写：查看系统日志（磁盘故障、只读挂载）和该用户的磁盘配额；恢复后网关会自行继续。",
                en:
                    "The store's device refuses to be read or written: look in the system's log for a failing disk or a read-only mount, and at the user's quota; the gateway goes on by itself afterwards."
            )
        }
    }
}
