import Messaging
import Observability
import StrictJSON
import Synchronization
import Transport
import Vocabulary

/// Empties the partners' exchange folders (前置机) into the front door.
///
/// For each file that is complete: claim → read → front door's commit → answer beside the statuses → move to the archive.
/// Whatever step a crash comes after, the file is read again, the front door knows it again and gives the same answer:
/// nothing is lost and nothing is taken twice. No file keeps the others from their turn.
public final class FolderIntake: Sendable {
    public struct Settings: Sendable {
        /// How long to rest between looks.
        public var poll: Duration = .seconds(5)
        /// Without markers: how long a file must have rested to be complete.
        public var quiet: Duration = .seconds(5)
        /// How long a complete file may wait for its answer (CLK-25), and an empty one for its content.
        public var receiptLimit: Duration = .seconds(300)
        public var maxBytes = 50 << 20

        public init() {}
    }

    private struct Watches {
        var folders: [PartnerFolders] = []
        /// By partner; none before it runs.
        var tasks: [String: Task<Void, Never>] = [:]
        var isRunning = false
    }

    private let watches: Mutex<Watches>
    private let settings: Settings
    private let now: @Sendable () -> Instant
    private let bits: @Sendable () -> UInt64
    private let intake: any FileSubmission
    private let log: Log
    private let metrics: Metrics

    public init(
        registry: Registry, settings: Settings, now: @escaping @Sendable () -> Instant,
        bits: @escaping @Sendable () -> UInt64, intake: any FileSubmission, log: Log, metrics: Metrics
    ) {
        watches = Mutex(Watches(folders: Self.folders(of: registry)))
        self.settings = settings
        self.now = now
        self.bits = bits
        self.intake = intake
        self.log = log
        self.metrics = metrics
    }

    private static func folders(of registry: Registry) -> [PartnerFolders] {
        registry.partners.values.compactMap { partner in
            partner.exchange.map { PartnerFolders(partner.id, $0) }
        }.sorted { $0.partner < $1.partner }
    }

    private var partners: [PartnerFolders] { watches.withLock { $0.folders } }

    /// How each partner's folders are doing.
    public var reports: [ExchangeReport] {
        let now = now()
        return partners.map { $0.ledger.report(of: $0.partner, limit: settings.receiptLimit, at: now) }
    }

    /// Looks until the task is cancelled; the file under way then is finished first. Partners do not wait for each other.
    public func run() async {
        watches.withLock { watches in
            watches.isRunning = true
            for folders in watches.folders { watches.tasks[folders.partner] = watch(folders) }
        }
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        let tasks = watches.withLock { watches in
            watches.isRunning = false
            defer { watches.tasks = [:] }
            return Array(watches.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func watch(_ folders: PartnerFolders) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                await round(of: folders)
                try? await Task.sleep(for: settings.poll)
            }
        }
    }

    /// Looks no more into the folders that another registry does not name, or names otherwise; returns when the files under
    /// way there are finished.
    public func leaveAll(but registry: Registry) async {
        let kept = Self.folders(of: registry)
        let ended = watches.withLock { watches in
            let ended = watches.folders.filter { folders in !kept.contains { $0.isSame(as: folders) } }
            watches.folders.removeAll { folders in ended.contains { $0.partner == folders.partner } }
            return ended.compactMap { watches.tasks.removeValue(forKey: $0.partner) }
        }
        for task in ended { task.cancel() }
        for task in ended { await task.value }
    }

    /// Looks into the folders of partners that are new, besides those it looks into already.
    public func adopt(_ registry: Registry) {
        let fresh = Self.folders(of: registry)
        watches.withLock { watches in
            for folders in fresh where !watches.folders.contains(where: { $0.partner == folders.partner }) {
                watches.folders.append(folders)
                if watches.isRunning { watches.tasks[folders.partner] = watch(folders) }
            }
            watches.folders.sort { $0.partner < $1.partner }
        }
    }

    /// Takes what is complete now, of every partner.
    func round() async {
        for folders in partners { await round(of: folders) }
    }

    private func round(of folders: PartnerFolders) async {
        do {
            let (claimed, arrived) = try await look(into: folders)
            _ = try await folders.inbox.exclusively {
                for name in claimed where !Task.isCancelled { await handle(name, folders) }
                for entry in arrived where !Task.isCancelled {
                    if await claim(entry, folders) { await handle(entry.name, folders) }
                }
            }
            _ = folders.ledger.fails(nil, at: now())
        } catch {
            let code = Self.word(error)
            guard folders.ledger.fails(code, at: now()) else { return }
            log.error(
                "exchange folder cannot be worked", [("partner", .string(folders.partner)), ("error", .string(code))])
        }
    }

    /// What was claimed before and has no answer yet, and what has arrived complete.
    private func look(
        into folders: PartnerFolders
    ) async throws(FolderError) -> (claimed: [ExchangeFolder.Name], arrived: [ExchangeFolder.Entry]) {
        let settings = settings
        let (claimed, arrived) = try await offThread { () throws(FolderError) in
            try folders.claimed.make()
            folders.ledger.reviewUnread()
            return (
                try folders.claimed.entries(by: folders.inbox),
                try folders.inbox.entries().complete(
                    marker: folders.marker, quiet: settings.quiet, patience: settings.receiptLimit)
            )
        }
        let now = now()
        folders.ledger.looked(
            (claimed + arrived).filter { $0.isFile && !$0.isEmpty }.map {
                ($0.name, now.advanced(by: .zero - $0.age))
            }, in: folders.inbox)
        return (claimed.map(\.name), arrived)
    }

    // MARK: One file

    private func claim(_ entry: ExchangeFolder.Entry, _ folders: PartnerFolders) async -> Bool {
        do throws(FolderError) {
            return try await offThread { () throws(FolderError) in try folders.claim(entry) }
        } catch {
            folders.ledger.settled(entry.name)
            let place = FolderLedger.Place(folder: folders.inbox, name: entry.name)
            guard folders.ledger.cannotRead(place, entry.version, at: now()) else { return false }
            warn("exchange file cannot be moved", error, folders)
            // Where more than this file is to blame it may yet have another answer.
            guard error.isOfFile else { return false }
            do throws(FolderError) {
                let body = Self.immovable.response(to: nil).body
                try await offThread { () throws(FolderError) in
                    try folders.write(body, to: entry.name, ending: ".error.json")
                }
            } catch {
                warn("exchange file was not answered", error, folders)
            }
            return false
        }
    }

    /// Whatever becomes of it, the next one has its turn.
    private func handle(_ name: ExchangeFolder.Name, _ folders: PartnerFolders) async {
        await TraceContext.$current.withValue(TraceContext(bits: bits)) {
            do {
                try await take(name, folders)
            } catch let error as FolderError {
                let place = FolderLedger.Place(folder: folders.claimed, name: name)
                guard let version = await offThread({ folders.claimed.version(of: name) }),
                    folders.ledger.cannotRead(place, version, at: now())
                else { return }
                warn("exchange file cannot be laid aside", error, folders)
            } catch {
                wait(name, Self.word(error), folders)
            }
        }
    }

    private func take(_ name: ExchangeFolder.Name, _ folders: PartnerFolders) async throws {
        let limit = settings.maxBytes
        let content = try await offThread { () throws(FolderError) in
            try folders.read(name, maxBytes: limit)
        }
        let answer: HTTPResponse
        switch content {
        case .changing: return
        case .gone: return folders.ledger.settled(name)
        case .tooLarge: answer = Self.tooLarge.response(to: nil)
        case .notAFile: answer = Self.notAFile.response(to: nil)
        case .unreadable: answer = Self.unreadable.response(to: nil)
        case .bytes(let bytes): answer = try await intake.handIn(bytes, partnerID: folders.partner)
        }
        // Nothing was taken: the file waits.
        guard answer.status < 500 else { return wait(name, "\(answer.status)", folders) }
        let isTaken = (200..<300).contains(answer.status)
        let aside = try await lay(answer, of: name, isTaken: isTaken, folders)
        folders.ledger.settled(name)
        if !content.isRead, let version = aside.version {
            _ = folders.ledger.cannotRead(aside.place, version, at: now())
        }
        note(answer, isTaken: isTaken, isRead: content.isRead, folders)
    }

    private func lay(
        _ answer: HTTPResponse, of name: ExchangeFolder.Name, isTaken: Bool, _ folders: PartnerFolders
    ) async throws(FolderError) -> (place: FolderLedger.Place, version: ExchangeFolder.Version?) {
        let isXML = answer.header("Content-Type")?.contains("xml") == true
        let ending = (isTaken ? ".receipt" : ".error") + (isXML ? ".xml" : ".json")
        // Another file of the same name lies beside the first, under a word of its own.
        let suffix = "." + TraceContext(bits: bits).parentID
        return try await offThread { () throws(FolderError) in
            try folders.answer(name, with: answer.body, ending: ending, isTaken: isTaken, suffix: suffix)
        }
    }

    // MARK: Telling

    private func note(_ answer: HTTPResponse, isTaken: Bool, isRead: Bool, _ folders: PartnerFolders) {
        metrics.increment(
            "gateway_exchange_files_total", help: "Files taken from exchange folders, by partner and outcome.",
            labels: [("partner", folders.partner), ("outcome", isTaken ? "receipt" : "error")])
        let fields: [(String, LogValue)] = [
            ("partner", .string(folders.partner)), ("status", LogValue(answer.status)),
        ]
        if isRead { log.info("exchange file answered", fields) } else { log.warning("exchange file not read", fields) }
    }

    private func wait(_ name: ExchangeFolder.Name, _ reason: String, _ folders: PartnerFolders) {
        guard folders.ledger.waits(name, reason) else { return }
        log.warning(
            "exchange file waits", [("partner", .string(folders.partner)), ("reason", .string(reason))])
    }

    private func warn(_ event: String, _ error: FolderError, _ folders: PartnerFolders) {
        log.warning(event, [("partner", .string(folders.partner)), ("error", .string(error.code))])
    }

    /// Without values: an error's own text may quote what it met.
    private static func word(_ error: any Error) -> String {
        switch error {
        case let error as FolderError: error.code
        case let error as StoreError: error.code
        default: "\(type(of: error))"
        }
    }
}

extension FolderIntake {
    private static let tooLarge = Problem(.tooLarge, zh: "文件超过大小上限。", en: "The file is over the limit.")
    private static let notAFile = Problem(
        .badRequest, zh: "不是普通文件（目录、链接、管道等），未读取，已移至错误目录。",
        en: "Not a regular file but a directory, a link, a pipe or the like: it was not read, and lies with the errors."
    )
    private static let unreadable = Problem(
        .badRequest, zh: "文件无法读取，已移至错误目录：请检查文件权限后重新放入。",
        en: "The file cannot be read and lies with the errors: check its permissions and put it in again.")
    private static let immovable = Problem(
        .badRequest, zh: "文件无法移动，未读取，仍在原处：请检查文件和目录的权限，或将其移走。",
        en:
            "The file cannot be moved; it was not read and is where it was: check its permissions and its folder's, or take it away."
    )
}

extension ExchangeFolder.Content {
    /// Whether something was learned of what is in it.
    fileprivate var isRead: Bool {
        switch self {
        case .bytes, .tooLarge, .changing, .gone: true
        case .notAFile, .unreadable: false
        }
    }
}
