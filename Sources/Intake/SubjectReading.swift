import Canonical
import Documents
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

// Calls that say themselves what their document is about: how such a document is read.

extension Pipeline {
    /// The document as a message of the kind that the call asks for.
    ///
    /// - Throws: `Problem`: `.disagreement` where it says itself that it is of another kind or, of a mapping that was asked
    ///   for, another message; `.badRequest` for a withdrawal that is none.
    func read(_ message: Message, about subject: CallTerms.Subject?) throws(Problem) -> TranslatedDocument {
        switch subject {
        case nil: return try translateAsAsked(message)
        case .application:
            var document = translator.readCanonical(message.bytes, receivedAt: message.receivedAt)
            document.records = document.records.map(\.asApplication)
            return document
        case .supplement:
            return try addressed(message, .supplement, canonical: canonicalSupplement(message))
        case .withdrawal:
            return try addressed(message, .cancel, canonical: canonicalWithdrawal(message))
        }
    }

    /// - Parameter canonical: nothing for a document in the sender's own format.
    private func addressed(
        _ message: Message, _ kind: IntakeKind, canonical: TranslatedDocument?
    ) throws(Problem) -> TranslatedDocument {
        var document: TranslatedDocument
        if let canonical {
            document = canonical
        } else {
            document = try translateAsAsked(message)
            if kind == .cancel { try Self.checkIsTaken(document) }
        }
        try check(document, is: kind)
        // Since the call names the referral, the document need not.
        document.records = document.records.map { $0.without { $0.code == "referenceMissing" } }
        return document
    }

    /// JSON with `materials` on top and nothing of an envelope is canonical; all else is the sender's own format, and
    /// there its reader tells what is wrong with it.
    private func canonicalSupplement(_ message: Message) -> TranslatedDocument? {
        guard let object = Self.object(in: message.bytes), object["materials"]?.array != nil,
            object.names.allSatisfy(Self.supplementMembers.contains)
        else { return nil }
        return canonical(object, as: .supplement, message)
    }

    private static let supplementMembers: Set<String> = [
        "schemaVersion", "intakeKind", "source", "reference", "materials", "recipient", "economic", "reliefStatuses",
        "groupFlags", "matter", "remarks",
    ]

    /// Nothing, or a reason, or canonical JSON. All else is the sender's own format.
    private func canonicalWithdrawal(_ message: Message) throws(Problem) -> TranslatedDocument? {
        if message.bytes.isEmpty { return canonical(JSONObject(), as: .cancel, message) }
        guard var object = Self.object(in: message.bytes),
            object.names.allSatisfy(Self.withdrawalMembers.contains)
        else { return nil }
        if let reason = try Self.reason(in: object) { object["withdrawal"] = ["reason": .string(reason)] }
        object["reason"] = nil
        return canonical(object, as: .cancel, message)
    }

    private static let withdrawalMembers: Set<String> = [
        "schemaVersion", "intakeKind", "source", "reference", "recipient", "withdrawal", "reason",
    ]

    /// What no mapping takes is no withdrawal, and nothing of it is kept.
    private static func checkIsTaken(_ document: TranslatedDocument) throws(Problem) {
        guard document.mapping == nil else { return }
        var problem = Problem(
            .badRequest,
            zh: "撤回请求应为 JSON 对象，如 {\"reason\": \"…\"}，也可为空，或用贵单位自己的撤回报文；所收内容的问题见 errors。",
            en:
                "A withdrawal is a JSON object such as {\"reason\": \"…\"}, or empty, or your own withdrawal document; errors tells what is wrong with this one."
        )
        problem.errors = document.findings.map { (finding: Finding) in finding.json }
        throw problem
    }

    private func canonical(_ object: JSONObject, as kind: IntakeKind, _ message: Message) -> TranslatedDocument {
        var object = object
        if object["intakeKind"] == nil { object["intakeKind"] = .string(kind.rawValue) }
        return translator.readCanonical(object, receivedAt: message.receivedAt)
    }

    /// Nothing where the bytes are something else, which the mappings' reader tells better.
    private static func object(in bytes: [UInt8]) -> JSONObject? {
        do {
            return try JSONValue(parsing: bytes).object
        } catch {
            return nil
        }
    }

    /// The free text is kept with the message and told to the institution, never logged.
    private static func reason(in object: JSONObject) throws(Problem) -> String? {
        guard let reason = object["reason"] else { return nil }
        guard let text = reason.string, text.unicodeScalars.count <= RequestBody.reasonLength else {
            throw .badMember(
                reason.string == nil ? "wrongType" : "tooLong", at: "/reason",
                zh: "reason 应为不超过 \(RequestBody.reasonLength) 字的文字。",
                en: "reason must be a text of at most \(RequestBody.reasonLength) characters.")
        }
        return text
    }
}

extension TranslatedRecord {
    /// An application that a person handed in: the aid route and the will follow from that where nothing else is said.
    fileprivate var asApplication: TranslatedRecord {
        var application = application
        if application.intakeKind == nil { application.set("intakeKind", "application") }
        if application.aidRoute == nil { application.set("aidRoute", "byApplication") }
        var findings: [Finding] = []
        if application.name == nil {
            findings.append(
                Finding(severity: .error, code: "missing", path: "recipient.name", location: nil, rule: nil))
        }
        return with(application, findings: findings)
    }
}
