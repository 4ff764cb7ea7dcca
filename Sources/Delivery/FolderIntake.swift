import Messaging
import Observability
import StrictJSON
import Transport

/// Empties the partners' exchange folders (前置机) into the front door.
///
/// For each file: read → front door's commit → answer beside the statuses → move to the archive. Whatever step a crash
/// comes after, the file is read again, the front door knows it again and gives the same answer: nothing is lost and
/// nothing is taken twice.
public struct FolderIntake: Sendable {
    public struct Settings: Sendable {
        /// How long to rest between looks.
        public var poll: Duration = .seconds(5)
        public var maxBytes = 50 << 20

        public init() {}
    }

    private let partners: [(id: String, folders: ExchangeFolders)]
    private let settings: Settings
    private let intake: any FileSubmission
    private let bits: @Sendable () -> UInt64
    private let log: Log
    private let metrics: Metrics

    public init(
        registry: Registry, settings: Settings, bits: @escaping @Sendable () -> UInt64,
        intake: any FileSubmission, log: Log, metrics: Metrics
    ) {
        partners = registry.partners.values.compactMap { partner in partner.exchange.map { (partner.id, $0) } }
        self.settings = settings
        self.bits = bits
        self.intake = intake
        self.log = log
        self.metrics = metrics
    }

    /// Looks until the task is cancelled; the file under way then is finished first. Partners do not wait for each other.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for partner in partners {
                group.addTask {
                    while !Task.isCancelled {
                        await round(of: partner.id, partner.folders)
                        try? await Task.sleep(for: settings.poll)
                    }
                }
            }
        }
    }

    /// Takes what is complete now.
    func round(of partner: String, _ folders: ExchangeFolders) async {
        let inbox = ExchangeFolder(path: folders.inbox)
        do {
            _ = try await inbox.exclusively {
                let names = try await offThread { () throws(FolderError) in
                    try inbox.completeFiles(marker: folders.marker)
                }
                for name in names where !Task.isCancelled {
                    try await TraceContext.$current.withValue(TraceContext(bits: bits)) {
                        try await take(name, from: inbox, folders, partner)
                    }
                }
            }
        } catch {
            log.error(
                "exchange folder interrupted", [("partner", .string(partner)), ("error", .string(Self.word(error)))])
        }
    }

    private func take(
        _ name: ExchangeFolder.Name, from inbox: ExchangeFolder, _ folders: ExchangeFolders, _ partner: String
    ) async throws {
        let content = try await offThread { () throws(FolderError) in
            try inbox.read(name, maxBytes: settings.maxBytes)
        }
        let answer: HTTPResponse
        switch content {
        case .gone: return
        case .tooLarge:
            answer = Problem(.tooLarge, zh: "文件超过大小上限。", en: "The file is over the limit.").response(to: nil)
        case .notAFile:
            answer = Problem(.badRequest, zh: "不是普通文件，未读取。", en: "Not a regular file; it was not read.")
                .response(to: nil)
        case .bytes(let bytes): answer = try await intake.handIn(bytes, partnerID: partner)
        }
        guard answer.status < 500 else {
            // Nothing was taken: the file waits where it is.
            log.warning("exchange file waits", [("partner", .string(partner)), ("status", JSONValue(answer.status))])
            return
        }
        let isTaken = (200..<300).contains(answer.status)
        try await file(answer, to: name, isTaken: isTaken, from: inbox, folders)
        metrics.increment(
            "gateway_exchange_files_total", help: "Files taken from exchange folders, by partner and outcome.",
            labels: [("partner", partner), ("outcome", isTaken ? "receipt" : "error")])
        log.info(
            "exchange file answered", [("partner", .string(partner)), ("status", JSONValue(answer.status))])
    }

    private func file(
        _ answer: HTTPResponse, to name: ExchangeFolder.Name, isTaken: Bool, from inbox: ExchangeFolder,
        _ folders: ExchangeFolders
    ) async throws(FolderError) {
        let isXML = answer.header("Content-Type")?.contains("xml") == true
        let answerName = name.adding((isTaken ? ".receipt" : ".error") + (isXML ? ".xml" : ".json"))
        let target = ExchangeFolder(path: isTaken ? folders.archive : folders.errors)
        // Another file of the same name lies beside the first, under a word of its own.
        let suffix = "." + TraceContext(bits: bits).parentID
        try await offThread { () throws(FolderError) in
            try ExchangeFolder(path: folders.outbox).write(answer.body, to: answerName, marker: folders.marker)
            try inbox.move(name, to: target, suffix: suffix)
            if let marker = folders.marker { try inbox.remove(name.adding(marker)) }
        }
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
