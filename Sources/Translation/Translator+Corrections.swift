import Canonical
import StrictJSON
import Vocabulary

extension Translator {
    /// What groups, birth date and the check of the number follow from.
    public static let identity: Set = [
        "recipient.idNumber", "recipient.idType", "recipient.birthDate", "recipient.sexCode",
    ]

    /// An application whose person was corrected, with everything that follows from identity number and birth date derived
    /// anew, as it is at intake; what somebody said is kept. Groups that rules derive are for the rules to add again.
    ///
    /// - Parameters:
    ///   - corrected: the dotted paths that were corrected.
    ///   - before: the application without the corrections.
    ///   - today: of the application's receipt.
    /// - Returns: the codes and paths of what contradicts the corrections, or is wrong with them.
    public func derivedAnew(
        _ application: LegalAidApplication, corrected: Set<String>, before: LegalAidApplication, today: CalendarDate
    ) -> (application: LegalAidApplication, contradictions: [Finding]) {
        var told = application
        let (number, birth) = ("recipient.idNumber", "recipient.birthDate")
        // A date that is there would be taken for a declared one.
        if before.text("recipient.birthDateSource") == "derivedFromId", !corrected.contains(birth) {
            told.set(birth, nil)
        }
        told.set("recipient.birthDateSource", nil)
        if !corrected.isDisjoint(with: Self.identity) {
            let flags = (told.value("groupFlags")?.array ?? []).filter { $0["assertedBy"] != "derived" }
            told.set("groupFlags", flags.isEmpty ? nil : .array(flags))
        }
        // How the former number was written says nothing of this one.
        if corrected.contains(number) { told.set("recipient.idNumberRaw", nil) }
        let isTypeUnreadable =
            before.text("recipient.idCheck") == IdCheck.notChecked.rawValue && told.value("recipient.idType") == nil
        func check(_ application: LegalAidApplication) -> Consistency {
            Consistency(
                application, mapping: "", today: today, courts: codeLists["court"], divisions: codeLists["division"],
                isTypeUnreadable: isTypeUnreadable)
        }
        let known = check(before).findings
        let checked = check(told)
        let contradictions = checked.findings.filter { finding in
            guard let path = finding.path, path.hasPrefix("recipient.") else { return false }
            // A number that is none is no correction; of what contradicts it the word of whoever corrects it counts.
            if path.hasSuffix(".idNumber") {
                return !corrected.isDisjoint(with: [path, path.replacing(".idNumber", with: ".idType")])
            }
            let isGivenSo = corrected.contains(path) && checked.application.value(path) == told.value(path)
            return !known.contains(finding) && !isGivenSo
        }
        return (checked.application, contradictions)
    }
}
