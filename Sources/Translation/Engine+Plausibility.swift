import Canonical
import Documents
import StrictJSON

extension Engine {
    /// Holds a day against the moment of receipt (`FieldTiming`). What cannot be meant is told instead of kept.
    func plausible(
        _ result: JSONValue, _ value: PlannedValue, place: Place, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        guard value.isDay, let received = run.received, let text = result.string else { return result }
        guard let timing = timing(of: value, at: place) else { return result }
        switch timing.verdict(of: text, received: received) {
        case .plausible: return result
        case .doubtful(let code):
            note(code, .warning, place, source, line, &run)
            return result
        case .impossible(let code):
            note(code, .warning, place, source, line, &run)
            return nil
        }
    }

    private func timing(of value: PlannedValue, at place: Place) -> FieldTiming? {
        if let known = value.timing { return known }
        let field = CanonicalModel.application.field(atPlace: place.path)
        let timing: FieldTiming? =
            switch field?.type {
            case .date, .dateTime: field?.timing
            case .text, .code, .word, .money, .integer, .boolean, nil: nil
            }
        value.timing = .some(timing)
        return timing
    }
}
