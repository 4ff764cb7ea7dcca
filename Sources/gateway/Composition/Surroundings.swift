import Foundation
import Messaging
import Observability
import Synchronization
import Vocabulary

/// What every part of the gateway is built with; clock and randomness come from here alone.
struct Surroundings: Sendable {
    let registry: Registry
    private let current: CurrentConfiguration
    let now: @Sendable () -> Instant = { Instant(Date()) }
    /// 64 fresh random bits a call.
    let bits: @Sendable () -> UInt64
    let identifiers: IdentifierSource
    let log: Log
    let metrics = Metrics()

    /// As the files said at the start, or at the last reload: whoever takes a setting out of it once stays with that.
    var configuration: Configuration { current.read { $0 } }
    /// Those in force now.
    var credentials: Credentials { current.read(\.credentials) }

    /// From the next question on these are in force.
    func adopt(_ configuration: Configuration) {
        current.replace(with: configuration)
        registry.adopt(configuration.registry)
    }

    init(_ configuration: Configuration, log: Log) {
        registry = configuration.registry
        current = CurrentConfiguration(configuration)
        let bits: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
        self.bits = bits
        identifiers = IdentifierSource(random: bits)
        self.log = log
    }
}

/// The settings in force, which a reload replaces.
private final class CurrentConfiguration: Sendable {
    private let kept: Mutex<Configuration>

    init(_ configuration: Configuration) { kept = Mutex(configuration) }

    func read<Part: Sendable>(_ part: (Configuration) -> Part) -> Part { kept.withLock { part($0) } }
    func replace(with configuration: Configuration) { kept.withLock { $0 = configuration } }
}
