import Canonical
import StrictJSON

/// What follows from the identity number and the birth date, and where the sender's own words contradict them. Nothing
/// is corrected: both are kept, and the contradiction is told.
struct Consistency {
    /// The fields that contradictions are found by.
    static let evidence = ["recipient/idNumber", "recipient/birthDate"]
    /// Those that findings can speak of, too.
    static let fields = evidence + ["recipient/sexCode", "recipient/age", "groupFlags"]

    private(set) var application: LegalAidApplication
    private(set) var findings: [Finding] = []
    private let mapping: String

    init(_ application: LegalAidApplication, mapping: String, today: CalendarDate) {
        self.application = application
        self.mapping = mapping
        checkIdentity(today: today)
        deriveGroups(on: today)
    }

    private mutating func warn(_ code: String, _ path: String) {
        findings.append(Finding(severity: .warning, code: code, path: path, location: nil, rule: mapping))
    }

    private mutating func checkIdentity(today: CalendarDate) {
        // A supplement, a withdrawal or an event names its person by reference only.
        guard application.value("recipient") != nil else { return }
        guard let number = application.idNumber else {
            application.set("recipient.idCheck", .string(IdCheck.absent.rawValue))
            return
        }
        let type = application.text("recipient.idType") ?? "111"
        let check = IdentityDocument.check(number, type: type, today: today)
        if check != .notChecked { application.set("recipient.idType", .string(type)) }
        application.set("recipient.idCheck", .string(check.rawValue))
        guard check != .notChecked else { return }
        guard check == .valid || check == .validLegacyArea else {
            warn(check.rawValue, "recipient.idNumber")
            return
        }
        let sex = ResidentID.sexCode(of: number)
        if let declared = application.text("recipient.sexCode") {
            if let sex, declared != sex, declared == "1" || declared == "2" { warn("sexConflict", "recipient.sexCode") }
        } else {
            application.set("recipient.sexCode", .text(sex))
        }
        guard let birth = ResidentID.birthDate(of: number) else { return }
        if let declared = application.birthDate {
            application.set("recipient.birthDateSource", "declared")
            if declared != birth { warn("birthDateConflict", "recipient.birthDate") }
        } else {
            application.set("recipient.birthDate", .string(birth.iso))
            application.set("recipient.birthDateSource", "derivedFromId")
        }
    }

    private mutating func deriveGroups(on today: CalendarDate) {
        let day =
            application.text("source.sentAt").flatMap { CalendarDate(iso: $0.prefix(10)) }
            ?? application.text("source.letterDate").flatMap { CalendarDate(iso: $0) } ?? today
        let declaredAge = application.value("recipient.age")?.int
        // Only for this comparison; it is no part of the application.
        if declaredAge != nil { application.set("recipient.age", nil) }
        guard let birth = application.birthDate else { return }
        let age = birth.years(until: day)
        if let declaredAge, declaredAge != age { warn("ageConflict", "recipient.age") }
        if age < 18 { flag("minor") }
        if age >= 60 { flag("elderly") }
        if application.hasFlag("advancedAge"), age < 80 { warn("flagNotSupportedByAge", "groupFlags.advancedAge") }
    }

    private mutating func flag(_ code: String) {
        guard !application.hasFlag(code) else { return }
        let flags = application.value("groupFlags")?.array ?? []
        application.set("groupFlags", .array(flags + [["code": .string(code), "assertedBy": "derived"]]))
    }
}
