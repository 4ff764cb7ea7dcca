import Foundation
import Messaging
import Observability
import Synchronization
import Vocabulary

/// What every part of the gateway is built with; clock and randomness come from here alone.
struct Surroundings: Sendable {
    let configuration: Configuration
    let registry: Registry
    private let current: CurrentCredentials
    let now: @Sendable () -> Instant = { Instant(Date()) }
    /// 64 fresh random bits a call.
    let bits: @Sendable () -> UInt64
    let identifiers: IdentifierSource
    let log: Log
    let metrics = Metrics()

    /// Those in force now.
    var credentials: Credentials { current.value }
    func adopt(_ credentials: Credentials) { current.replace(with: credentials) }

    init(_ configuration: Configuration, log: Log) {
        self.configuration = configuration
        registry = configuration.registry
        current = CurrentCredentials(configuration.credentials)
        let bits: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
        self.bits = bits
        identifiers = IdentifierSource(random: bits)
        self.log = log
    }
}

/// The credentials in force, which a reload replaces.
private final class CurrentCredentials: Sendable {
    private let kept: Mutex<Credentials>

    init(_ credentials: Credentials) { kept = Mutex(credentials) }

    var value: Credentials { kept.withLock { $0 } }
    func replace(with credentials: Credentials) { kept.withLock { $0 = credentials } }
}
