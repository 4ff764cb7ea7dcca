import Canonical
import StrictJSON
import Vocabulary

/// What XPath 1.0 cannot compute, laid beside the application under `/root/facts`.
enum Facts {
    /// What rules may ask for.
    static let paths = [
        "facts/received", "facts/custody", "facts/age", "facts/ageAtEvent", "facts/majority", "facts/hearingDays",
        "facts/fired", "facts/ownDesk",
        "facts/courtConflict", "facts/toldGrounds",
        "facts/words/id", "facts/words/in", "facts/words/about", "facts/words/isOwnDeed", "facts/words/sure",
        "facts/relief/kind", "facts/relief/state", "facts/relief/by", "facts/relief/of",
        "facts/relief/stale", "facts/disability/kind", "facts/disability/grade", "facts/disability/of",
        "facts/clocks/id", "facts/clocks/hoursLeft", "facts/clocks/met", "facts/clocks/derived",
    ]

    /// The canonical field that a computed fact stands for.
    static let sources = [
        "custody": "recipient.custody", "age": "recipient.birthDate", "ageAtEvent": "matter.factsDate",
        "majority": "recipient.birthDate",
        "hearingDays": "proceeding.hearings",
        "received": "source.receivedAt",
    ]

    static func json(
        of application: LegalAidApplication, receivedAt: Timestamp, evidence: [JSONValue], edition: Edition
    ) -> JSONValue {
        let day = receivedAt.date
        return .compact([
            ("received", .string(day.iso)), ("custody", application.isInCustody ? true : nil),
            ("courtConflict", courtConflict(application) ? true : nil),
            ("toldGrounds", application.value("economic.exemptionGround")),
            ("age", application.birthDate.map { JSONValue($0.years(until: day)) }),
            ("ageAtEvent", ageAtEvent(application)),
            (
                "majority",
                application.birthDate.map {
                    .string($0.adding(months: 12 * Int(edition.numbers["adultAge"] ?? 18)).iso)
                }
            ), ("hearingDays", hearingDays(application, from: day)),
            ("words", .array(words(application, edition.words))),
            (
                "relief",
                .array(relief(application, evidence, on: day, maxAge: edition.numbers["evidenceMaxAgeDays"] ?? 365))
            ),
            ("disability", .array(disabilities(application))),
        ])
    }

    private static func ageAtEvent(_ application: LegalAidApplication) -> JSONValue? {
        if let told = application.value("recipient.ageAtEvent") { return told }
        guard let birth = application.birthDate,
            let event = application.text("matter.factsDate").flatMap({ CalendarDate(iso: $0) })
        else { return nil }
        return JSONValue(birth.years(until: event))
    }

    /// Days until the next hearing.
    private static func hearingDays(_ application: LegalAidApplication, from day: CalendarDate) -> JSONValue? {
        let hearings = (application.value("proceeding.hearings")?.array ?? []).compactMap {
            $0["at"]?.string.flatMap { CalendarDate(iso: $0.prefix(10)) }
        }
        return hearings.filter { $0 >= day }.min().map { JSONValue($0.daysSince1970 - day.daysSince1970) }
    }

    private static let texts = [
        "matter.causeOfAction", "matter.factsSummary", "matter.administrative.act", "criminal.noticeGroundText",
        "economic.specialExpense", "remarks",
    ]

    /// The case number names another court than the code does.
    private static func courtConflict(_ application: LegalAidApplication) -> Bool {
        guard
            let number = application.text("proceeding.caseNumber").flatMap({ CourtCaseNumber(parsing: $0)?.courtCode }),
            let code = application.text("proceeding.handlingOrgan.code").flatMap({ CourtCode(parsing: $0) })
        else { return false }
        return !number.isSameCourt(as: code)
    }

    /// What the texts speak of and of whom, and the matter items that came. `sure` are those that stand in a field which
    /// says what the matter is; a word in a free text may stand there for another reason.
    private static func words(_ application: LegalAidApplication, _ keyWords: KeyWords) -> [JSONValue] {
        var places = texts.compactMap { path in application.text(path).map { (path, $0) } }
        for (index, claim) in (application.value("matter.claims")?.array ?? []).enumerated() {
            if let text = claim.string { places.append(("matter.claims[\(index)]", text)) }
        }
        let isVictim = ["被害人", "自诉人", "附带民事诉讼原告人"].contains(application.text("matter.standing"))
        let found = places.flatMap { path, text in
            keyWords.hits(in: text, isVictim: isVictim).map { hit in
                JSONValue.compact([
                    ("id", .string(hit.id)), ("in", .string(path)), ("about", .string(hit.about.rawValue)),
                    ("isOwnDeed", hit.isOwnDeed ? true : nil), ("sure", path == "matter.causeOfAction" ? true : nil),
                ])
            }
        }
        let told = (application.value("matter.scopeItems")?.array ?? []).enumerated().map { index, item in
            JSONValue.compact([
                ("id", .string(item.string ?? "")), ("in", .string("matter.scopeItems[\(index)]")),
                ("about", .string(KeyWords.Subject.person.rawValue)), ("sure", true),
            ])
        }
        return found + told
    }

    /// Relief that the application tells and relief that a share on file shows, with what each is worth today.
    private static func relief(
        _ application: LegalAidApplication, _ evidence: [JSONValue], on day: CalendarDate, maxAge: Double
    ) -> [JSONValue] {
        let told = (application.value("reliefStatuses")?.array ?? []).enumerated().map { index, status in
            entry(status, of: "reliefStatuses[\(index)]", by: proof(status), on: day, maxAge: maxAge)
        }
        let shared = evidence.enumerated().map { index, status in
            entry(status, of: "shares[\(index)]", by: "share", on: day, maxAge: maxAge)
        }
        return told + shared
    }

    private static func proof(_ status: JSONValue) -> String {
        if let evidence = status["evidence"]?.string { return evidence }
        return status["certificateNo"] == nil ? "statement" : "certificate"
    }

    private static func entry(
        _ status: JSONValue, of path: String, by proof: String, on day: CalendarDate, maxAge: Double
    ) -> JSONValue {
        func date(_ name: String) -> CalendarDate? {
            status[name]?.string.flatMap { CalendarDate(iso: $0.prefix(10)) }
        }
        var state = status["status"]?.string ?? "unknown"
        if let end = date("validTo"), end < day, state != "unknown" { state = "ended" }
        if let begin = date("validFrom"), begin > day, state == "inForce" { state = "pending" }
        let isStale = date("asOf").map { Double(day.daysSince1970 - $0.daysSince1970) > maxAge }
        return .compact([
            ("kind", status["kind"]), ("state", .string(state)), ("by", .string(proof)), ("of", .string(path)),
            ("stale", isStale.map(JSONValue.bool)),
        ])
    }

    /// The number of a 残疾人证 ends, after the identity number, in kind and grade of the disability.
    private static func disabilities(_ application: LegalAidApplication) -> [JSONValue] {
        let numbers =
            (application.value("groupFlags")?.array ?? []).enumerated().map { ("groupFlags[\($0)]", $1["evidenceRef"]) }
            + (application.value("reliefStatuses")?.array ?? []).enumerated().map {
                ("reliefStatuses[\($0)]", $1["certificateNo"])
            }
        return numbers.compactMap { path, number in
            let characters = Array(number?.string ?? "")
            guard characters.count >= 20, ResidentID.birthDate(of: String(characters.prefix(18))) != nil,
                let kind = characters[18].wholeNumberValue, (1...7).contains(kind),
                let grade = characters[19].wholeNumberValue, (1...4).contains(grade)
            else { return nil }
            return ["kind": JSONValue(kind), "grade": JSONValue(grade), "of": .string(path)]
        }
    }
}
