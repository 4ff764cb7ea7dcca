import StrictJSON
import Vocabulary

/// The canonical legal-aid application: the one shape that every sender's message becomes (Canonical Data Model).
public struct LegalAidApplication: Sendable, Hashable, MaskedWhenPrinted {
    public var content: JSONObject

    public init(content: JSONObject) { self.content = content }

    public func value(_ path: String) -> JSONValue? { JSONValue.object(content).at(path) }
    /// Of a field that says nothing of a person: a code, a date, a number of the gateway's or of a court's.
    public func text(_ path: String) -> String? { value(path)?.string }
    /// Of any other: a name, a number, a telephone, an address, somebody's words.
    public func personal(_ path: String) -> Sensitive<String>? { value(path)?.string.map(Sensitive.init) }

    public var aidRoute: AidRoute? { text("aidRoute").flatMap(AidRoute.init(rawValue:)) }
    public var intakeKind: IntakeKind? { text("intakeKind").flatMap(IntakeKind.init(rawValue:)) }
    public var messageID: String? { text("source.messageId") }
    public var senderCode: String? { text("source.senderCode") }
    public var applyWill: String? { text("consent.applyWill") }
    public var name: Sensitive<String>? { personal("recipient.name") }
    public var idNumber: Sensitive<String>? { personal("recipient.idNumber") }
    public var birthDate: CalendarDate? { text("recipient.birthDate").flatMap { CalendarDate(iso: $0) } }

    /// Whether the person is held: in custody, serving a sentence or in compulsory rehabilitation. Bail and residential
    /// surveillance, at a designated place too, are no custody (刑事诉讼法 66–77).
    public var isInCustody: Bool {
        guard value("recipient.custody") != nil,
            ["inCustody", "servingSentence", "compulsoryRehab", nil].contains(text("recipient.custody.kind"))
        else { return false }
        return !["bail", "residentialSurveillance", "designatedResidence"].contains(text("criminal.coerciveMeasure"))
    }

    /// Sets a value at a dotted path, making the objects on the way.
    public mutating func set(_ path: String, _ value: JSONValue?) {
        var names: [String] = []
        var rest = path[...]
        while let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) {
            names.append(String(rest[..<dot]))
            rest = rest[rest.utf8.index(after: dot)...]
        }
        content.put(value, at: names + [String(rest)])
    }

    /// Whether the person is marked as belonging to a group.
    public func hasFlag(_ code: String) -> Bool {
        (value("groupFlags")?.array ?? []).contains { $0["code"]?.string == code }
    }
}

/// A canonical status: what a sender may be told about its referral.
public struct StatusEvent: Sendable, Hashable, MaskedWhenPrinted {
    public let content: JSONObject
    public let code: StatusCode

    public init?(content: JSONObject) {
        guard let code = content["code"]?.string.flatMap(StatusCode.init(rawValue:)) else { return nil }
        self.content = content
        self.code = code
    }

    /// Details that an institution may add to a status.
    public static let detailNames: Set<String> = [
        "missing", "due", "decision", "assignment", "transfer", "closure", "termination", "remark", "lead",
    ]

    /// The status as such a sender may see it; nothing where it must not be told (domain §3.6, §9.1).
    public func minimised(for audience: Audience) -> StatusEvent? {
        let detail = StatusVisibility.detail(of: code, for: audience)
        var seen = content
        switch detail {
        case .withheld: return nil
        // By what may be told, never by what may not: a new detail must not leak to an office that is not a judicial one.
        case .bare: seen = Self.only(Self.bareNames, of: content)
        case .classOnly:
            seen = Self.only(Self.bareNames, of: content)
            seen["decision"] = content["decision"].map { .compact([("reasonCode", $0["reasonCode"])]) }
        case .lawyerOnly:
            seen["assignment"] = content["assignment"].map {
                .compact([("unit", $0["unit"]), ("lawyer", $0["lawyer"])])
            }
        case .full: break
        }
        return StatusEvent(content: seen)
    }

    /// Status, centre and phone, what the sender itself must supply, and its own references.
    private static let bareNames: Set<String> = [
        "schemaVersion", "eventId", "applicationNo", "referralId", "messageId", "senderCode", "senderName",
        "senderCaseRef", "code", "name", "at", "institution", "missing", "due", "lead",
    ]

    private static func only(_ names: Set<String>, of content: JSONObject) -> JSONObject {
        JSONObject(content.members.filter { names.contains($0.name) })
    }
}

/// Who may know what: the table of domain §3.6.
public enum StatusVisibility {
    /// How much of a status a sender is told.
    public enum Detail: String, Sendable, CaseIterable {
        case withheld
        /// Code, institution and phone only.
        case bare
        /// Of a decision only its class.
        case classOnly
        case lawyerOnly
        case full
    }

    public static func detail(of code: StatusCode, for audience: Audience) -> Detail {
        let isSocial = audience == .civilAffairs || audience == .community
        switch code {
        case .ackReceived, .ackRejected, .signedIn, .accepted, .supplementRequested, .granted, .withdrawn,
            .deemedWithdrawn, .transferred:
            return isSocial ? .bare : .full
        case .provisionallyAccepted:
            return audience == .court || audience == .police ? .withheld : isSocial ? .bare : .full
        case .refused: return isSocial ? .classOnly : .full
        case .leadRegistered:
            return [.court, .police, .labour].contains(audience) ? .withheld : isSocial ? .bare : .full
        case .advanceAid, .replaced: return isSocial ? .withheld : .full
        case .assigned: return isSocial ? .bare : audience == .labour ? .lawyerOnly : .full
        case .inProgress: return audience == .civilAffairs ? .bare : audience == .station ? .full : .withheld
        case .terminated: return isSocial ? .bare : .full
        case .closed:
            return [.court, .police, .labour].contains(audience) ? .withheld : isSocial ? .bare : .full
        case .objectionResult: return [.court, .procuratorate, .station].contains(audience) ? .full : .withheld
        case .dutyLawyerArranged, .helpGiven:
            return [.court, .procuratorate, .police].contains(audience) ? .full : .withheld
        }
    }
}
