import Canonical
import Documents
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

// Calls that say themselves what their document is about: how such a document is read.

extension CallTerms.Subject {
    /// How the application is found, before anything that the document says of it.
    var names: [CaseName] {
        switch self {
        case .supplement(let id), .withdrawal(let id): [.referral(id)]
        case .application: []
        }
    }
}

extension Pipeline {
    /// The document as a message of the kind that the call asks for.
    ///
    /// - Throws: `Problem` `.badRequest` for a withdrawal that is none.
    func read(_ message: Message, about subject: CallTerms.Subject?) throws(Problem) -> TranslatedDocument {
        switch subject {
        case nil: return translate(message)
        case .application:
            var document = translator.readCanonical(message.bytes, receivedAt: message.receivedAt)
            document.records = document.records.map(\.asApplication)
            return document
        case .supplement:
            var document = canonicalSupplement(message) ?? translate(message)
            document.records = document.records.map { $0.with(kind: .supplement) }
            return document
        case .withdrawal:
            var content = JSONObject([("intakeKind", .string(IntakeKind.cancel.rawValue))])
            content["withdrawal"] = .compact([("reason", .text(try Self.reason(in: message.bytes)))])
            return .said(LegalAidApplication(content: content))
        }
    }

    /// JSON with `materials` on top and nothing of an envelope is canonical; all else is the sender's own format, and
    /// there its reader tells what is wrong with it.
    private func canonicalSupplement(_ message: Message) -> TranslatedDocument? {
        guard let object = (try? JSONValue(parsing: message.bytes))?.object, object["materials"]?.array != nil,
            object.names.allSatisfy(Self.supplementMembers.contains)
        else { return nil }
        return translator.readCanonical(object, receivedAt: message.receivedAt)
    }

    private static let supplementMembers: Set<String> = [
        "schemaVersion", "materials", "recipient", "economic", "reliefStatuses", "groupFlags", "matter", "remarks",
    ]

    /// The free text is kept with the message and told to the institution, never logged.
    private static func reason(in bytes: [UInt8]) throws(Problem) -> String? {
        guard !bytes.isEmpty else { return nil }
        guard let object = (try? JSONValue(parsing: bytes))?.object else {
            throw Problem(
                .badRequest, zh: "撤回请求应为 JSON 对象，如 {\"reason\": \"…\"}，也可为空。",
                en: "A withdrawal is a JSON object such as {\"reason\": \"…\"}, or empty.")
        }
        guard let reason = object["reason"] else { return nil }
        guard let text = reason.string, text.count <= 500 else {
            throw Problem(
                .badRequest, zh: "reason 应为不超过 500 字的文字。", en: "reason must be a text of at most 500 characters.")
        }
        return text
    }
}

extension TranslatedRecord {
    fileprivate func with(kind: IntakeKind) -> TranslatedRecord {
        var application = application
        application.set("intakeKind", .string(kind.rawValue))
        return with(application)
    }

    /// An application that a person handed in: the aid route and the will follow from that where nothing else is said.
    fileprivate var asApplication: TranslatedRecord {
        var application = application
        if application.intakeKind == nil { application.set("intakeKind", "application") }
        if application.aidRoute == nil { application.set("aidRoute", "byApplication") }
        var findings: [Finding] = []
        if application.text("recipient.name") == nil {
            findings.append(
                Finding(severity: .error, code: "missing", path: "recipient.name", location: nil, rule: nil))
        }
        return with(application, findings: findings)
    }
}
