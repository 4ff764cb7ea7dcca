import Documents
import Foundation

/// Reads the patterns of a rule: what is wrong with one is told when the mapping is loaded, with its line.
extension MappingLoader {
    /// Nothing where the rule has no pattern.
    mutating func shape(of node: Node) -> TextShape? {
        var shape = TextShape()
        shape.extract = pattern("extract", of: node)
        shape.match = pattern("match", of: node)
        if let pattern = pattern("replace", of: node) {
            let words = node.attribute("with") ?? ""
            if let problem = pattern.problem(withReplacement: words) { complain(node, "with: \(problem)") }
            shape.replacement = TextShape.Replacement(pattern: pattern, words: words)
        } else if node.attribute("with") != nil, node.attribute("replace") == nil {
            complain(node, "with says what replace puts in, and there is no replace")
        }
        return shape.isEmpty ? nil : shape
    }

    private mutating func pattern(_ name: String, of node: Node) -> TextPattern? {
        guard let source = node.attribute(name) else { return nil }
        do throws(TextPattern.Malformed) {
            return try TextPattern(source)
        } catch {
            complain(node, "\(name) is no pattern: \(error.text)")
            return nil
        }
    }

    mutating func readDates(of node: Node, into value: inout Rule.Value) {
        guard let text = node.attribute("pattern") else { return }
        value.datePattern = text
        for part in text.components(separatedBy: "||") {
            do throws(DatePattern.Malformed) {
                value.dates.append(try DatePattern(Blanks.trimmed(part)))
            } catch {
                complain(node, "\(part) is no pattern of dates: \(error.text)")
            }
        }
    }

    /// A pattern of dates that nothing reads by would be passed over in silence.
    mutating func checkDates(of value: Rule.Value, at node: Node) {
        guard value.datePattern != nil else { return }
        let reads = value.converters.contains { converter in
            switch converter {
            case .date, .dateTime, .monthStart, .monthEnd: true
            case .text, .personName, .residentId, .uscc, .caseNumber, .letterNo, .phone, .spreadsheetDay, .money,
                .integer, .boolean, .fullText, .upper, .organCode, .division, .placeDivision:
                false
            }
        }
        if !isInbound {
            complain(node, "pattern reads dates; what goes out is written by as=\"format(…)\"")
        } else if !reads {
            complain(node, "pattern reads dates: write as=\"date\" or as=\"dateTime\" beside it")
        }
    }
}
