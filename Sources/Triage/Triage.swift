import Canonical
import Documents
import StrictJSON
import Synchronization
import Vocabulary

/// Notes for the institution, finds its queue and sets its clocks, by rules that are data. It never decides and never
/// blocks, and it keeps nothing: every answer follows from what is handed in.
public final class Triage: Sendable {
    let rules: RuleSet
    /// Names this very set: rules, terms, calendars and institutions. Nothing where nobody asked for it.
    public let digest: String?
    /// One for each stretch of days on which the same rules hold, with the day it begins.
    private let editions: [(from: CalendarDate?, edition: Edition)]
    private let idle = Mutex<[Worker]>([])

    /// - Parameters:
    ///   - rules: the directory of terms, routing, pre-checks, clocks and materials, with their schema.
    ///   - calendar: the directory of yearly plans.
    ///   - institutions: the file of institutions, read.
    ///   - digest: makes the set's digest from the bytes of all its files.
    /// - Throws: `ConfigurationError` with every mistake found.
    public init(
        rules: String, calendar: String, institutions: InstitutionFile, digest: ((_ bytes: [UInt8]) -> String)? = nil
    ) throws(ConfigurationError) {
        let rules = try RuleSet(rules: rules, calendar: calendar, institutions: institutions)
        self.rules = rules
        self.digest = digest?(rules.sources)
        let starts = rules.boundaries
        let earliest = starts.first.map { $0.adding(days: -1) } ?? CalendarDate(daysSince1970: 0)
        editions =
            [(nil, Edition(of: rules, on: earliest, number: 0))]
            + starts.enumerated().map { ($1, Edition(of: rules, on: $1, number: $0 + 1)) }
    }

    /// The years without a plan of days off that clocks reach into by now: plans come in the autumn before.
    public func missingCalendars(on today: CalendarDate) -> [Int] {
        let years = [today, today.adding(days: 60)].filter { !rules.calendar.isPlanned($0) }.map(\.year)
        return Set(years).sorted()
    }

    /// The working days that the clocks go by.
    public var calendar: WorkingCalendar { rules.calendar }

    /// What is another in rules that take these ones' place, a line each.
    public func changes(to new: Triage) -> [LocalizedText] {
        let years = calendar.yearsChanged(in: new.calendar).map {
            LocalizedText(zh: "\($0) 年放假安排已变更", en: "the plan of days off of \($0) changed")
        }
        guard digest != new.digest, let digest = new.digest, years.isEmpty else { return years }
        return [
            LocalizedText(
                zh: "规则、日历或机构表已变更（SM3 \(digest.prefix(8))）",
                en: "rules, calendars or institutions changed (SM3 \(digest.prefix(8)))")
        ]
    }

    /// The institutions that a dispatcher may choose.
    public var institutionCodes: [String] { rules.institutions.codes }

    /// Everything that the rules say about an application on the day of its receipt.
    ///
    /// - Parameters:
    ///   - evidence: what status shares on file show about the person: `reliefStatuses`-like objects with `kind`,
    ///     `status`, `validFrom`, `validTo`, `asOf`, `issuer`; rules see them under `/root/shares`.
    ///   - isLead: a lead owes nobody anything: no clock runs on it and no paper is missing.
    ///   - explain: whether the trace tells of routing, clocks and papers too.
    public func assess(
        _ application: LegalAidApplication, receivedAt: Timestamp, evidence: [JSONValue] = [], isLead: Bool = false,
        explain: Bool = false
    ) -> Assessment {
        examine(application, receivedAt: receivedAt, evidence: evidence) { examination in
            examination.assess(isLead: isLead, explain: explain)
        } ?? Self.unreadable(application)
    }

    /// The papers that are missing now: call it again when a supplement or a share has come.
    public func missing(
        for application: LegalAidApplication, receivedAt: Timestamp, evidence: [JSONValue] = []
    ) -> [JSONValue] {
        examine(application, receivedAt: receivedAt, evidence: evidence) { examination in
            _ = examination.precheck()
            return examination.missing().list
        } ?? []
    }

    /// How urgent an application is now, with its clocks as they stand.
    public func urgency(
        of application: LegalAidApplication, receivedAt: Timestamp, clocks: [Clock], at now: Timestamp,
        evidence: [JSONValue] = []
    ) -> Urgency {
        examine(application, receivedAt: receivedAt, evidence: evidence) { examination in
            examination.tell(clocks, at: now)
            return examination.precheck().urgency
        } ?? Urgency()
    }

    func edition(on day: CalendarDate) -> Edition {
        (editions.last { $0.from.map { $0 <= day } ?? true } ?? editions[0]).edition
    }

    /// Lends a worker and the application's tree; nothing where the application cannot be read.
    func examine<Result>(
        _ application: LegalAidApplication, receivedAt: Timestamp, evidence: [JSONValue],
        _ work: (inout Examination) -> Result
    ) -> Result? {
        let worker = idle.withLock { $0.popLast() } ?? Worker(rules.expressions)
        defer { idle.withLock { if $0.count < 64 { $0.append(worker) } } }
        let edition = edition(on: receivedAt.date)
        guard
            var examination = Examination(
                application, receivedAt: receivedAt, evidence: evidence, rules: rules, edition: edition, worker: worker)
        else { return nil }
        return work(&examination)
    }

    private static func unreadable(_ application: LegalAidApplication) -> Assessment {
        Assessment(
            application: application,
            target: .unroutable(Unroutable(reason: .noRule, rule: "RT-13", candidates: [], region: nil)), rules: [],
            hints: [], clocks: [], missing: [], urgency: Urgency(), trace: [])
    }
}

/// Compiled XPath and the terms' lists belong to one thread at a time.
///
/// `@unchecked`: a worker is in the pool or with one caller, never with two.
final class Worker: @unchecked Sendable {
    private let sources: [String]
    private var compiled: [XPathExpression?]
    private var variables: [Int: XPathVariables] = [:]

    init(_ sources: [String]) {
        self.sources = sources
        compiled = Array(repeating: nil, count: sources.count)
    }

    /// Nothing only where libxml2 has no memory: every source was checked when the rules were loaded.
    func compile(_ expression: Expression) -> XPathExpression? {
        if let known = compiled[expression.number] { return known }
        let made = try? XPathExpression(sources[expression.number])
        compiled[expression.number] = made
        return made
    }

    func variables(of edition: Edition) -> XPathVariables? {
        if let known = variables[edition.number] { return known }
        let made = try? XPathVariables(numbers: edition.numbers, lists: edition.lists)
        variables[edition.number] = made
        return made
    }
}

/// One application before the rules.
struct Examination {
    private(set) var application: LegalAidApplication
    let receivedAt: Timestamp
    let rules: RuleSet
    let edition: Edition
    let root: Node
    private let worker: Worker

    init?(
        _ application: LegalAidApplication, receivedAt: Timestamp, evidence: [JSONValue], rules: RuleSet,
        edition: Edition, worker: Worker
    ) {
        let application = Derived.removed(from: application)
        let facts = Facts.json(of: application, receivedAt: receivedAt, evidence: evidence, edition: edition)
        let content = JSONObject(
            [("facts", facts)] + application.content.members + [("shares", .array(evidence))])
        guard
            let document = try? Document(JSONValue.object(content), variables: worker.variables(of: edition))
        else { return nil }
        root = document.root
        self.application = application
        self.receivedAt = receivedAt
        self.rules = rules
        self.edition = edition
        self.worker = worker
    }

    func holds(_ condition: Expression?) -> Bool {
        condition.map { worker.compile($0)?.bool(at: root) ?? false } ?? true
    }

    func text(_ expression: Expression) -> String { worker.compile(expression)?.string(at: root) ?? "" }
    func nodes(_ expression: Expression?) -> [Node] {
        expression.flatMap { worker.compile($0)?.nodes(at: root) } ?? []
    }

    mutating func set(_ path: String, _ value: JSONValue?) { application.set(path, value) }

    /// Adds to a list of the application and of its tree, so that later rules see it.
    mutating func append(_ value: JSONValue, to path: String) {
        application.set(path, .array((application.value(path)?.array ?? []) + [value]))
        var parts = path.split(separator: ".").map(String.init)
        guard let list = parts.popLast() else { return }
        var node: Node? = root
        for part in parts {
            if node?.child(named: part) == nil { node?.append(.object(JSONObject()), to: part) }
            node = node?.child(named: part)
        }
        node?.append(value, to: list)
    }

    /// Tells later rules something that only they need.
    func note(_ value: JSONValue, as fact: String) {
        root.child(named: "facts")?.append(value, to: fact)
    }

    mutating func assess(isLead: Bool, explain: Bool) -> Assessment {
        // Limits depend on whether what a desk has received is with the competent institution already.
        let route = route(explain: explain)
        noteDesk(of: route.target)
        // How urgent a lead is depends on the limits of its matter too.
        var clocks = startClocks(by: .received, at: receivedAt, until: nil, explain: explain)
        tell(clocks.clocks, at: receivedAt)
        let checks = precheck(explain: explain)
        let missing: (list: [JSONValue], trace: [RuleResult]) = isLead ? ([], []) : missing(explain: explain)
        if isLead { clocks = ([], []) } else { set("missing", .array(missing.list)) }
        set("precheck", .array(checks.hints.map(\.json)))
        set("urgency", urgencyJSON(checks.urgency))
        switch route.target {
        case .queue(let institution, let rule):
            set("target", ["institutionCode": .string(institution), "ruleId": .string(rule)])
        case .unroutable(let reason): set("target", reason.json)
        }
        return Assessment(
            application: application, target: route.target, rules: checks.results, hints: checks.hints,
            clocks: clocks.clocks, missing: missing.list, urgency: checks.urgency,
            trace: explain ? route.trace + checks.results + clocks.trace + missing.trace : [])
    }

    /// Tells the rules whether the desk that received the application is that of the institution it goes to. What an
    /// institution received that no rule leads away from stays with it.
    func noteDesk(of target: Assessment.Target) {
        guard application.value("firstContact.at") != nil else { return }
        let isInstitution = application.text("source.senderType") == SenderKind.legalAidInstitution.code
        let sender = isInstitution ? application.text("source.senderName").flatMap(rules.institutions.code(of:)) : nil
        let desk = application.text("firstContact.institution").map(rules.institutions.code(of:)) ?? sender
        let isOwn =
            switch target {
            case .queue(let institution, _): desk == institution
            case .unroutable: desk != nil && desk == sender
            }
        if isOwn { note(true, as: "ownDesk") }
    }

    /// What the sender claims stays apart from what the rules find.
    private func urgencyJSON(_ urgency: Urgency) -> JSONValue {
        var json = application.value("urgency")?.object ?? JSONObject()
        if json["reasons"] == nil, let claimed = json["level"] { json["claimed"] = claimed }
        json["level"] = .string(urgency.level.name)
        json["reasons"] = .array(urgency.reasons.map(JSONValue.string))
        return .object(json)
    }
}
