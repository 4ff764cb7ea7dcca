import Foundation
import Operations
import Transport
import Vocabulary

enum PartnerKitCommand: Command {
    static let name = "partner-kit"
    static let synopsis = "ID [FILE] [--config FILE]"
    static let summary = LocalizedText(
        "把报送单位工程师所需的一切写成一个 zip：字段、结构、样例、客户端",
        "write all that a partner's engineer needs into one zip: fields, schemas, examples, clients")
    static let details: [HelpLine] =
        [
            .item("ID", "partners.xml 中的代号", "the partner, as partners.xml names it"),
            .item(
                "FILE", "写到哪里（默认 partner-kit-ID.zip；- 为标准输出）",
                "where to write (default partner-kit-ID.zip; - for standard output)"),
            .config,
            .note(
                "运行中的网关以 GET /v1/partner-kit 向报送单位本身提供同样内容。",
                "A running gateway gives the same by GET /v1/partner-kit to the partner itself."),
        ]

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, valued: ["config"], flags: [])
        try arguments.allowWords(2)
        guard let id = arguments.words.first else {
            throw UsageError("写出报送单位：partner-kit ID [FILE]", "say which partner: partner-kit ID [FILE]")
        }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        guard configuration.registry.partners[id] != nil else {
            throw CommandFailure("没有报送单位 \(id)；见 partners.xml", "there is no partner \(id); partners.xml names them")
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
