import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// What may be wrong with one field. The guide's table `What happens to a faulty field` tells the outcomes.
private enum Fault: String, CaseIterable {
    case absent, empty, placeholder, tooLong, wrongFormat, unknownCode, repeated, contradictory
}

/// A rule with what its place in the mapping adds to it.
private struct PlacedRule {
    let value: Rule.Value
    let line: Int
    /// Canonical, slash-separated, without positions.
    let target: String
    let isInList: Bool
    let isSplit: Bool
    /// The conditions that it stands under.
    let conditions: [String]

    var isFatal: Bool { value.isRequired && !isInList && value.fallback == nil }
}

extension Rule {
    fileprivate static func placed(
        _ rules: [Rule], target: String = "", isInList: Bool = false, isSplit: Bool = false, conditions: [String] = []
    ) -> [PlacedRule] {
        rules.flatMap { rule -> [PlacedRule] in
            switch rule {
            case .value(let value, let when, let line):
                [
                    PlacedRule(
                        value: value, line: line, target: TargetTree.join(target, value.to), isInList: isInList,
                        isSplit: isSplit, conditions: conditions + [when].compactMap(\.self))
                ]
            case .within(let to, let node, let inner, let when, _):
                placed(
                    inner, target: to.map { TargetTree.join(target, $0) } ?? target, isInList: isInList,
                    isSplit: isSplit, conditions: conditions + [when, node].compactMap(\.self))
            case .list(let list, let inner, let when, _):
                placed(
                    inner, target: TargetTree.join(target, list.to), isInList: true, isSplit: list.split != nil,
                    conditions: conditions + [when, list.each].compactMap(\.self))
            // What stands in a text is no node that can be hurt.
            case .constant, .index, .embedded, .lookup, .warn, .read: []
            }
        }
    }
}

/// One mapping with the example that holds all its fields.
private struct Matrix {
    let mapping: Mapping
    let sample: SampleTree
    let base: TranslatedDocument
    let translator: Translator
    let rules: [Int: PlacedRule]

    static let nobodysWord = "㐀㐁㐂"

    init(_ mapping: Mapping, _ translator: Translator, bytes: [UInt8]) throws {
        self.mapping = mapping
        self.translator = translator
        sample = try SampleTree(bytes)
        base = Self.translate(sample.bytes, translator, explain: true)
        let placed = mapping.records.flatMap { Rule.placed($0.rules) }
        // Two rules of one line cannot be told apart by a finding.
        rules = Dictionary(grouping: placed, by: \.line).compactMapValues { $0.count == 1 ? $0[0] : nil }
    }

    static func translate(
        _ bytes: [UInt8], _ translator: Translator, by mapping: String? = nil, explain: Bool = false
    ) -> TranslatedDocument {
        translator.translate(
            bytes, format: nil, declaredEncoding: nil, mapping: mapping, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_751_277_600), limits: ParseLimits(), explain: explain)
    }

    /// The rules that the example reaches, each once, with the place it reads and the record it writes.
    var reached: [(rule: PlacedRule, path: String, record: Int)] {
        var seen: Set<Int> = []
        return base.records.enumerated().flatMap { index, record in
            record.traces.compactMap { trace in
                guard let line = trace.rule.split(separator: ":").last.flatMap({ Int($0) }), let rule = rules[line],
                    let path = trace.location?.path, seen.insert(line).inserted
                else { return nil }
                return (rule, path, index)
            }
        }
    }
}

@Suite struct FieldMatrix {
    private struct Expectation {
        let change: SampleTree.Change
        /// What must be told of the rule; nothing where tolerance is documented.
        var code: String?
        var severity: Finding.Severity?
        /// Whether the record is refused.
        var isFatal = false
    }

    /// The documented outcome, or nothing where the fault has no meaning for the rule.
    private func expectation(
        _ fault: Fault, of rule: PlacedRule, in application: LegalAidApplication, _ placeholders: Placeholders
    ) -> Expectation? {
        switch fault {
        case .absent: return Expectation(change: .remove, isFatal: rule.isFatal)
        case .empty:
            if rule.isSplit { return Expectation(change: .set("")) }
            return Expectation(change: .set(""), code: "empty", severity: .info, isFatal: rule.isFatal)
        case .placeholder:
            if rule.isSplit || rule.value.converters.contains(.boolean) { return nil }
            // 无 is an answer to some.
            let word = placeholders.read("无", for: rule.value.uses) == .value ? "未填" : "无"
            // An attachment is missed whatever stands for it.
            return Expectation(
                change: .set(word), code: "nullToken", severity: rule.value.isBase64 ? .warning : .info,
                isFatal: rule.isFatal)
        case .tooLong:
            guard let limit = rule.value.maxLength, limit < 10_000, !rule.isSplit, rule.value.codes == nil,
                rule.value.words.isEmpty, rule.value.converters.allSatisfy(Self.keepsText)
            else { return nil }
            return Expectation(
                change: .set(String(repeating: "长", count: limit + 1)), code: "tooLong",
                severity: rule.value.isRequired && !rule.isInList ? .error : .warning,
                isFatal: rule.value.isRequired && !rule.isInList)
        case .wrongFormat:
            guard let (text, code) = Self.wrongFormat(of: rule.value), !rule.isSplit else { return nil }
            return Expectation(
                change: .set(text), code: code, severity: .warning, isFatal: rule.isFatal && code != "checksumError")
        case .unknownCode:
            guard rule.value.codes != nil || !rule.value.words.isEmpty, rule.value.converters.allSatisfy(Self.keepsText)
            else { return nil }
            let severity: Finding.Severity =
                switch rule.value.unknown {
                case .warning: .warning
                case .fallback("unknown"): .warning
                case .skip, .fallback: .info
                case .error: .error
                }
            if rule.value.isWill {
                return Expectation(change: .set(Matrix.nobodysWord), code: "willUnclear", severity: .warning)
            }
            return Expectation(
                change: .set(Matrix.nobodysWord), code: "unknownCode", severity: severity,
                isFatal: severity == .error || rule.isFatal && !rule.value.unknown.hasFallback)
        case .repeated:
            // In a list the second one is another item.
            guard !rule.isSplit, rule.value.from != ".", !rule.value.from.contains("["),
                !rule.value.from.contains("(")
            else { return nil }
            return Expectation(change: .repeated(Matrix.nobodysWord), code: "repeated", severity: .warning)
        case .contradictory: return contradiction(of: rule, in: application)
        }
    }

    private static func keepsText(_ converter: Converter) -> Bool {
        switch converter {
        case .text, .personName, .fullText, .upper, .letterNo, .caseNumber, .organCode: true
        case .residentId, .uscc, .phone, .date, .dateTime, .monthStart, .monthEnd, .spreadsheetDay, .money, .integer,
            .boolean,
            .division,
            .placeDivision:
            false
        }
    }

    private static func wrongFormat(of value: Rule.Value) -> (String, String)? {
        if value.isBase64 { return ("%%%", "attachmentUndecodable") }
        guard let converter = value.converters.first(where: { !keepsText($0) }) else { return nil }
        switch converter {
        case .date, .dateTime, .monthStart, .monthEnd: return ("大约去年", "notADate")
        case .money, .integer: return ("若干", "notANumber")
        case .boolean: return ("也许", "notABoolean")
        case .phone: return ("家里没人接", "formatError")
        case .uscc: return ("91320412MA1N000696", "checksumError")
        case .division, .placeDivision: return ("91320412MA1N000696", "notADivision")
        // Judged by the kind of paper, not by the converter.
        case .residentId, .text, .personName, .fullText, .upper, .letterNo, .caseNumber, .organCode, .spreadsheetDay:
            return nil
        }
    }

    /// Facts that the identity number tells too.
    private func contradiction(of rule: PlacedRule, in application: LegalAidApplication) -> Expectation? {
        guard application.text("recipient.idCheck") == "valid", let number = application.idNumber?.plain else {
            return nil
        }
        let sex = ResidentID.sexCode(of: number)
        return switch rule.target {
        case "recipient/birthDate" where rule.value.converters == [.date]:
            Expectation(change: .set("1900-02-28"), code: "birthDateConflict", severity: .warning)
        case "recipient/sexCode" where rule.value.codes == "sex" && rule.value.converters.isEmpty:
            Expectation(
                change: .set(sex == "1" ? "女" : "男"), code: "sexConflict",
                severity: .warning)
        default: nil
        }
    }

    private static let translator = Result { try Translator(directory: mappingsFolder.path, digests: .fixed) }

    @Test(arguments: try translator.get().mappings.filter(\.isInbound).map(\.id))
    func `every field of a mapping meets every fault with the documented outcome`(id: String) throws {
        let translator = try Self.translator.get()
        let mapping = try #require(translator.inForce.mappings.first { $0.id == id })
        let examples = mappingsFolder.appending(path: id + "/examples")
        let names = try FileManager.default.contentsOfDirectory(atPath: examples.path).sorted()
        let name = try #require(
            names.first { $0.hasPrefix("all-fields") && !$0.contains(".expected.") && !$0.contains("gb18030.json") },
            "\(id) has no all-fields example")
        let bytes = try [UInt8](Data(contentsOf: examples.appending(path: name)))
        let matrix = try Matrix(mapping, translator, bytes: bytes)
        try #require(matrix.base.mapping?.id == id, "the example is taken by \(matrix.base.mapping?.id ?? "none")")
        var tried = 0
        for (rule, path, record) in matrix.reached {
            for fault in Fault.allCases {
                let application = matrix.base.records[record].application
                guard let expected = expectation(fault, of: rule, in: application, translator.placeholders) else {
                    continue
                }
                tried += 1
                try check(fault, rule, at: path, record: record, expected, in: matrix)
            }
        }
        #expect(tried >= 20, "only \(tried) cases: the example or its rules are not reached")
    }

    private func check(
        _ fault: Fault, _ rule: PlacedRule, at path: String, record: Int, _ expected: Expectation, in matrix: Matrix
    ) throws {
        let place = "\(matrix.mapping.id):\(rule.line) \(rule.target) \(fault.rawValue)"
        var sample = matrix.sample
        guard sample.apply(expected.change, at: path) else { return }
        let name = path.split(separator: "/").last { Int($0) == nil }.map { $0.split(separator: "[")[0] } ?? ""
        // A field may decide whose document it is, or what a record is.
        let selectors = [matrix.mapping.accepts] + matrix.mapping.records.flatMap { [$0.record, $0.when ?? ""] }
        let decides = selectors.contains { $0.contains(name) }
        let result = Matrix.translate(sample.bytes, matrix.translator, by: decides ? nil : matrix.mapping.id)
        guard result.mapping?.id == matrix.mapping.id, result.records.count == matrix.base.records.count else {
            #expect(decides, "\(place): no longer taken")
            return
        }
        let translated = result.records[record]
        let rules = matrix.readers(of: path)
        // Under a condition that asks for the field, or with another place to take it from, the rule may keep silent.
        let depends =
            rule.conditions.contains { $0.contains(name) } || rule.value.from.contains { "(|".contains($0) }
            || rule.value.join != nil && expected.code == "repeated"
        if let code = expected.code, !depends {
            let own = translated.findings.filter { $0.code == code && $0.concerns(rule, of: matrix.mapping) }
            #expect(!own.isEmpty, "\(place): \(code) is not told")
            #expect(own.isEmpty || own.contains { $0.severity == expected.severity }, "\(place): wrong severity")
            if code == "unknownCode", rule.value.codes != nil {
                #expect(own.allSatisfy { $0.list == rule.value.codes })
            }
        }
        if expected.isFatal, !depends { #expect(!translated.isUsable, "\(place): accepted") }
        for error in translated.findings where error.severity == .error {
            let isKnown =
                matrix.base.records[record].findings.contains(error)
                || rules.contains {
                    error.concerns($0, of: matrix.mapping) && ($0.value.isRequired || $0.value.unknown == .error)
                }
                || matrix.mapping.raisesErrors(at: error.rule)
            #expect(isKnown, "\(place): refused by \(error.code) \(error.rule ?? "")")
        }
    }
}

extension Matrix {
    /// Every rule that reads the place in the example.
    func readers(of path: String) -> [PlacedRule] {
        base.records.flatMap(\.traces).filter { $0.location?.path == path }.compactMap { trace in
            trace.rule.split(separator: ":").last.flatMap { Int($0) }.flatMap { rules[$0] }
        } + rules.values.filter { $0.value.isRequired }
    }
}

extension UnknownCode {
    fileprivate var hasFallback: Bool { if case .fallback = self { true } else { false } }
}

extension Finding {
    /// Consistency tells of the mapping as a whole, at the field.
    fileprivate func concerns(_ placed: PlacedRule, of mapping: Mapping) -> Bool {
        rule == "\(mapping.id):\(placed.line)"
            || rule == mapping.id && path == placed.target.replacing("/", with: ".")
    }
}

extension Mapping {
    /// Whether a `warn` or `contradiction` of this line refuses the record.
    fileprivate func raisesErrors(at rule: String?) -> Bool {
        func lines(_ rules: [Rule]) -> [Int] {
            rules.flatMap { rule -> [Int] in
                switch rule {
                case .warn(let warning, _, let line): warning.severity == .error ? [line] : []
                case .within(_, _, let inner, _, _), .list(_, let inner, _, _), .embedded(_, let inner, _, _):
                    lines(inner)
                case .value, .constant, .index, .lookup, .read: []
                }
            }
        }
        return lines(allRules).contains { rule == "\(id):\($0)" }
    }
}

let mappingsFolder = repository.appending(path: "Mappings")
