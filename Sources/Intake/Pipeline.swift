import Canonical
import Cases
import Documents
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// Everything that a message meets between its bytes and the store: *parse → validate → translate → triage*.
///
/// It stores nothing, so intake, the dry run and the examples' test all take the same walk.
public struct Pipeline: Sendable {
    /// What the messages to come are read and judged by.
    public let current: CurrentMappingsAndRules
    private let limits: ParseLimits

    public init(_ current: CurrentMappingsAndRules, limits: ParseLimits) {
        self.current = current
        self.limits = limits
    }

    public var translator: Translator { current.translator }
    public var triage: Triage { current.triage }

    /// With the mappings and rules of this moment, whatever is put in force later.
    public func pinned() -> Pipeline { Pipeline(current.pinned(), limits: limits) }

    /// One message's bytes with what its carrier said about them.
    public struct Message: Sendable {
        public var bytes: [UInt8]
        public var format: DocumentFormat?
        public var declaredEncoding: String?
        /// The mapping asked for, instead of letting the document tell.
        public var mapping: String?
        /// The mappings this sender may use; `nil` for all.
        public var allowedMappings: Set<String>?
        /// The sender codes this sender may sign with; empty for all.
        public var senderCodes: Set<String>
        /// What kind of agency sends it, as the credential says; rules ask for it.
        public var senderType: String?
        /// What the registry calls the sender and its code, where the document does not: rules ask for them too.
        public var senderName: String?
        public var senderCode: String?
        public var receivedAt: Timestamp
        public var explain: Bool
        /// Whether rules note hints, clocks and a queue; mapping examples are held without them, since they change by
        /// other files.
        public var assesses = true
        /// Whether the document's shape and the codes that nobody knows are wanted, for the drift watch.
        public var observes = false
        /// Whether the call itself names the referral that the message is about.
        public var isAddressed = false
        /// Whether the mapping asked for gives way to the document's own.
        public var yieldsMapping = false
        /// What the transport called it, without parameters.
        public private(set) var mediaType: String?

        public init(
            bytes: [UInt8], format: DocumentFormat? = nil, declaredEncoding: String? = nil, mapping: String? = nil,
            allowedMappings: Set<String>? = nil, senderCodes: Set<String> = [], receivedAt: Timestamp,
            explain: Bool = false
        ) {
            self.bytes = bytes
            self.format = format
            self.declaredEncoding = declaredEncoding
            self.mapping = mapping
            self.allowedMappings = allowedMappings
            self.senderCodes = senderCodes
            self.receivedAt = receivedAt
            self.explain = explain
        }

        /// As `Stamp` writes it: rules that are asked again on what is stored must find what they found at first.
        fileprivate func tellSender(in application: inout LegalAidApplication) {
            if let senderType { application.set("source.senderType", .string(senderType)) }
            for (path, text) in [("source.senderName", senderName), ("source.senderCode", senderCode)] {
                if let text, application.value(path) == nil { application.set(path, .string(text)) }
            }
        }

        /// Reads format and charset from a media type such as `application/xml; charset=gb18030` (RFC 9110 §8.3).
        public mutating func setMediaType(_ mediaType: String?) {
            guard let mediaType = mediaType?.lowercased() else { return }
            let parts = mediaType.split(separator: ";").map { $0.drop { $0 == " " } }
            if let type = parts.first {
                self.mediaType = String(type.prefix(100))
                if type.hasSuffix("xml") { format = .xml }
                if type.hasSuffix("json") { format = .json }
            }
            for part in parts.dropFirst() where part.hasPrefix("charset=") {
                declaredEncoding = String(part.dropFirst("charset=".count).filter { $0 != "\"" })
            }
        }
    }

    /// What the walk gave.
    public struct Walk: Sendable {
        public let translation: TranslatedDocument
        public let records: [Step]

        /// Findings about the document as a whole.
        public var findings: [Finding] { translation.findings }
        /// The document's outcome: invalid only when nothing in it could be used.
        public var outcome: Outcome {
            records.first { $0.outcome != .invalid }?.outcome ?? .invalid
        }
        public var messageID: String? { records.lazy.compactMap(\.messageID).first }
    }

    /// One record's part of the walk.
    public struct Step: Sendable {
        public let outcome: Outcome
        public let application: LegalAidApplication
        public let assessment: Assessment?
        public let findings: [Finding]
        /// Where each field came from, and which fields could have come; only when an explanation was asked for.
        public let traces: [FieldTrace]
        public let unfilled: [String]
        /// What earlier shares show about its person.
        var evidence: [JSONValue] = []

        public var messageID: String? { application.messageID }
    }

    /// The whole walk, without what is on file about the persons.
    public func walk(_ message: Message) -> Walk { assess(translate(message), message) { _ in [] } }

    /// Whether documents may be read by this mapping.
    public func mayUse(_ mapping: String, among allowed: Set<String>?) -> Bool {
        (allowed?.contains(mapping) ?? true) && translator.mappings.contains { $0.id == mapping && $0.isInbound }
    }

    /// The first part of the walk: *parse → validate → translate*.
    public func translate(_ message: Message) -> TranslatedDocument {
        var document = translator.translate(
            message.bytes, format: message.format, declaredEncoding: message.declaredEncoding,
            mapping: message.mapping, among: message.allowedMappings, receivedAt: message.receivedAt, limits: limits,
            explain: message.explain, observe: message.observes)
        document.findings = document.findings.map { $0.told(mediaType: message.mediaType) }
        return document
    }

    /// The same for a call: a mapping that it asks for and that is not the document's own makes the call wrong.
    ///
    /// - Throws: `Problem` `.disagreement`.
    func translateAsAsked(_ message: Message) throws(Problem) -> TranslatedDocument {
        let document = translate(message)
        let other = document.findings.filter { $0.code == "mappingDisagrees" }
        if other.isEmpty { return document }
        guard message.yieldsMapping else { throw .disagreement(other) }
        var message = message
        message.mapping = nil
        return translate(message)
    }

    /// The rest of it: *triage*.
    ///
    /// - Parameter evidence: what status shares on file show about the person of an application.
    public func assess(
        _ translation: TranslatedDocument, _ message: Message, evidence: (LegalAidApplication) -> [JSONValue]
    ) -> Walk {
        let triage = triage
        let records = translation.records.enumerated().map { index, record in
            step(record, index: index, message: message, triage: triage, evidence: evidence(record.application))
        }
        return Walk(translation: translation, records: records)
    }

    private func step(
        _ record: TranslatedRecord, index: Int, message: Message, triage: Triage, evidence: [JSONValue]
    ) -> Step {
        var findings = record.findings
        let application = record.application
        if let code = application.senderCode, !message.senderCodes.isEmpty, !message.senderCodes.contains(code) {
            findings.append(
                finding("senderMismatch", at: "source.senderCode", of: record, index: index, in: message))
        }
        if !message.isAddressed, Self.isAboutNothing(application) {
            findings.append(finding("missing", at: "reference", of: record, index: index, in: message))
        }
        let outcome = Self.outcome(of: application, findings: findings)
        switch outcome {
        case .accepted where message.assesses, .lead where message.assesses:
            var application = application
            message.tellSender(in: &application)
            let assessment = triage.assess(
                application, receivedAt: message.receivedAt, evidence: evidence, isLead: outcome == .lead,
                explain: message.explain)
            return Step(
                outcome: outcome, application: assessment.application, assessment: assessment, findings: findings,
                traces: record.traces, unfilled: record.unfilled, evidence: evidence)
        case .accepted, .lead, .shared, .parked, .invalid:
            return Step(
                outcome: outcome, application: application, assessment: nil, findings: findings, traces: record.traces,
                unfilled: record.unfilled, evidence: evidence)
        }
    }

    /// What follows a referral must say which: otherwise it would wait for ever.
    private static func isAboutNothing(_ application: LegalAidApplication) -> Bool {
        switch application.intakeKind {
        case .supplement, .cancel, .caseEvent:
            application.value("reference") == nil && application.idNumber == nil && application.name == nil
        case .application, .notification, .referralSuggestion, .consultation, .lead, .statusShare, .transfer,
            .dutyLawyerHelp, nil:
            false
        }
    }

    /// Only the person's own will or a statutory notice makes an application; all else is a lead or a share.
    private static func outcome(of application: LegalAidApplication, findings: [Finding]) -> Outcome {
        if findings.contains(where: { $0.severity == .error }) { return .invalid }
        switch application.intakeKind {
        case .statusShare: return .shared
        case .lead: return .lead
        // Until it is known whether the application is here that it is about.
        case .supplement, .cancel, .caseEvent: return .parked
        // Without a word about an earlier one, a transfer brings the application itself.
        case .transfer: return application.value("reference") != nil ? .parked : .accepted
        case .notification, .consultation: return .accepted
        case .application, .referralSuggestion, .dutyLawyerHelp:
            return application.applyWill == "unknown" || application.applyWill == nil ? .lead : .accepted
        case nil: return .invalid
        }
    }
}
