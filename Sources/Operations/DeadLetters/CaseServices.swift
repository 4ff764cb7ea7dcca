import Canonical
import Messaging
import Observability
import StrictJSON
import Transport
import Triage
import Vocabulary

/// What the desk needs of other rooms, handed in since their doors are not this room's.
public struct CaseServices: Sendable {
    /// Takes a message's bytes through the front door's walk again and answers with the receipt or the problem.
    public var replay:
        @Sendable (_ bytes: [UInt8], _ deadLetter: DeadLetterDetail, _ old: SupersededDeadLetter)
            async throws -> JSONValue
    /// Asks the routing rules again about an application: the queue that they name now, or in words why they name none.
    public var route: @Sendable (_ applicationNo: String) async throws -> RouteAnswer = { _ in .none(why: "") }
    /// Puts an application on file before the rules once more; nothing where there is none.
    public var reassess: @Sendable (_ applicationNo: String) async throws -> Reassessment? = { _ in nil }
    /// Lets a message that waited in vain look again for the referral that it is about, and wait anew where there is none.
    public var retryMatch:
        @Sendable (_ id: String, _ version: DeadLetterVersion, _ act: AuditAct) async throws -> DeadLetterActResult =
            { _, _, _ in .notFound }
    /// The same walk without storing anything, as `POST /v1/translate` answers it.
    public var dryRun: @Sendable (_ bytes: [UInt8], _ deadLetter: DeadLetterDetail) throws -> JSONValue
    /// The word that a message was discarded, in the sender's own format; nothing where it must not or cannot be told.
    public var rejection: @Sendable (_ deadLetter: DeadLetterDetail, _ reason: String) throws -> Envelope?
    /// A document's text and the name of its encoding.
    public var decode: @Sendable (_ bytes: [UInt8]) -> (utf8: [UInt8], encoding: String)?
    /// Text in an encoding of that name.
    public var encode: @Sendable (_ text: String, _ encoding: String) -> [UInt8]?
    /// A code's Chinese name in a code list.
    public var codeName: @Sendable (_ list: String, _ code: String) -> String? = { _, _ in nil }
    /// How the clocks that were due in a time came out, for the monthly report.
    public var onTime: @Sendable (_ from: Instant, _ to: Instant) async throws -> [OnTimeFigures] = { _, _ in [] }
    /// The days that are worked.
    public var calendar: @Sendable () -> WorkingCalendar = { WorkingCalendar(years: [:]) }

    /// How the clocks that run now stand.
    public var clocks: @Sendable () async throws -> [ClockFigures] = { [] }
    /// What reading the store through has found so far.
    public var store: @Sendable () -> StoreCondition = { .sound }
    /// The endpoints of this node.
    public var connections: @Sendable () -> [EndpointReport] = { [] }
    /// Certificates and keys by name, with their last moment.
    public var expiries: @Sendable () -> [(name: String, at: Instant)] = { [] }

    public init(
        replay: @escaping @Sendable ([UInt8], DeadLetterDetail, SupersededDeadLetter) async throws -> JSONValue,
        dryRun: @escaping @Sendable ([UInt8], DeadLetterDetail) throws -> JSONValue,
        rejection: @escaping @Sendable (DeadLetterDetail, String) throws -> Envelope?,
        decode: @escaping @Sendable ([UInt8]) -> (utf8: [UInt8], encoding: String)?,
        encode: @escaping @Sendable (String, String) -> [UInt8]?
    ) {
        self.replay = replay
        self.dryRun = dryRun
        self.rejection = rejection
        self.decode = decode
        self.encode = encode
    }
}
