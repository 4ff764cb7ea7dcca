import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// An institution's report of a step, held against what a report may hold and what its sender must be told. Nothing of it
/// leaves that the published status does not know.
struct ReportReading {
    /// Members of the report itself; the others are details of the status.
    ///
    /// The number is that of characters at most.
    static let own = ["event": 40, "occurredAt": 40, "officer": 30]
    /// What is told of the step. What becomes of a lead is answered by a call of its own, and nobody reports it here.
    static let told = Set(StatusEvent.detailNames).subtracting(["lead"])
    /// What institutions copy from the application's own list; it is theirs to say and goes no further.
    static let listed: [(name: String, type: FieldType)] = [
        ("required", .boolean), ("due", .date), ("obtainableByShare", .boolean), ("basis", .text(500)),
    ]

    private let translator: Translator
    private var findings: [Finding] = []

    /// Who may name a last day: that of a supplement period. All other limits are the law's.
    static let periods: Set<CaseEvent> = [.requestSupplement, .acceptProvisionally]

    /// - Throws: `Problem` 400 where it names no step that is reported.
    static func event(in body: JSONObject) throws(Problem) -> CaseEvent {
        let name = body["event"]?.string
        if let event = name.flatMap(CaseEvent.init(rawValue:)), event != .transfer { return event }
        var problem =
            name == CaseEvent.transfer.rawValue
            ? Problem.badMember(
                "unknownCode", at: "/event", zh: "转办请调用 POST /v1/applications/{id}/transfer。",
                en: "Use POST /v1/applications/{id}/transfer to hand a case over.")
            : Problem.badMember(
                body["event"] == nil ? "missing" : name == nil ? "wrongType" : "unknownCode", at: "/event",
                zh: "event 缺失或未知，可用值见 legal。", en: "event is missing or unknown; legal lists the known ones.")
        problem.members = [
            ("legal", .array(CaseEvent.allCases.filter { $0 != .transfer }.map { .string($0.rawValue) }))
        ]
        throw problem
    }

    /// The report with its details as the sender is told them.
    ///
    /// - Throws: `Problem` 400 with every member that is unknown, of another type or outside its code list, each with its
    ///   JSON pointer.
    static func read(
        _ body: JSONObject, of event: CaseEvent, by translator: Translator
    ) throws(Problem) -> JSONObject {
        var reading = ReportReading(translator: translator)
        var read = JSONObject()
        for member in body.members {
            if let length = own[member.name] {
                let text = member.value.string ?? ""
                let isBlank = member.value.string != nil && text.allSatisfy(\.isWhitespace)
                if let code = isBlank ? "empty" : mistake(in: member.value, .text(length), translator) {
                    reading.note(code, member.name, at: "", of: (.text, member.value))
                } else if member.name == "occurredAt", !Occurrence.isTime(text) {
                    reading.note("notADate", member.name, at: "")
                }
                read[member.name] = member.value
            } else if member.name == "due", !periods.contains(event) {
                reading.note("unknownMember", member.name, at: "")
            } else if Self.told.contains(member.name) {
                read[member.name] = reading.detail(member.value, member.name, at: JSONPatch.pointer(member.name))
            } else {
                reading.note("unknownMember", member.name, at: "")
            }
        }
        guard reading.findings.isEmpty else { throw .report(.badRequest, reading.findings) }
        return read
    }

    /// Throws where the sender must be told what the report does not say.
    ///
    /// - Throws: `Problem` 422 with every member that is missing, its JSON pointer and the rule that asks for it.
    static func check(
        _ report: JSONObject, of event: CaseEvent, toTell audience: Audience, by triage: Triage,
        _ translator: Translator, on day: CalendarDate
    ) throws(Problem) {
        let whole = JSONValue.object(report)
        // Of what is not told nothing can be missed.
        guard let status = event.status, StatusVisibility.detail(of: status, for: audience) != .withheld else { return }
        var findings: [Finding] = []
        for duty in triage.duties(of: event, toTell: audience, on: day) {
            for path in duty.tells {
                for pointer in missing(path.split(separator: ".").map(String.init)[...], in: whole, at: "", translator)
                {
                    findings.append(
                        Finding(
                            "missing", path: path, pointer: pointer, rule: duty.id,
                            message: "缺少必须告知报送单位的内容：\(duty.title)（\(duty.basis)）。 The sender must be told this."))
                }
            }
        }
        guard findings.isEmpty else { throw .report(.incompleteReport, findings) }
    }

    /// The places where a path leads to nothing, or to a word that says nothing; a list must have an item, and each of them.
    private static func missing(
        _ path: ArraySlice<String>, in value: JSONValue?, at pointer: String, _ translator: Translator
    ) -> [String] {
        guard let name = path.first else {
            let isThere = value.map { $0.string.map { !translator.isPlaceholder($0) } ?? true } ?? false
            return isThere ? [] : [pointer]
        }
        if let items = value?.array {
            if items.isEmpty { return [pointer] }
            return items.enumerated().flatMap { missing(path, in: $1, at: "\(pointer)/\($0)", translator) }
        }
        guard let below = value?[name] else {
            return [pointer + path.map(JSONPatch.pointer).joined()]
        }
        return missing(path.dropFirst(), in: below, at: pointer + JSONPatch.pointer(name), translator)
    }

    private init(translator: Translator) { self.translator = translator }

    // MARK: Reading

    private mutating func detail(_ value: JSONValue, _ path: String, at pointer: String) -> JSONValue? {
        let model = CanonicalModel.status
        if model.isList(path) {
            guard let items = value.array else {
                note("wrongType", path, at: pointer, of: (.list, value))
                return nil
            }
            return .array(items.enumerated().compactMap { group($1, path, at: "\(pointer)/\($0)") })
        }
        if model.isGroup(path) { return group(value, path, at: pointer) }
        guard let field = model.field(at: path) else {
            note("unknownMember", path, at: pointer)
            return nil
        }
        if let code = Self.mistake(in: value, field.type, translator) {
            note(code, path, at: pointer, list: field.type.list, of: (MeantKind(of: field.type), value))
        }
        return value
    }

    private mutating func group(_ value: JSONValue, _ path: String, at pointer: String) -> JSONValue? {
        guard let object = value.object else {
            note("wrongType", path, at: pointer, of: (.object, value))
            return nil
        }
        var read = JSONObject()
        for member in object.members {
            if path == "missing", let listed = Self.listed.first(where: { $0.name == member.name }) {
                if let code = Self.mistake(in: member.value, listed.type, translator) {
                    note(
                        code, "\(path)/\(member.name)", at: pointer + JSONPatch.pointer(member.name),
                        of: (MeantKind(of: listed.type), member.value))
                }
                continue
            }
            read[member.name] = detail(
                member.value, "\(path)/\(member.name)", at: pointer + JSONPatch.pointer(member.name))
        }
        // Who is told of a paper reads its name.
        if path == "missing", read["title"] == nil, let kind = read["kind"]?.string {
            read["title"] = .text(translator.codeLists["materialKind"]?.name(of: kind))
        }
        return .object(read)
    }

    /// - Parameter value: what kind of value is meant there, and the one that is there.
    private mutating func note(
        _ code: String, _ path: String, at pointer: String, list: String? = nil,
        of value: (meant: MeantKind, found: JSONValue)? = nil
    ) {
        let pointer = pointer.isEmpty ? JSONPatch.pointer(path) : pointer
        let message = code == "wrongType" ? value.map { $0.meant.message(insteadOf: $0.found) } : nil
        findings.append(
            Finding(code, path: path.replacing("/", with: "."), pointer: pointer, list: list, message: message))
    }

    /// The code of what is wrong with a value.
    private static func mistake(in value: JSONValue, _ type: FieldType, _ translator: Translator) -> String? {
        switch type {
        case .integer: return value.int == nil ? "wrongType" : nil
        case .boolean: return value.bool == nil ? "wrongType" : nil
        case .text, .code, .word, .date, .dateTime, .money: break
        }
        guard let text = value.string else { return "wrongType" }
        switch type {
        case .text(let length): return text.count > length ? "tooLong" : nil
        case .code(let list): return translator.isCode(text, of: list) ? nil : "unknownCode"
        case .word(let words): return words.contains(text) ? nil : "unknownCode"
        case .date: return text.utf8.count == 10 && CalendarDate(iso: text) != nil ? nil : "notADate"
        case .dateTime: return Timestamp(canonical: text) == nil ? "notADate" : nil
        case .money: return text.wholeMatch(of: /\d+\.\d{2}/) == nil ? "notANumber" : nil
        case .integer, .boolean: return nil
        }
    }
}

extension FieldType {
    /// The code list of a code.
    fileprivate var list: String? {
        switch self {
        case .code(let list): list
        case .text, .word, .date, .dateTime, .money, .integer, .boolean: nil
        }
    }
}

extension Problem {
    /// A report that says what it may not, or not what it must.
    fileprivate static func report(_ kind: Kind, _ findings: [Finding]) -> Problem {
        var problem =
            kind == .incompleteReport
            ? Problem(
                kind, zh: "报告缺少必须告知报送单位的内容，共 \(findings.count) 处，见 errors；补全后重发，案件未变动。",
                en:
                    "The report lacks what its sender must be told, \(findings.count) in all; see errors. Nothing has changed."
            )
            : Problem(
                kind, zh: "报告中有 \(findings.count) 处不合接口说明，见 errors；更正后重发，案件未变动。",
                en:
                    "The report breaks the interface's description at \(findings.count) places; see errors. Nothing has changed."
            )
        problem.errors = findings.map(\.json)
        return problem
    }
}

extension JSONObject {
    /// A termination that its event itself gives the reason of: the person has a lawyer of their own (法律援助法 48(6);
    /// domain §3.1). What the report says is left as it is.
    func withImpliedReason(of step: CaseEvent) -> JSONObject {
        guard [.ownLawyerRetained, .refusalJustified].contains(step) else { return self }
        var report = self
        var termination = report["termination"]?.object ?? JSONObject()
        if termination["reasonCode"] == nil { termination["reasonCode"] = "T6" }
        report["termination"] = .object(termination)
        return report
    }
}
