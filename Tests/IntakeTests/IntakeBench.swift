import Canonical
import Documents
import Foundation
import Messaging
import Observability
import Storage
import StrictJSON
import Synchronization
import Testing
import Translation
import Transport
import Triage
import Vocabulary

@testable import Cases
@testable import Intake

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The shipped mappings and rules: loaded once, they hold no state of a test.
let shippedPipeline = Result {
    let config = repository.appending(path: "config")
    return Pipeline(
        CurrentMappingsAndRules(
            MappingsAndRules(
                translator: try Translator(directory: repository.appending(path: "Mappings").path, digests: .openSSL),
                triage: try Triage(
                    rules: config.appending(path: "rules").path, calendar: config.appending(path: "calendar").path,
                    institutions: InstitutionFile(path: config.appending(path: "institutions.xml").path),
                    digest: Digests.openSSL.sm3))),
        limits: ParseLimits())
}

/// Intake over a store of its own, with every way in, at a time that stands still.
struct IntakeBench {
    static let now = Instant(milliseconds: 1_772_000_000_000)
    static let institution = "CZ-TN"

    let folder: URL
    let database: SQLiteDatabase
    let store: SQLMessageStore
    let metrics = Metrics()
    let intake: IntakeService

    var http: HTTPIntake { HTTPIntake(intake, referrals: referrals) }
    var files: ExchangeFolderIntake { ExchangeFolderIntake(intake) }
    var deadLetters: DeadLetterReplay { DeadLetterReplay(intake) }
    var referrals: ReferralView { ReferralView(store: store, registry: intake.registry, now: { Self.now }) }

    /// - Parameter partners: their ids; each may use all mappings and sign as anybody.
    init(partners: [String] = ["court"]) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "intake-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 256)
        store = try await SQLMessageStore(database: database)
        let hash = try KeyedHash(key: Array(repeating: 7, count: 32))
        let log = Log(sink: .none, now: { "" })
        let registry = Registry(
            partners: partners.map {
                Partner(
                    id: $0, name: "测试单位",
                    kind: SenderKind(code: "court", name: LocalizedText(zh: "人民法院", en: "court"), audience: .court),
                    senderCodes: [], mappings: [], statusMapping: nil,
                    returnAddress: nil, retryPolicy: RetryPolicy())
            }, institutions: [Institution(code: Self.institution, name: "测试机构", phone: nil, division: nil)])
        let count = Atomic<UInt64>(0)
        let pipeline = try shippedPipeline.get()
        let clerk = CaseClerk(
            pipeline.current,
            identifiers: IdentifierSource(random: { count.add(1, ordering: .relaxed).newValue }), registry: registry,
            keys: CaseKeys(hash: hash))
        intake = IntakeService(
            pipeline, clerk: clerk, store: store, now: { Self.now }, log: log, metrics: metrics,
            drift: DriftWatch(store: store, hash: hash, log: log, metrics: metrics))
    }

    func remove() async {
        await database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func submission(
        _ bytes: [UInt8], from partner: String = "court", about subject: CallTerms.Subject? = nil,
        mapping: String? = nil
    ) -> Submission {
        Submission(
            bytes, mediaType: nil, from: Caller(role: .partner, id: partner),
            on: CallTerms(subject: subject, mapping: mapping), receivedAt: Self.now)
    }

    func post(
        _ bytes: [UInt8], from partner: String = "court", asking accept: String? = nil,
        about subject: CallTerms.Subject? = nil
    ) async throws -> HTTPResponse {
        try await http.receive(
            HTTPRequest(
                method: "POST", path: "/v1/referrals", query: [], headers: accept.map { [("Accept", $0)] } ?? [],
                body: bytes), from: Caller(role: .partner, id: partner), about: subject)
    }

    /// A dead letter of the partner's: a document that nothing can be made of.
    func deadLetter(from partner: String = "court", _ bytes: [UInt8]) async throws -> DeadLetterDetail {
        guard case .invalid(let invalid) = try await intake.submit(submission(bytes, from: partner)) else {
            throw Unexpected("the document is valid")
        }
        return try #require(try await store.deadLetter(invalid.referralID))
    }

    func superseded(_ deadLetter: DeadLetterDetail) -> SupersededDeadLetter {
        SupersededDeadLetter(
            id: deadLetter.summary.id, version: deadLetter.summary.version, edited: true,
            act: AuditAct(
                at: Self.now, actor: "operator", role: "admin", action: .editAndResend, subject: deadLetter.summary.id,
                detail: "测试", sm3: { Digest.hex(Digest.sm3($0)) }))
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A court's notice in XML; without a name nothing can be made of it.
func courtNotice(_ id: String, name: String = "测试甲") -> [UInt8] {
    Array(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <ROOT><RECORD><BSXX><XXBH>\(id)</XXBH><FSDW>320402</FSDW><LEIX>TZBH</LEIX></BSXX>
        <AJXX><FYDM>苏0402</FYDM><AJLX>刑事一审</AJLX></AJXX>
        <DSRXX><RECORD><XM>\(name)</XM></RECORD></DSRXX></RECORD></ROOT>
        """.utf8)
}

extension JSONValue {
    /// Without the numbers that intake gave at the bench's time: they depend on how many it gave before.
    var withoutNumbers: JSONValue {
        switch self {
        case .object(let object): .object(JSONObject(object.members.map { ($0.name, $0.value.withoutNumbers) }))
        case .array(let items): .array(items.map(\.withoutNumbers))
        case .string(let text): text.contains(Self.timePart) ? "…" : self
        case .null, .bool, .number: self
        }
    }

    /// The first ten digits of a ULID tell the time.
    private static let timePart = String(IdentifierSource(random: { 0 }).next(at: IntakeBench.now).prefix(10))
}
