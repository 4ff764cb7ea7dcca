import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

/// All that a partner's engineer needs, in one archive, made from what is in force for that partner at the moment. The same
/// settings give the same bytes for a whole day, which the examples are answered for.
public struct PartnerKit: Sendable {
    let mappings: MappingService
    let samples: any SampleAnswerSource
    let contract: AnswerSchemas
    let ownFindings: @Sendable () -> [(code: String, message: String)]
    let now: @Sendable () -> Instant

    /// - Throws: where the contract that was built in is no JSON.
    public init(
        catalogue: any MappingCatalogue, registry: Registry, samples: any SampleAnswerSource,
        ownFindings: @escaping @Sendable () -> [(code: String, message: String)],
        now: @escaping @Sendable () -> Instant
    ) throws(JSONError) {
        mappings = MappingService(catalogue: catalogue, registry: registry)
        contract = try AnswerSchemas()
        self.samples = samples
        self.ownFindings = ownFindings
        self.now = now
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/partner-kit", for: .partner) { request, visit in
                try answer(for: visit.caller().id).tagged(for: request)
            },
            Route("GET", "/v1/partners/{id}/kit", may: .look) { request, visit in
                try answer(for: visit.value("id")).tagged(for: request)
            },
        ]
    }

    /// - Throws: `Problem` `.notFound` where no such partner is registered; what keeps an example from being answered.
    public func answer(for id: String) throws -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "application/zip"), ("Cache-Control", "no-store"),
                ("Content-Disposition", "attachment; filename=\"\(Self.fileName(for: id))\""),
            ], body: try archive(for: id))
    }

    public static func fileName(for id: String) -> String { "partner-kit-\(id).zip" }

    /// - Throws: as `answer(for:)`.
    public func archive(for id: String) throws -> [UInt8] {
        guard let partner = mappings.registry.partners[id] else {
            throw Problem(.notFound, zh: "没有登记这个报送单位。", en: "There is no such partner.")
        }
        let texts = KitTexts(partner: partner)
        let entries = mappings.entries(of: partner)
        var files = [
            ZipArchive.Entry("README.md", texts.filled(PackageResources.README_md)),
            ZipArchive.Entry("acceptance.md", texts.filled(PackageResources.acceptance_md)),
            ZipArchive.Entry("push.md", Array(texts.push.utf8)),
            ZipArchive.Entry("errors.md", Array(KitTexts.errors(ErrorTable.rows(with: ownFindings())).utf8)),
            ZipArchive.Entry("messages/README.md", Array(KitTexts.index(entries.filter(\.isInbound)).utf8)),
            ZipArchive.Entry("statuses/README.md", Array(texts.statusCodes.utf8)),
            ZipArchive.Entry("clients/client.py", PackageResources.client_py, isProgram: true),
            ZipArchive.Entry("clients/client.sh", PackageResources.client_sh, isProgram: true),
            ZipArchive.Entry("clients/Client.java", PackageResources.Client_java),
        ]
        files += contract.files.map { ZipArchive.Entry("contract/" + $0.name, $0.bytes) }
        for entry in entries { files += try self.files(of: entry, for: partner) }
        // Schemas that several mappings include come once.
        var seen: Set<String> = []
        files = files.filter { seen.insert($0.path).inserted }
        return ZipArchive(files.sorted { $0.path < $1.path }).bytes
    }

    private func files(of entry: MappingEntry, for partner: Partner) throws -> [ZipArchive.Entry] {
        let folder = entry.isInbound ? "messages/" : "statuses/"
        guard let table = mappings.catalogue.fieldTable(of: entry.id),
            let files = mappings.catalogue.files(of: entry.id)
        else { return [] }
        var made = [
            ZipArchive.Entry(folder + entry.id + "/fields.md", Array(table.text(as: .markdown).utf8)),
            ZipArchive.Entry(folder + entry.id + "/fields.csv", Array(table.text(as: .csv).utf8)),
        ]
        made += files.schemas.map { ZipArchive.Entry(folder + $0.path, $0.bytes) }
        for example in files.examples {
            guard entry.isInbound else {
                // The file's name begins with the status's code; what is never sent is no example.
                guard StatusCode(rawValue: String(example.name.prefix(2)))?.moment != nil else { continue }
                made.append(ZipArchive.Entry(folder + example.path.replacing(".expected", with: ""), example.bytes))
                continue
            }
            made += try answered(example, folder + example.path, entry, partner)
        }
        return made
    }

    /// An example with the answer that it really gets.
    private func answered(
        _ example: MappingFiles.File, _ path: String, _ entry: MappingEntry, _ partner: Partner
    ) throws -> [ZipArchive.Entry] {
        let bytes = samples.example(example.bytes, for: partner)
        let mediaType = "application/" + entry.format.rawValue
        let morning = Instant(Timestamp(now().timestamp.date, hour: 0, minute: 0, second: 0))
        let answer = try samples.answer(to: bytes, mediaType: mediaType, from: partner, at: morning)
        var files = [
            ZipArchive.Entry(path, bytes),
            ZipArchive.Entry(
                "\(path).answer-\(answer.status).json", Array((answer.json.text(pretty: true) + "\n").utf8)),
        ]
        if entry.format == .xml, !answer.xml.isEmpty {
            files.append(ZipArchive.Entry("\(path).answer-\(answer.status).xml", answer.xml))
        }
        return files
    }
}
