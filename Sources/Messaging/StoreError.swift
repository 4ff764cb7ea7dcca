import Vocabulary

/// Why the store did not do what it was asked. Nothing was changed then, but for `uncertain`.
public enum StoreError: Error, Sendable, Hashable {
    /// Too much is waiting to be written; try again.
    case busy
    case diskFull
    /// The device refuses: it fails, is read-only, or a quota is used up. Nothing was written.
    case unwritable
    /// The file as a whole is lost or damaged: what was written would not be there later.
    case unsafe(StoreFault)
    /// The commit was under way when the file or the connection was lost or the disk failed: it may be found again, or not. Whoever does the
    /// same once more, under the same id, is right in both cases.
    case uncertain
    /// Damaged, or no store of this gateway's.
    case corrupt(String)
    /// The log beside the file is of another store, or of another time of this one: read together they are damage.
    case foreignLog
    /// Made by a newer release.
    case newerSchema(Int, reads: Int)
    case closed
    /// The database server does not answer, or refuses the gateway; with what it said.
    case unreachable(String)
    /// What the database said, without values.
    case failed(String)

    /// Which row is damaged, without values; nothing of other errors.
    public var damage: String? {
        switch self {
        case .corrupt(let what): what
        case .busy, .diskFull, .unwritable, .unsafe, .uncertain, .foreignLog, .newerSchema, .closed, .unreachable,
            .failed:
            nil
        }
    }

    /// A stable word for logs and answers.
    public var code: String {
        switch self {
        case .busy: "busy"
        case .diskFull: "diskFull"
        case .unwritable: "unwritable"
        case .unsafe(let fault): fault.rawValue
        case .uncertain: "uncertain"
        case .corrupt: "corrupt"
        case .foreignLog: "foreignLog"
        case .newerSchema: "newerSchema"
        case .closed: "closed"
        case .unreachable: "unreachable"
        case .failed: "failed"
        }
    }

    /// What whoever runs the gateway must know about an error that keeps the store shut.
    public var explanation: LocalizedText? {
        switch self {
        case .foreignLog:
            LocalizedText(
                zh: "存储文件与其旁的 -wal 日志不是一对（多为恢复旧文件时留下了原来的日志，或文件被删而日志还在），合用会毁坏数据，已拒绝打开。"
                    + "要用这个文件，先把 -wal 和 -shm 移到别处保存，再启动；要用原来的存储，放回与该日志成对的文件。gateway restore 会自动处理。",
                en:
                    "The store's file and the -wal beside it are not a pair (an older file was put where the log of another life still lies, or the file was removed and its log was not); read together they would be damage, so the store stays shut. To go on with this file, move -wal and -shm elsewhere, keep them, and start again; to go on with the former store, put back the file that goes with the log. gateway restore takes care of it."
            )
        case .newerSchema(let found, let reads):
            LocalizedText(
                zh: "存储由更新的版本写成：其结构为第 \(found) 版，本版本只读到第 \(reads) 版。请改用那个（或更新的）版本，"
                    + "或恢复升级前的备份。",
                en:
                    "The store was made by a newer release: it has schema \(found), and this release reads up to \(reads). Run that release or a newer one, or restore a backup of before the upgrade."
            )
        case .uncertain:
            LocalizedText(
                zh: "提交时存储文件、磁盘或数据库连接出错，无法确定是否已经写入：请核对后重做。",
                en:
                    "The store's file or disk, or the connection to the database, failed during the commit: it may or may not have been written. Look, then repeat."
            )
        case .unreachable(let why):
            LocalizedText(
                zh: "无法连接数据库服务器，没有写入任何内容：请检查服务器、网络、用户和口令文件。（\(why)）",
                en:
                    "The database server cannot be reached, and nothing was written: look at the server, the network, the user and the password file. (\(why))"
            )
        case .diskFull: LocalizedText(zh: "磁盘空间不足。", en: "The device is full.")
        case .unwritable:
            LocalizedText(
                zh: "存储所在磁盘拒绝读写（磁盘故障、只读挂载或配额用尽），没有写入任何内容。",
                en:
                    "The store's device refuses to be read or written (it fails, is mounted read-only, or a quota is used up); nothing was written."
            )
        case .unsafe, .busy, .corrupt, .closed, .failed: nil
        }
    }
}
