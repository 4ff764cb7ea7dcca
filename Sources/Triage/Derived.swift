import Canonical
import StrictJSON

/// What rules added to the fields of an application: marked, so that nobody takes it for what the sender said, and reckoned
/// anew whenever the rules are asked, so that no rule takes an earlier hint for a fact.
enum Derived {
    /// By the field that the rules add to, the one that says which of its codes they added.
    static let marks = [
        "matter.scopeItems": "matter.scopeItemsDerived",
        "economic.exemptionGround": "economic.exemptionGroundDerived",
    ]

    /// The application as its sender told it.
    static func removed(from application: LegalAidApplication) -> LegalAidApplication {
        var told = application
        for (path, mark) in marks {
            guard let derived = application.value(mark)?.array else { continue }
            let kept = (application.value(path)?.array ?? []).filter { !derived.contains($0) }
            told.set(path, kept.isEmpty ? nil : .array(kept))
            told.set(mark, nil)
        }
        return told
    }
}

extension LegalAidApplication {
    /// What the rules added to another reading of this application, in place of what they added to this one.
    public mutating func takeDerived(from assessed: LegalAidApplication) {
        for (path, mark) in Derived.marks {
            set(path, assessed.value(path))
            set(mark, assessed.value(mark))
        }
    }
}
