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

    /// - Parameter isTypeUnreadable: the document names a kind of paper that no list knows.
    init(
        _ application: consuming LegalAidApplication, mapping: String, today: CalendarDate,
        isTypeUnreadable: Bool = false
    ) {
        self.application = application
        self.mapping = mapping
        // A supplement, a withdrawal or an event names its person by reference only.
        if self.application.content["recipient"] != nil {
            let contradictions = self.application.content.change("recipient") {
                Self.checkIdentity(of: &$0, today, isTypeUnreadable)
            }
            for (code, path) in contradictions { warn(code, path) }
        }
        deriveGroups(on: today)
    }

    private mutating func warn(_ code: String, _ path: String) {
        findings.append(Finding(severity: .warning, code: code, path: path, location: nil, rule: mapping))
    }

    private static func checkIdentity(
        of recipient: inout JSONObject, _ today: CalendarDate, _ isTypeUnreadable: Bool
    ) -> [(code: String, path: String)] {
        guard let number = recipient["idNumber"]?.string else {
            recipient["idCheck"] = .string(IdCheck.absent.rawValue)
            return []
        }
        // A number of a paper that nobody knows is no resident's number.
        if isTypeUnreadable, recipient["idType"] == nil, !isShapedLikeResidents(number) {
            recipient["idCheck"] = .string(IdCheck.notChecked.rawValue)
            return []
        }
        let type = recipient["idType"]?.string ?? "111"
        let check = IdentityDocument.check(number, type: type, today: today)
        if check != .notChecked { recipient["idType"] = .string(type) }
        recipient["idCheck"] = .string(check.rawValue)
        guard check != .notChecked else { return [] }
        guard check == .valid || check == .validLegacyArea else { return [(check.rawValue, "recipient.idNumber")] }
        var contradictions: [(code: String, path: String)] = []
        let sex = ResidentID.sexCode(of: number)
        if let declared = recipient["sexCode"]?.string {
            if let sex, declared != sex, declared == "1" || declared == "2" {
                contradictions.append(("sexConflict", "recipient.sexCode"))
            }
        } else {
            recipient["sexCode"] = .text(sex)
        }
        guard let birth = ResidentID.birthDate(of: number) else { return contradictions }
        if let declared = recipient["birthDate"]?.string.flatMap({ CalendarDate(iso: $0) }) {
            recipient["birthDateSource"] = "declared"
            if declared != birth { contradictions.append(("birthDateConflict", "recipient.birthDate")) }
        } else {
            recipient["birthDate"] = .string(birth.iso)
            recipient["birthDateSource"] = "derivedFromId"
        }
        return contradictions
    }

    private static func isShapedLikeResidents(_ number: String) -> Bool {
        let digits = number.utf8.prefix(17)
        return (number.utf8.count == 18 || number.utf8.count == 15) && digits.allSatisfy { (0x30...0x39).contains($0) }
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
