import Canonical
import StrictJSON

/// A fact that the institution will want, with its basis: never a decision.
public struct Hint: Sendable, Hashable {
    public enum Outcome: String, Sendable, CaseIterable { case indicated, insufficientData }

    public let rule: String
    public let outcome: Outcome
    public let basis: String

    public var json: JSONValue {
        ["rule": .string(rule), "outcome": .string(outcome.rawValue), "basis": .string(basis)]
    }
}

/// A time limit that runs on an application.
public struct Clock: Sendable, Hashable {
    public let id: String
    public let dueAt: Timestamp
    /// The end before it was moved to a working day: the better day to be ready by.
    public let targetAt: Timestamp
    public let bound: String
    public let basis: String
    /// The end lies in a year whose holidays are not yet known.
    public let isProvisional: Bool
    /// For clocks that count back from a date: whether the message came in time.
    public let isMet: Bool?

    public var json: JSONValue {
        .compact([
            ("id", .string(id)), ("dueAt", .string(dueAt.rfc3339)),
            ("targetAt", targetAt == dueAt ? nil : .string(targetAt.rfc3339)), ("bound", .string(bound)),
            ("basis", .string(basis)), ("provisional", isProvisional ? true : nil), ("met", isMet.map(JSONValue.bool)),
        ])
    }
}

/// What triage made of an application.
public struct Assessment: Sendable {
    public enum Target: Sendable, Hashable {
        case queue(String, rule: String)
        /// No rule, or more than one institution, fits: a person chooses.
        case unroutable(String)
    }

    /// With target, scope, hints, missing papers and urgency added.
    public let application: LegalAidApplication
    public let target: Target
    public let hints: [Hint]
    public let clocks: [Clock]
    public let missing: [JSONValue]
    /// Higher goes first.
    public let priority: Int

    /// When the institution must have acted at the latest.
    public var dueAt: Timestamp? { clocks.filter { $0.bound == "institution" }.map(\.dueAt).min() }
}
