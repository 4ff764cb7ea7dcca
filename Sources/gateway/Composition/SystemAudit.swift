import Messaging
import Observability
import Operations
import StrictJSON
import Transport
import Vocabulary

/// Writes into the audit trail what is done to the gateway itself: its starts and stops, its settings and keys, reloads.
/// A row that cannot be written now, since the device is full, is written when it can be.
actor SystemAudit {
    private let store: any AuditStore
    private let now: @Sendable () -> Instant
    private let log: Log
    private var waiting: [AuditAct] = []
    private var isWriting = false

    init(store: any AuditStore, now: @escaping @Sendable () -> Instant, log: Log) {
        self.store = store
        self.now = now
        self.log = log
    }

    /// - Parameters:
    ///   - rules: the digest of rules, calendars and institutions.
    ///   - key: the identity key.
    func started(_ configuration: Configuration, rules: String?, key: KeyedHash) async {
        await noteFiles(of: configuration, key)
        await write(.start, on: "gateway", Self.detail(configuration, rules: rules))
    }

    /// A row with the digests of settings, credentials and keys, where any differs from the last one.
    private func noteFiles(of configuration: Configuration, _ key: KeyedHash) async {
        let files = ConfigurationDigests.files(of: configuration, key: key).text()
        do {
            if try await store.lastAuditEntry(of: .changeConfiguration)?.detail != files {
                await write(.changeConfiguration, on: "configuration", files)
            }
        } catch {
            log.warning("the settings were not compared with those before", [("error", .string(error.code))])
        }
    }

    /// - Parameters:
    ///   - changes: what has changed, by names and fingerprints.
    ///   - actor: who has asked for it: an operator, or `SIGHUP`.
    ///   - reason: why, where a person has said so.
    func reloaded(
        _ configuration: Configuration, rules: String?, changes: [LocalizedText], key: KeyedHash, by actor: String,
        because reason: String?
    ) async {
        await noteFiles(of: configuration, key)
        await write(
            .reload, on: "gateway",
            Self.detail(configuration, rules: rules, changes: changes, by: actor, because: reason))
    }

    func refusedReload(mistakes: Int, by actor: String, because reason: String?) async {
        await write(
            .reloadRefused, on: "gateway",
            "mistakes: \(mistakes), by: \(actor)\(reason.map { ", reason: \($0)" } ?? "")")
    }

    func stopped() async { await write(.stop, on: "gateway", Release.version) }

    /// Writes what could not be written before.
    func flush() async throws(StoreError) {
        // One at a time, in their order: whoever comes meanwhile leaves its row to the one that writes.
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while let act = waiting.first {
            try await store.record(act)
            waiting.removeFirst()
        }
    }

    private func write(_ action: AuditAction, on subject: String, _ detail: String) async {
        waiting.append(AuditAct(system: action, on: subject, detail: detail, at: now()))
        do throws(StoreError) {
            try await flush()
        } catch {
            log.error("an audit row waits to be written", [("error", .string(error.code))])
        }
    }

    /// Changes that one row names; of more their number is told.
    private static let named = 50

    private static func detail(
        _ configuration: Configuration, rules: String?, changes: [LocalizedText] = [], by actor: String? = nil,
        because reason: String? = nil
    ) -> String {
        let named = changes.prefix(named).map(\.en) + (changes.count > named ? ["\(changes.count - named) more"] : [])
        return JSONValue.compact([
            ("version", .string(Release.version)),
            ("mappings", .string(ConfigurationDigests.folder(configuration.mappings))), ("rules", .text(rules)),
            ("changes", named.isEmpty ? nil : .array(named.map(JSONValue.string))), ("by", .text(actor)),
            ("reason", .text(reason)),
        ]).text()
    }
}
