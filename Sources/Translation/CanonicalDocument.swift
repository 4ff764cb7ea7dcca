import Canonical
import Documents
import StrictJSON
import Vocabulary

extension TranslatedDocument {
    /// Canonical JSON that is none.
    fileprivate static func refused(_ finding: Finding) -> TranslatedDocument {
        var document = TranslatedDocument()
        document.format = .json
        document.findings = [finding]
        return document
    }
}

extension TranslatedRecord {
    /// The same record with another application and more to say about it.
    public func with(_ application: LegalAidApplication, findings more: [Finding] = []) -> TranslatedRecord {
        var record = self
        record.application = application
        record.findings += more
        return record
    }

    /// The same record with some of the findings left out.
    public func without(_ isLeftOut: (Finding) -> Bool) -> TranslatedRecord {
        var record = self
        record.findings.removeAll(where: isLeftOut)
        return record
    }
}

extension Translator {
    /// Reads a canonical application as it stands: no mapping, but every field held against the model.
    ///
    /// Unknown fields and fields that the gateway writes itself are passed over with a warning; a value of the wrong kind
    /// refuses the document. Days are held against the moment of receipt (`FieldTiming`).
    public func readCanonical(_ bytes: [UInt8], receivedAt: Timestamp) -> TranslatedDocument {
        do {
            let value = try JSONValue(parsing: bytes)
            if let object = value.object { return readCanonical(object, receivedAt: receivedAt) }
            return .refused(
                Finding(
                    severity: .error, code: "wrongType", path: nil, location: nil, rule: nil,
                    message: MeantKind.object.message(insteadOf: value)))
        } catch {
            return .refused(
                Finding(
                    severity: .error, code: "notJSON", path: nil,
                    location: SourceLocation(line: error.line, column: error.column, path: ""), rule: nil))
        }
    }

    /// Reads what is known to be a JSON object already.
    public func readCanonical(_ object: JSONObject, receivedAt: Timestamp) -> TranslatedDocument {
        var document = TranslatedDocument()
        document.format = .json
        var reading = CanonicalReading(translator: self, received: receivedAt)
        let content = reading.object(object, at: "", shown: "")
        // The canonical name is the field's own here.
        document.records = [
            TranslatedRecord(
                application: LegalAidApplication(content: content),
                findings: reading.findings.map(\.canonical), traces: [], unfilled: [])
        ]
        return document
    }
}

/// One canonical document being held against the model.
private struct CanonicalReading {
    let translator: Translator
    let received: Timestamp
    var findings: [Finding] = []

    init(translator: Translator, received: Timestamp) {
        self.translator = translator
        self.received = received
    }

    mutating func object(_ object: JSONObject, at path: String, shown: String) -> JSONObject {
        var kept = JSONObject()
        for (name, value) in object.members {
            let below = path.isEmpty ? name : "\(path)/\(name)"
            let place = shown.isEmpty ? name : "\(shown).\(name)"
            kept[name] = self.value(value, at: below, shown: place)
        }
        return kept
    }

    private mutating func value(_ value: JSONValue, at path: String, shown: String) -> JSONValue? {
        let model = CanonicalModel.application
        if value.isNull { return nil }
        if model.isList(path) {
            guard let items = value.array else { return refuse(.list, insteadOf: value, shown) }
            return .array(
                items.enumerated().compactMap { single($1, at: path, shown: "\(shown)[\($0)]") })
        }
        return single(value, at: path, shown: shown)
    }

    private mutating func single(_ value: JSONValue, at path: String, shown: String) -> JSONValue? {
        let model = CanonicalModel.application
        if model.isGroup(path) {
            guard let below = value.object else { return refuse(.object, insteadOf: value, shown) }
            return .object(object(below, at: path, shown: shown))
        }
        guard let field = model.field(at: path), field.origin == .sender else {
            warn("unexpectedElement", shown)
            return nil
        }
        if let code = mistake(value, field.type) {
            return code == "wrongType"
                ? refuse(MeantKind(of: field.type), insteadOf: value, shown) : refuse(code, shown)
        }
        guard let result = Self.normal(value, field.type) else { return value }
        switch field.timing.verdict(of: result, received: received) {
        case .plausible: return .string(result)
        case .doubtful(let code):
            warn(code, shown)
            return .string(result)
        case .impossible(let code):
            warn(code, shown)
            return nil
        }
    }

    private mutating func warn(_ code: String, _ shown: String) {
        findings.append(Finding(severity: .warning, code: code, path: shown, location: nil, rule: nil))
    }

    /// A day, or a moment in China's time; nothing for what is neither.
    private static func normal(_ value: JSONValue, _ type: FieldType) -> String? {
        switch type {
        case .date: value.string
        case .dateTime: value.string.flatMap { plain(Converter.dateTime, $0) }
        case .text, .code, .word, .money, .integer, .boolean: nil
        }
    }

    /// What a converter makes of a text that it need not tell anything about.
    private static func plain(_ converter: Converter, _ text: String) -> String? {
        let conversion = converter.convert(text)
        return conversion.tolerated.isEmpty ? conversion.value?.string : nil
    }

    private mutating func refuse(_ code: String, _ shown: String) -> JSONValue? {
        findings.append(Finding(severity: .error, code: code, path: shown, location: nil, rule: nil))
        return nil
    }

    private mutating func refuse(_ meant: MeantKind, insteadOf value: JSONValue, _ shown: String) -> JSONValue? {
        findings.append(
            Finding(
                severity: .error, code: "wrongType", path: shown, location: nil, rule: nil,
                message: meant.message(insteadOf: value)))
        return nil
    }

    /// What is wrong with a value, in a finding's code.
    private func mistake(_ value: JSONValue, _ type: FieldType) -> String? {
        switch type {
        case .integer: return value.int == nil ? "notANumber" : nil
        case .boolean: return value.bool == nil ? "notABoolean" : nil
        case .text, .code, .word, .date, .dateTime, .money: break
        }
        guard let text = value.string else { return "wrongType" }
        switch type {
        case .text(let limit): return text.count > limit ? "tooLong" : nil
        case .code(let list): return translator.isCode(text, of: list) ? nil : "unknownCode"
        case .word(let words): return words.contains(text) ? nil : "unknownCode"
        case .date: return CalendarDate(iso: text) == nil ? "notADate" : nil
        case .dateTime: return Self.plain(.dateTime, text) == nil ? "notADate" : nil
        case .money: return Self.plain(.money, text) == nil ? "notANumber" : nil
        case .integer, .boolean: return nil
        }
    }
}
