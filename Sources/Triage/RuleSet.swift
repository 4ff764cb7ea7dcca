import Canonical
import Documents
import Vocabulary

/// The days on which a rule or a term holds; it applies by the day of receipt.
struct Validity: Sendable, Hashable {
    var from: CalendarDate?
    /// The last day.
    var to: CalendarDate?

    func holds(on day: CalendarDate) -> Bool {
        from.map { $0 <= day } ?? true && to.map { day <= $0 } ?? true
    }
}

/// What every rule has.
struct RuleHead: Sendable, Hashable {
    let id: String
    let title: String
    let basis: String
    let version: Int
    let validity: Validity
    let line: Int
}

/// Where an application goes.
struct RouteRule: Sendable {
    enum Key: String, Sendable, CaseIterable { case court, caseNumber, division, place, town, institution }

    let head: RuleHead
    let when: Expression?
    let key: Key
    let value: Expression
    /// When it applies and gives nothing, no later rule is asked.
    let isFinal: Bool
}

/// What an institution will want to know.
///
/// A class: every one is asked of every application, and most say nothing.
final class Precheck: Sendable {
    let head: RuleHead
    let when: Expression
    let unsure: Expression?
    let conflict: Expression?
    let evidence: Expression?
    let scope: String?
    let ground: String?
    let group: String?
    let urgency: Urgency.Rank?

    init(
        head: RuleHead, when: Expression, unsure: Expression?, conflict: Expression?, evidence: Expression?,
        scope: String?, ground: String?, group: String?, urgency: Urgency.Rank?
    ) {
        self.head = head
        self.when = when
        self.unsure = unsure
        self.conflict = conflict
        self.evidence = evidence
        self.scope = scope
        self.ground = ground
        self.group = group
        self.urgency = urgency
    }

    /// What the hint is about, in a code.
    var indicates: String? { scope ?? ground ?? group }
}

/// When a clock runs.
struct ClockRule: Sendable {
    let head: RuleHead
    /// What it has in common with the others of its number.
    let family: String?
    let on: [String]
    let when: Expression?
    /// The date or moment from which it counts; that of the trigger where there is none.
    let start: Expression?
    let kind: Clock.Kind
    let bound: ClockBound
    /// A number, or a term's name behind `$`. Below zero it counts back and is never moved.
    let amount: String
    let unit: ClockUnit
    let rollsOver: Bool
    /// 刑诉法 105 ¶4: for a person in custody the end is not moved because of holidays.
    let rollsOverInCustody: Bool
    let judgesReceipt: Bool
    let isDerived: Bool
    let soonHours: Int
    /// What fulfils it.
    let stops: Set<String>
    /// What leaves nothing to be fulfilled.
    let ends: Set<String>
    let restarts: Set<String>
    /// One that is on file, even over, is not started again.
    let startsOnce: Bool
}

/// What time does not count (CLK-08).
struct PauseRule: Sendable {
    let head: RuleHead
    let clock: String
    let begins: Set<String>
    let ends: Set<String>
}

/// A paper that the decision needs.
struct Need: Sendable {
    let head: RuleHead
    let kind: String
    let when: Expression?
    /// The paper itself, and others that serve as well.
    let kinds: Set<String>
    let isRequired: Bool
    let isShareable: Bool
    /// What data sharing must have shown for the paper to be needless.
    let proven: Expression?
}

/// Rules as data, read and checked.
struct RuleSet: Sendable {
    private(set) var routes: [RouteRule] = []
    private(set) var prechecks: [Precheck] = []
    private(set) var clocks: [ClockRule] = []
    private(set) var pauses: [PauseRule] = []
    private(set) var needs: [Need] = []
    private(set) var duties: [ReportDuty] = []
    private(set) var shareable: Set<String> = []
    private(set) var terms = Terms()
    private(set) var institutions = Institutions()
    private(set) var calendar = WorkingCalendar(years: [:])
    /// All expressions by their numbers.
    private(set) var expressions: [String] = []
    /// The files that all of this was read from.
    private(set) var sources: [UInt8] = []

    init(rules: String, calendar folder: String, institutions: InstitutionFile) throws(ConfigurationError) {
        var reader = RuleReader()
        reader.useSchema(rules + "/rules.xsd")
        terms = Terms(reader.elements(of: rules + "/terms.xml", root: "terms"), &reader)
        reader.variables = terms.names
        self.institutions = institutions.institutions
        reader.add(institutions)
        readRoutes(reader.elements(of: rules + "/routing.xml", root: "routing"), &reader)
        readPrechecks(reader.elements(of: rules + "/prechecks.xml", root: "prechecks"), &reader)
        readClocks(reader.elements(of: rules + "/clocks.xml", root: "clocks"), &reader)
        readNeeds(reader.elements(of: rules + "/materials.xml", root: "materials"), &reader)
        duties = ReportDuty.read(reader.elements(of: rules + "/reports.xml", root: "reports"), &reader)
        calendar = reader.calendar(in: folder)
        expressions = reader.expressions
        sources = reader.sources
        guard reader.complaints.isEmpty else { throw ConfigurationError(reader.complaints) }
    }

    private mutating func readRoutes(_ elements: [Node], _ reader: inout RuleReader) {
        for element in elements where element.name == "route" {
            guard let key = reader.word(RouteRule.Key.self, "by", of: element),
                let value = reader.xpath("value", of: element)
            else { continue }
            let sources = ["value", "when"].compactMap(element.attribute)
            for path in sources.flatMap(RulePaths.used) where Self.unknownToRoutes.contains(where: path.hasPrefix) {
                reader.complain(element, "asks for /root/\(path), which is not known before the institution is")
            }
            routes.append(
                RouteRule(
                    head: reader.head(of: element), when: reader.xpath("when", of: element), key: key, value: value,
                    isFinal: element.attribute("final") == "yes"))
        }
    }

    /// What follows from where an application goes, or is asked after it.
    private static let unknownToRoutes = ["facts/fired", "facts/clocks", "facts/ownDesk"]

    private mutating func readPrechecks(_ elements: [Node], _ reader: inout RuleReader) {
        for element in elements where element.name == "rule" {
            guard let when = reader.xpath("when", of: element) else { continue }
            prechecks.append(
                Precheck(
                    head: reader.head(of: element), when: when, unsure: reader.xpath("unsure", of: element),
                    conflict: reader.xpath("conflict", of: element),
                    evidence: reader.xpath("evidence", of: element), scope: element.attribute("scope"),
                    ground: element.attribute("ground"), group: element.attribute("group"),
                    urgency: reader.word(Urgency.Rank.self, "urgency", of: element)))
        }
    }

    private mutating func readClocks(_ elements: [Node], _ reader: inout RuleReader) {
        for element in elements where element.name == "clock" {
            guard let bound = reader.word(ClockBound.self, "bound", of: element),
                let unit = reader.word(ClockUnit.self, "unit", of: element)
            else { continue }
            let amount = element.attribute("amount") ?? ""
            if amount.hasPrefix("$"), terms.number(String(amount.dropFirst())) == nil {
                reader.complain(
                    element,
                    "amount names \(amount), which no threshold gives"
                        + StrictSchema.hint(String(amount.dropFirst()), terms.names.sorted()))
            }
            clocks.append(
                ClockRule(
                    head: reader.head(of: element), family: element.attribute("family"),
                    on: reader.words("on", of: element, among: ClockTrigger.words),
                    when: reader.xpath("when", of: element), start: reader.xpath("start", of: element),
                    kind: reader.word(Clock.Kind.self, "kind", of: element) ?? .statutory, bound: bound, amount: amount,
                    unit: unit, rollsOver: element.attribute("rollover") == "nextWorkingDay",
                    rollsOverInCustody: element.attribute("custody") != "noRollover",
                    judgesReceipt: element.attribute("judges") == "receipt",
                    isDerived: element.attribute("derived") == "yes",
                    soonHours: element.attribute("soonHours").flatMap { Int($0) } ?? 24,
                    stops: Set(reader.words("stops", of: element, among: ClockTrigger.words)),
                    ends: Set(reader.words("ends", of: element, among: ClockTrigger.words)),
                    restarts: Set(reader.words("restarts", of: element, among: ClockTrigger.words)),
                    startsOnce: element.attribute("once") == "yes"))
        }
        let ids = clocks.map(\.head.id)
        for element in elements where element.name == "pause" {
            pauses.append(
                PauseRule(
                    head: reader.head(of: element), clock: reader.words("of", of: element, among: ids).first ?? "",
                    begins: Set(reader.words("begins", of: element, among: ClockTrigger.words)),
                    ends: Set(reader.words("ends", of: element, among: ClockTrigger.words))))
        }
    }

    private mutating func readNeeds(_ elements: [Node], _ reader: inout RuleReader) {
        for element in elements {
            let kind = element.attribute("kind") ?? ""
            if element.name == "shareable" { shareable.insert(kind) }
            guard element.name == "need" else { continue }
            needs.append(
                Need(
                    head: reader.head(of: element), kind: kind, when: reader.xpath("when", of: element),
                    kinds: Set(((element.attribute("or") ?? "") + " " + kind).split(separator: " ").map(String.init)),
                    isRequired: element.attribute("required") != "no",
                    isShareable: element.attribute("obtainableByShare") == "yes",
                    proven: reader.xpath("proven", of: element)))
        }
        shareable.formUnion(needs.filter(\.isShareable).map(\.kind))
    }

    /// The days on which something begins or ends to hold.
    var boundaries: [CalendarDate] {
        let all =
            (routes.map(\.head) + prechecks.map(\.head) + clocks.map(\.head) + pauses.map(\.head) + needs.map(\.head))
            .map(\.validity) + terms.validities
        return Set(all.flatMap { [$0.from, $0.to?.adding(days: 1)].compactMap(\.self) }).sorted()
    }
}

/// The rules that hold on a day.
struct Edition: Sendable {
    let number: Int
    let routes: [RouteRule]
    let prechecks: [Precheck]
    let clocks: [ClockRule]
    let pauses: [PauseRule]
    let needs: [Need]
    let numbers: [String: Double]
    let lists: [String: [String]]
    let words: KeyWords

    init(of rules: RuleSet, on day: CalendarDate, number: Int) {
        self.number = number
        routes = rules.routes.filter { $0.head.validity.holds(on: day) }
        prechecks = rules.prechecks.filter { $0.head.validity.holds(on: day) }
        clocks = rules.clocks.filter { $0.head.validity.holds(on: day) }
        pauses = rules.pauses.filter { $0.head.validity.holds(on: day) }
        needs = rules.needs.filter { $0.head.validity.holds(on: day) }
        numbers = rules.terms.numbers(on: day)
        lists = rules.terms.lists(on: day)
        words = rules.terms.words(on: day)
    }

    func amount(of rule: ClockRule) -> Int? {
        rule.amount.hasPrefix("$") ? numbers[String(rule.amount.dropFirst())].map { Int($0) } : Int(rule.amount)
    }
}
