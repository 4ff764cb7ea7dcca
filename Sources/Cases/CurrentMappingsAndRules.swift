import Synchronization
import Translation
import Triage

/// The mappings and rules that are in force at this moment; a reload puts others in their place.
public final class CurrentMappingsAndRules: Sendable {
    private let current: Mutex<MappingsAndRules>

    public init(_ inForce: MappingsAndRules) { current = Mutex(inForce) }

    public var inForce: MappingsAndRules { current.withLock { $0 } }
    public var translator: Translator { inForce.translator }
    public var triage: Triage { inForce.triage }

    /// Puts other mappings and rules in force, both at once, for messages to come.
    public func replace(with other: MappingsAndRules) { current.withLock { $0 = other } }

    /// Those of this moment, whatever is put in force later.
    public func pinned() -> CurrentMappingsAndRules { CurrentMappingsAndRules(inForce) }
}
