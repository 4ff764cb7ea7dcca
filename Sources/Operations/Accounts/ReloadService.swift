import Messaging
import StrictJSON
import Synchronization
import Transport
import Vocabulary

/// Puts changed mappings, rules and credentials in force while the gateway runs, at an administrator's word.
public final class ReloadService: Sendable {
    /// What a reload has done.
    public struct Outcome: Sendable {
        /// What has changed, a line each.
        public var changes: [String]
        /// The limits that moved by it, the newest first.
        public var moved: [MovedLimit]
        /// Whether these are all: a large store takes longer than anybody waits for an answer.
        public var isWhole: Bool

        public init(changes: [String], moved: [MovedLimit] = [], isWhole: Bool = true) {
            self.changes = changes
            self.moved = moved
            self.isWhole = isWhole
        }
    }

    public typealias Reload = @Sendable (_ actor: String) async throws(ConfigurationError) -> Outcome

    private let reload = Mutex<Reload?>(nil)
    /// Mistakes that are told at most.
    private static let told = 20

    public init() {}

    /// Whoever is built last says how.
    public func set(_ reload: @escaping Reload) { self.reload.withLock { $0 = reload } }

    var routes: [Route] {
        [
            Route("POST", "/v1/reload", may: .administer) { [self] _, visit in
                guard let reload = reload.withLock({ $0 }) else {
                    throw Problem(.overloaded, zh: "网关正在启动，请稍后再试。", en: "The gateway is starting; try again.")
                }
                let actor = try visit.caller().id
                do throws(ConfigurationError) {
                    return .json(Self.json(try await reload(actor)))
                } catch {
                    throw Self.refused(error)
                }
            }
        ]
    }

    private static func json(_ outcome: Outcome) -> JSONValue {
        .compact([
            ("changes", .array(outcome.changes.map(JSONValue.string))),
            ("moved", .array(outcome.moved.map(\.listed))), ("more", outcome.isWhole ? nil : true),
        ])
    }

    private static func refused(_ error: ConfigurationError) -> Problem {
        let lines = error.complaints.prefix(told).map(\.description).joined(separator: "\n")
        return Problem(
            .wrongState, zh: "配置有 \(error.complaints.count) 处错误，原有设置继续有效：\n\(lines)",
            en: "\(error.complaints.count) mistakes; what was in force stays:\n\(lines)")
    }
}
