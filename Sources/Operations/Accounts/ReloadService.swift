import Messaging
import StrictJSON
import Synchronization
import Transport
import Vocabulary

/// Puts changed settings, mappings, rules and credentials in force while the gateway runs, at an administrator's word or at
/// a signal. One at a time; a refused one rings until another succeeds.
public final class ReloadService: Sendable {
    /// What a reload has done.
    public struct Outcome: Sendable {
        /// What has changed, a line each.
        public var changes: [LocalizedText]
        /// The limits that moved by it, the newest first.
        public var moved: [MovedLimit]
        /// Whether these are all: a large store takes longer than anybody waits for an answer.
        public var isWhole: Bool

        public init(changes: [LocalizedText], moved: [MovedLimit] = [], isWhole: Bool = true) {
            self.changes = changes
            self.moved = moved
            self.isWhole = isWhole
        }
    }

    /// What a reload would change; nothing is put in force.
    public typealias Check = @Sendable () async throws(ConfigurationError) -> [LocalizedText]
    public typealias Reload = @Sendable (_ actor: String, _ reason: String?) async throws(ConfigurationError) -> Outcome

    /// The last reload, which was refused.
    public struct Refusal: Sendable {
        public let at: Instant
        public let mistakes: Int

        var text: LocalizedText {
            LocalizedText(
                zh: "\(at.rfc3339) 的重新加载因 \(mistakes) 处错误被拒绝，原有设置继续有效；运行 gateway check 查看并改正。",
                en:
                    "The reload of \(at.rfc3339) was refused for \(mistakes) mistakes; what was in force stays. gateway check tells them."
            )
        }
    }

    private struct Hands {
        let reload: Reload
        let check: Check
        let ring: @Sendable () async -> Void
    }

    private let hands = Mutex<Hands?>(nil)
    private let refused = Mutex<Refusal?>(nil)
    private let turnstile = Turnstile(places: 8, perSource: 8)
    private let now: @Sendable () -> Instant
    /// Mistakes that are told at most.
    private static let told = 20

    public init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// Whoever is built last says how.
    ///
    /// - Parameter ring: looks for alerts.
    public func set(
        _ reload: @escaping Reload, check: @escaping Check, ring: @escaping @Sendable () async -> Void
    ) {
        hands.withLock { $0 = Hands(reload: reload, check: check, ring: ring) }
    }

    /// Nothing where the last one succeeded, or there was none.
    public var refusal: Refusal? { refused.withLock { $0 } }

    /// - Parameters:
    ///   - actor: who has asked for it: an operator, or a signal's name.
    ///   - reason: why, where a person has said so; it goes into the audit trail.
    /// - Throws: `ConfigurationError` with every mistake, `Problem` where too many ask at once.
    public func run(by actor: String, because reason: String? = nil) async throws -> Outcome {
        let hands = try way()
        return try await turnstile.pass(from: "reload") { [self] in
            do throws(ConfigurationError) {
                let outcome = try await hands.reload(actor, reason)
                if refused.withLock({ $0.take() }) != nil { await hands.ring() }
                return outcome
            } catch {
                let refusal = Refusal(at: now(), mistakes: error.complaints.count)
                refused.withLock { $0 = refusal }
                await hands.ring()
                throw error
            }
        }
    }

    /// What a reload would change.
    ///
    /// - Throws: `ConfigurationError` with every mistake, `Problem` where too many ask at once.
    public func check() async throws -> [LocalizedText] {
        let hands = try way()
        return try await turnstile.pass(from: "reload") { try await hands.check() }
    }

    private func way() throws(Problem) -> Hands {
        guard let hands = hands.withLock({ $0 }) else {
            throw Problem(.overloaded, zh: "网关正在启动，请稍后再试。", en: "The gateway is starting; try again.")
        }
        return hands
    }

    var routes: [Route] {
        [
            Route("POST", "/v1/reload", may: .administer) { [self] request, visit in
                let actor = try visit.caller().id
                do {
                    return .json(Self.json(try await run(by: actor), in: request.language))
                } catch let error as ConfigurationError {
                    throw Self.problem(error)
                }
            }
        ]
    }

    private static func json(_ outcome: Outcome, in language: String?) -> JSONValue {
        .compact([
            ("changes", .array(outcome.changes.map { .string($0.text(for: language)) })),
            ("moved", .array(outcome.moved.map(\.listed))), ("more", outcome.isWhole ? nil : true),
        ])
    }

    private static func problem(_ error: ConfigurationError) -> Problem {
        let lines = error.complaints.prefix(told).map(\.description).joined(separator: "\n")
        return Problem(
            .wrongState, zh: "配置有 \(error.complaints.count) 处错误，原有设置继续有效：\n\(lines)",
            en: "\(error.complaints.count) mistakes; what was in force stays:\n\(lines)")
    }
}
