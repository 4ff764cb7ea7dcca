import Documents
import Foundation
import Messaging
import Vocabulary

extension ConfigurationReader {
    /// How long each kind is kept; what the file does not name has the gateway's own period.
    ///
    /// - Parameters:
    ///   - named: the file that the settings name.
    ///   - usual: where it lies where they name none; there need be none then.
    mutating func retention(in named: String?, otherwise usual: String) -> RetentionSchedule {
        guard named != nil || FileManager.default.fileExists(atPath: usual),
            let root = root(of: named ?? usual, named: "retention")
        else { return RetentionSchedule() }
        var schedule = RetentionSchedule()
        var seen: Set<RetentionKind> = []
        for element in root.children {
            guard let (kind, rule) = retentionRule(of: element) else { continue }
            if !seen.insert(kind).inserted { complain(at: element, "\(kind.rawValue) is there twice") }
            schedule[kind] = rule
        }
        return schedule
    }

    /// Every period says on what it rests.
    private mutating func retentionRule(of element: Node) -> (RetentionKind, RetentionRule)? {
        guard let word = required("kind", of: element), let days = required("days", of: element),
            let zh = required("zh", of: element), let en = required("en", of: element)
        else { return nil }
        guard let kind = RetentionKind(rawValue: word) else {
            let words = RetentionKind.allCases.map(\.rawValue).joined(separator: ", ")
            complain(at: element, "no kind of data is \(word); there are \(words)")
            return nil
        }
        let basis = LocalizedText(zh: zh, en: en)
        if days == Self.forever, kind.mayBeKeptForever { return (kind, RetentionRule(days: nil, basis: basis)) }
        guard let allowed = kind.allowedDays else {
            complain(
                at: element,
                "\(word) is kept whole, six months at least by law, since each row proves the one before: days must be \(Self.forever)"
            )
            return nil
        }
        guard let number = Int(days), allowed.contains(number) else {
            let forever = kind.mayBeKeptForever ? ", or \(Self.forever)" : ""
            complain(
                at: element,
                "days of \(word) must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)\(forever)")
            return nil
        }
        return (kind, RetentionRule(days: number, basis: basis))
    }

    private static let forever = "forever"
}
