import Foundation
import Operations
import Transport
import Vocabulary

enum PartnerKitCommand: Command {
    static let name = "partner-kit"
    static let synopsis = "ID [FILE] [--config FILE]"
    static let summary = "write all that a partner's engineer needs into one zip: fields, schemas, examples, clients"
    static let details = """
        ID             the partner, as partners.xml names it
        FILE           where to write (default partner-kit-ID.zip; - for standard output)
        --config FILE  settings (default config/gateway.xml)

        A running gateway gives the same by GET /v1/partner-kit to the partner itself.
        """

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, valued: ["config"], flags: [])
        try arguments.allowWords(2)
        guard let id = arguments.words.first else { throw UsageError("say which partner: partner-kit ID [FILE]") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        guard configuration.registry.partners[id] != nil else {
            throw UsageError("there is no partner \(id); partners.xml names them")
        }
        let kit = try PartnerKit(
            try Gateway.pipeline(configuration), registry: configuration.registry, now: { Instant(Date()) })
        let archive = Data(try kit.archive(for: id))
        let file = arguments.words.dropFirst().first ?? PartnerKit.fileName(for: id)
        if file == "-" {
            try FileHandle.standardOutput.write(contentsOf: archive)
        } else {
            try archive.write(to: URL(filePath: file))
            Terminal.print(file)
        }
        return 0
    }
}
