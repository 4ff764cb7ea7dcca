import Foundation
import StrictJSON
import Synchronization

/// What the people outside were told and what reached them, against which the gateway is held in the end.
final class TortureLedger: Sendable {
    private struct State {
        /// Message ids that were acknowledged, with the application that the receipt names.
        var acknowledged: [String: String] = [:]
        var invalid: Set<String> = []
        var inFolder: Set<String> = []
        /// Envelopes whose acknowledgement the gateway confirmed.
        var signedIn: Set<String> = []
        var leased: [String: Int] = [:]
        /// Keys of statuses as they came first, by application.
        var told: [String: [String]] = [:]
        var pushes = 0
        var alerts: [String: Set<String>] = [:]
        var violations: [String] = []
        var unanswered = 0
    }

    private let state = Mutex(State())

    // MARK: Written by those outside

    func acknowledge(_ id: String, _ application: String) {
        state.withLock { state in
            if let known = state.acknowledged[id], known != application {
                state.violations.append("\(id) was answered as \(known) and as \(application)")
            }
            state.acknowledged[id] = application
        }
    }

    func keptAsInvalid(_ id: String) { state.withLock { _ = $0.invalid.insert(id) } }
    func layInFolder(_ id: String) { state.withLock { _ = $0.inFolder.insert(id) } }
    func wentUnanswered() { state.withLock { $0.unanswered += 1 } }

    func lease(_ envelope: String) {
        state.withLock { state in
            state.leased[envelope, default: 0] += 1
            if state.signedIn.contains(envelope) {
                state.violations.append("\(envelope) was leased again after it was signed in")
            }
        }
    }

    func signIn(_ envelope: String) { state.withLock { _ = $0.signedIn.insert(envelope) } }

    /// - Parameter key: of the status; keys only grow.
    func push(_ key: String, of application: String) {
        state.withLock { state in
            state.pushes += 1
            let known = state.told[application] ?? []
            guard !known.contains(key) else { return }
            if let last = known.last, last > key {
                state.violations.append("\(application): \(key) was told after \(last)")
            }
            state.told[application, default: []].append(key)
        }
    }

    /// - Parameters:
    ///   - alert: what began or ended, and when.
    ///   - id: of the message about it.
    func ring(_ alert: String, id: String) {
        state.withLock { state in
            state.alerts[alert, default: []].insert(id)
            if state.alerts[alert]?.count == 2 { state.violations.append("told twice: \(alert)") }
        }
    }

    func violate(_ words: String) { state.withLock { $0.violations.append(words) } }

    // MARK: Read in the end

    var acknowledged: [String: String] { state.withLock { $0.acknowledged } }
    var invalid: Set<String> { state.withLock { $0.invalid } }
    var inFolder: Set<String> { state.withLock { $0.inFolder } }
    var leased: Set<String> { state.withLock { Set($0.leased.keys) } }
    var signedIn: Set<String> { state.withLock { $0.signedIn } }
    var violations: [String] { state.withLock { $0.violations } }
    func told(_ application: String) -> Int { state.withLock { $0.told[application]?.count ?? 0 } }

    var figures: String {
        state.withLock { state in
            """
            \(state.acknowledged.count) acknowledged, \(state.invalid.count) kept as invalid, \
            \(state.inFolder.count) files, \(state.unanswered) calls unanswered, \
            \(state.leased.values.reduce(0, +)) leases of \(state.leased.count) envelopes, \(state.signedIn.count) signed in, \
            \(state.pushes) pushes of \(state.told.values.reduce(0) { $0 + $1.count }) statuses, \
            \(state.alerts.count) alerts
            """
        }
    }
}

/// Chances that one seed decides (SplitMix64, Steele et al. 2014).
struct SeededChances: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func percent() -> Int { Int.random(in: 0..<100, using: &self) }
}
