import Canonical
import Messaging
import StrictJSON
import Vocabulary

/// One lawyer for several defendants of one case, whose interests may collide.
extension BackDoor {
    /// How many applications of a case are looked at, the newest.
    private static let looked = 64

    /// What an assignment should be checked for: of a criminal case, every other person that the same lawyer was assigned to.
    /// It decides nothing.
    ///
    /// - Returns: one line for the institution, in both languages; nothing where there is nothing to check. Where the others
    ///   cannot be looked at, the line says so: an assignment does not fail for a warning.
    func coDefendantWarning(
        about record: ApplicationRecord, after step: CaseEvent, saying report: JSONObject
    ) async -> String? {
        do throws(StoreError) {
            return try await sameLawyer(about: record, after: step, saying: report)
        } catch {
            log.warning(
                "co-defendants' lawyers were not compared",
                [("applicationNo", .string(record.applicationNo)), ("error", .string(error.code))])
            return
                "未能查对同案其他当事人是否已指派同一律师，请自行核对。 Whether another person of this case has the same lawyer could not be looked up; please check."
        }
    }

    private func sameLawyer(
        about record: ApplicationRecord, after step: CaseEvent, saying report: JSONObject
    ) async throws(StoreError) -> String? {
        guard [.assign, .renotified, .replaced].contains(step),
            let lawyer = report["assignment"]?["lawyer"]?.string.map(Sensitive.init),
            let unit = report["assignment"]?["unit"]?.string
        else { return nil }
        let application = try record.application
        guard let number = application.text("proceeding.caseNumber"),
            record.route == .byNotification || application.text("matter.caseDomain") == "criminal"
                || number.contains("刑")
        else { return nil }
        let persons = Set(clerk.keys.persons(in: application, at: "recipient"))
        var others: [String] = []
        for other in try await store.applications(
            sharing: [clerk.keys.caseNumber(number)], near: now(), atMost: Self.looked)
        where other.applicationNo != record.applicationNo && !other.standing.isOver {
            let known: LegalAidApplication
            do throws(StoreError) { known = try other.application } catch .corrupt { continue }
            // Keys are shortened hashes: the documents decide.
            guard known.text("proceeding.caseNumber") == number,
                persons.isDisjoint(with: clerk.keys.persons(in: known, at: "recipient")),
                known.name != application.name,
                known.personal("progress.assignment.lawyer") == lawyer, known.text("progress.assignment.unit") == unit
            else { continue }
            others.append(other.applicationNo)
        }
        guard !others.isEmpty else { return nil }
        let list = others.joined(separator: "、")
        return
            "同案其他当事人（\(list)）已指派同一律师，请核对有无利益冲突。 The same lawyer was assigned to another person of this case (\(list)); check for a conflict of interests."
    }
}
