import Messaging
import StrictJSON

/// How one kind of clock came out among those that were due in a time.
public struct OnTimeFigures: Sendable, Hashable {
    /// The clock's name, such as `CLK-05`.
    public let clock: String
    public var title: String
    /// The article that sets the limit.
    public var basis: String
    /// Stopped before its end by the act that the law asks for.
    public var met = 0
    /// Stopped after its end, or over with its case after it.
    public var late = 0
    /// Runs still, past its end.
    public var open = 0
    /// Over before its end without the act that was owed: what was withdrawn needs no decision. Neither kept nor missed.
    public var ended = 0

    public init(clock: String, title: String, basis: String) {
        self.clock = clock
        self.title = title
        self.basis = basis
    }

    /// Met among all that were put to the test; nothing where there were none.
    public var share: Double? {
        let all = met + late + open
        return all == 0 ? nil : Double(met) / Double(all)
    }

    mutating func count(_ standing: ClockStanding, _ number: Int) {
        switch standing {
        case .met: met += number
        case .late: late += number
        case .running: open += number
        case .ended: ended += number
        case .paused, .untested: break
        }
    }

    var json: JSONValue {
        [
            "clock": .string(clock), "title": .string(title), "basis": .string(basis), "met": JSONValue(met),
            "late": JSONValue(late), "open": JSONValue(open), "ended": JSONValue(ended),
            "share": share.map { JSONValue($0) } ?? .null,
        ]
    }
}
