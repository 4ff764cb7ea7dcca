import Foundation
import Messaging
import Observability
import Vocabulary

/// What every part of the gateway is built with; clock and randomness come from here alone.
struct Surroundings: Sendable {
    let configuration: Configuration
    let registry: Registry
    let now: @Sendable () -> Instant = { Instant(Date()) }
    /// 64 fresh random bits a call.
    let bits: @Sendable () -> UInt64
    let identifiers: IdentifierSource
    let log: Log
    let metrics = Metrics()

    init(_ configuration: Configuration, log: Log) {
        self.configuration = configuration
        registry = configuration.registry
        let bits: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
        self.bits = bits
        identifiers = IdentifierSource(random: bits)
        self.log = log
    }
}
