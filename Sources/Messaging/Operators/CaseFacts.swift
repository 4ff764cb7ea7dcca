import StrictJSON
import Vocabulary

/// What the bulletin counts of an application, in codes and without the person. Applications that are alike in all of it
/// are counted together.
public struct CaseFacts: Sendable, Hashable {
    public var partner: String
    public var sender: String?
    public var kind: String?
    public var route: String?
    public var matter: String?
    /// Items of the law (法定事项) that the sender states, those that only a rule suggests, and special groups; each once,
    /// in order.
    public var items: [String]
    public var suggestedItems: [String]
    public var groups: [String]
    public var measures: [PolicyMeasure]
    public var institution: String?
    public var state: CaseState?
    /// Whether the first sign-in came within a working day; nothing before it.
    public var signedInTimely: Bool?

    /// What the application itself says.
    ///
    /// - Parameter content: canonical.
    public init(of application: JSONObject, partner: String, institution: String?, state: CaseState?) {
        let content = JSONValue.object(application)
        self.partner = partner
        sender = content.at("source.senderType")?.string
        kind = content["intakeKind"]?.string
        route = content["aidRoute"]?.string
        matter = content.at("matter.caseDomain")?.string
        func codes(_ path: String) -> Set<String> { Set((content.at(path)?.array ?? []).compactMap(\.string)) }
        let suggested = codes("matter.scopeItemsDerived")
        items = codes("matter.scopeItems").subtracting(suggested).sorted()
        suggestedItems = suggested.sorted()
        groups = Set((content["groupFlags"]?.array ?? []).compactMap { $0["code"]?.string }).sorted()
        measures = []
        self.institution = institution
        self.state = state
        if route == AidRoute.byNotification.rawValue, content.at("proceeding.stage")?.string == "prosecutionReview" {
            note(.reviewStageDefence)
        }
        if content.at("matter.supportProsecution") != nil { note(.civilSupport) }
        if matter == "labourArbitration" { note(.labour) }
    }

    public mutating func note(_ measure: PolicyMeasure) {
        let noted = Set(measures + [measure])
        measures = PolicyMeasure.allCases.filter(noted.contains)
    }

    /// What a status says of the case for good.
    public mutating func note(told code: StatusCode) {
        if let measure = Self.ofHistory[code] { note(measure) }
    }

    /// Takes over what happened to the case: no reading of the application tells it.
    public mutating func keepHistory(of former: CaseFacts) {
        for measure in Self.ofHistory.values where former.measures.contains(measure) { note(measure) }
        signedInTimely = former.signedInTimely
    }

    private static let ofHistory: [StatusCode: PolicyMeasure] = [
        .provisionallyAccepted: .provisionallyAccepted, .advanceAid: .advanceAid, .transferred: .transferred,
    ]
}

extension CaseFacts {
    /// As a column keeps it: the same facts give the same text.
    public var stored: String {
        JSONValue.compact([
            ("partner", .string(partner)), ("sender", .text(sender)), ("kind", .text(kind)), ("route", .text(route)),
            ("matter", .text(matter)), ("items", Self.list(items)),
            ("suggestedItems", Self.list(suggestedItems)), ("groups", Self.list(groups)),
            ("measures", Self.list(measures.map(\.rawValue))), ("institution", .text(institution)),
            ("state", .text(state?.rawValue)), ("signedInTimely", signedInTimely.map(JSONValue.bool)),
        ]).text()
    }

    private static func list(_ words: [String]) -> JSONValue? {
        words.isEmpty ? nil : .array(words.map(JSONValue.string))
    }

    /// - Throws: `StoreError.corrupt` where the text is no such facts.
    public init(stored text: String) throws(StoreError) {
        let json = try JSONValue(stored: Array(text.utf8), "the facts of an application")
        func words(_ name: String) -> [String] { (json[name]?.array ?? []).compactMap(\.string) }
        let measures = words("measures").compactMap(PolicyMeasure.init(rawValue:))
        let state = json["state"]?.string
        guard let partner = json["partner"]?.string, measures.count == words("measures").count,
            state == nil || state.flatMap(CaseState.init(rawValue:)) != nil
        else { throw .corrupt("the facts of an application are none") }
        self.partner = partner
        (sender, kind, route) = (json["sender"]?.string, json["kind"]?.string, json["route"]?.string)
        (matter, institution) = (json["matter"]?.string, json["institution"]?.string)
        (items, suggestedItems) = (words("items"), words("suggestedItems"))
        (groups, self.measures) = (words("groups"), measures)
        self.state = state.flatMap(CaseState.init(rawValue:))
        signedInTimely = json["signedInTimely"]?.bool
    }
}
