import Canonical
import Cases
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

// A call that says itself what its document is about, held against what the document says.

extension Pipeline {
    /// What is wrong with a value that the translation had nothing to say of, with its place.
    ///
    /// - Parameter index: of the record in its document.
    func finding(
        _ code: String, at path: String, of record: TranslatedRecord, index: Int, in message: Message
    ) -> Finding {
        guard let mapping = record.mapping else {
            return translator.named(
                Finding(severity: .error, code: code, path: path, location: nil, rule: nil), of: nil)
        }
        // Places are kept only when they are asked for, so the document is read once more.
        var explained = message
        explained.explain = true
        let document = translate(explained)
        let traces = document.records.indices.contains(index) ? document.records[index].traces : []
        let place = traces.last { $0.target == path }
        return translator.named(
            Finding(
                severity: .error, code: code, path: path, location: place?.location ?? document.root,
                rule: place?.rule ?? mapping.id),
            of: mapping.id)
    }

    /// Only a document of the kind that the call asks for is taken for it.
    ///
    /// - Throws: `Problem` `.disagreement`.
    func check(_ document: TranslatedDocument, is kind: IntakeKind) throws(Problem) {
        let others = document.records.filter { $0.application.intakeKind != kind }
        guard !others.isEmpty else { return }
        throw .disagreement(
            others.map { other in
                let own = other.application.intakeKind?.zh ?? ""
                let mapping = other.mapping.map { "（\($0.id)）" } ?? ""
                return Finding(
                    severity: .error, code: "kindDisagrees", path: "intakeKind", location: document.root,
                    rule: other.mapping?.id,
                    message: "此地址只收“\(kind.zh)”报文，而报文是“\(own)”\(mapping)。 The path takes another kind of message.")
            })
    }
}

extension IntakeService {
    /// Holds what a document says of its referral and its person against the referral that the call names.
    ///
    /// - Returns: how each record's applications are named, the most telling way: all that the referral made, or the one among
    ///   them that the record speaks of. Nothing where the call names no referral.
    /// - Throws: `Problem`: `.disagreement` with every place that differs, `.notFound`, `.wrongState` where the referral has
    ///   made no application; `StoreError`.
    func hold(
        _ document: TranslatedDocument, _ message: Pipeline.Message, to subject: CallTerms.Subject?,
        from sender: Partner, through pipeline: Pipeline
    ) async throws -> [CaseName] {
        guard let id = subject?.referralID else { return [] }
        guard let referral = try await store.referral(id: id), referral.partnerID == sender.id else {
            throw Problem.noSuchReferral
        }
        var applications: [ApplicationRecord] = []
        for number in referral.applicationNos {
            if let application = try await store.application(number) { applications.append(application) }
        }
        guard !applications.isEmpty else { throw Problem.nothingToFollow }
        var differing: [Finding] = []
        var names: [CaseName] = []
        for (index, record) in document.records.enumerated() {
            let (meant, codes) = try Self.differences(of: record.application, from: referral, applications)
            names.append(Self.name(of: meant, among: applications, of: referral))
            guard record.isUsable else { continue }
            differing += codes.map { pipeline.finding($0.code, at: $0.path, of: record, index: index, in: message) }
        }
        if !differing.isEmpty { throw Problem.disagreement(differing) }
        return names
    }

    /// The one application that is meant, or the referral: by that it is known whether a second notice is spoken of.
    private static func name(
        of meant: [ApplicationRecord], among applications: [ApplicationRecord], of referral: ReferralRecord
    ) -> CaseName {
        guard meant.count == 1, let one = meant.first else { return .referral(referral.id) }
        let isItsOwn = one.referralID == referral.id || (one.messageID != nil && one.messageID == referral.messageID)
        return isItsOwn || applications.count > 1 ? .applicationNo(one.applicationNo) : .referral(referral.id)
    }

    /// - Returns: the applications that the message may mean, and codes of findings with the canonical field of each.
    private static func differences(
        of message: LegalAidApplication, from referral: ReferralRecord, _ applications: [ApplicationRecord]
    ) throws(StoreError) -> (meant: [ApplicationRecord], codes: [(code: String, path: String)]) {
        var differing: [String] = []
        var meant = applications
        /// What is not known of an application contradicts nothing.
        func narrow(_ path: String, _ known: (ApplicationRecord) throws(StoreError) -> String?) throws(StoreError) {
            guard let said = message.text(path) else { return }
            var fitting: [ApplicationRecord] = []
            for record in meant where try known(record).map({ $0 == said }) ?? true { fitting.append(record) }
            if fitting.isEmpty { differing.append(path) } else { meant = fitting }
        }
        if let said = message.text("reference.messageId"), said != referral.messageID {
            differing.append("reference.messageId")
        }
        try narrow("reference.applicationNo") { record throws(StoreError) in record.applicationNo }
        try narrow("reference.senderCaseRef") { record throws(StoreError) in
            try record.application.text("source.senderCaseRef")
        }
        try narrow("reference.caseNumber") { record throws(StoreError) in
            try record.application.text("proceeding.caseNumber")
        }
        var found = differing.map { (code: "referenceDisagrees", path: $0) }
        if let field = NamedPerson.field(in: message),
            try NamedPerson(in: message).among(meant, isExact: true).isEmpty
        {
            // Each of several may be meant, and none of them is named well enough.
            var mayBeMeant = false
            for record in meant where meant.count > 1 && !mayBeMeant {
                mayBeMeant = try !NamedPerson(in: message).among([record], isExact: true).isEmpty
            }
            found.append((mayBeMeant ? "personAmbiguous" : "personDisagrees", field))
        }
        return (meant, found)
    }
}

extension Problem {
    /// The call says one thing and its document another: nothing was kept.
    static func disagreement(_ findings: [Finding]) -> Problem {
        var problem = Problem(
            .disagreement,
            zh: "请求地址（参数）与报文内容不一致，未予接收：不一致之处见 errors。请改用报文所指转介的地址，或更正报文；也可发往 POST /v1/referrals，由报文自己指明。",
            en:
                "The call and its document disagree, as errors tells, and nothing was kept. Use the path of the referral that the document means, mend the document, or send it to POST /v1/referrals and let it speak for itself."
        )
        problem.errors = findings.map(\.json)
        return problem
    }

    static let nothingToFollow = Problem(
        .wrongState, zh: "该转介没有形成申请（报文有误、仍在等待，或本身就是补充、撤回、共享），不能补充或撤回；报文有误的，请更正后沿用原编号重发。",
        en:
            "This referral has made no application, so nothing can be added to it or withdrawn. Where its message was invalid, mend that and send it again under its id."
    )
}
