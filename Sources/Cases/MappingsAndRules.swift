import Translation
import Triage

/// Mappings and rules that were checked together and are put in force together.
public struct MappingsAndRules: Sendable {
    public let translator: Translator
    public let triage: Triage

    public init(translator: Translator, triage: Triage) {
        self.translator = translator
        self.triage = triage
    }
}
