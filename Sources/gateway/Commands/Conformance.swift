import Foundation
import Intake
import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

enum Conformance: Command {
    static let name = "conformance"
    static let synopsis = "PARTNER [REPORT] [--config FILE] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "用测试凭证走一遍验收清单，写出双方留存的报告",
        "run the acceptance checklist with a rehearsal credential and write a report for both sides")
    static let details: [HelpLine] =
        [
            .item("PARTNER", "partners.xml 中的代号", "as partners.xml names it"),
            .item(
                "REPORT", "报告写到哪里，Markdown（默认 conformance-PARTNER.md；- 为标准输出）",
                "where the report goes, Markdown (default conformance-PARTNER.md; - for standard output)"),
            .config,
            .note(
                "令牌须是 gateway keys new --partner ID --test 所发：所发内容不会到达任何机构。",
                "The token is one that `gateway keys new --partner ID --test` made: nothing of what is sent reaches anybody."
            ),
            .note(
                "退出码：0 各步都符合，1 有不符合，2 写法不对。",
                "Exit codes: 0 every step was as it should be, 1 one was not, 2 wrong use."),
        ] + Remote.help

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, valued: Remote.options.union(["config"]), flags: [])
        try arguments.allowWords(2)
        guard let id = arguments.words.first else {
            throw UsageError("写出报送单位：conformance PARTNER", "say which partner: conformance PARTNER")
        }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        guard let partner = configuration.registry.partners[id] else {
            throw CommandFailure("没有报送单位 \(id)；见 partners.xml", "there is no partner \(id); partners.xml names them")
        }
        let documents = ConformanceDocuments(
            try Gateway.pipeline(configuration), registry: configuration.registry, partner: partner)
        let now = Instant(Date())
        guard let document = documents.document(suffix: String(now.milliseconds, radix: 36).uppercased(), at: now)
        else {
            throw CommandFailure(
                "\(id) 的映射中没有可被接收为申请的样例", "no mapping of \(id) has an example that is taken as an application")
        }
        var walk = ConformanceWalk(remote: try Remote(arguments), partner: id, document: document)
        try await walk.run()
        let file = arguments.words.dropFirst().first ?? "conformance-\(id).md"
        let report = walk.report(of: partner, at: now)
        if file == "-" {
            Terminal.print(report)
        } else {
            try report.write(toFile: file, atomically: true, encoding: .utf8)
            Terminal.print(
                "\(file)：\(walk.steps.count) 步中有 \(walk.failures) 步不符合",
                "\(file): \(walk.failures) of \(walk.steps.count) steps were not as they should be")
        }
        return walk.failures == 0 ? 0 : 1
    }
}

/// A document that a partner may send, in the forms that a checklist asks for.
struct ConformanceDocument: Sendable {
    let mapping: String
    let mediaType: String
    let messageID: String
    let valid: [UInt8]
    /// The same id, other content.
    let changed: [UInt8]
    /// Another id, and not usable.
    let invalid: [UInt8]
    let invalidID: String
    /// The id of the invalid one, mended.
    let mended: [UInt8]
}

/// Examples of the mappings under ids of their own.
struct ConformanceDocuments {
    private let pipeline: Pipeline
    private let samples: PartnerSamples
    private let mappings: MappingService
    private let partner: Partner
    private let text = EncodedText()

    init(_ pipeline: Pipeline, registry: Registry, partner: Partner) {
        self.pipeline = pipeline
        self.partner = partner
        samples = PartnerSamples(pipeline, registry: registry)
        mappings = MappingService(catalogue: PipelineRules(pipeline: pipeline), registry: registry)
    }

    func document(suffix: String, at now: Instant) -> ConformanceDocument? {
        for entry in mappings.entries(of: partner) where entry.isInbound {
            for example in pipeline.translator.files(of: entry.id)?.examples ?? [] {
                let mediaType = "application/" + entry.format.rawValue
                let bytes = samples.example(example.bytes, for: partner)
                guard
                    let answer = try? samples.answer(to: bytes, mediaType: mediaType, from: partner, at: now),
                    answer.status == 202, answer.json["outcome"] == "accepted", answer.json["queue"]?.string != nil,
                    let made = forms(of: bytes, mediaType, entry.id, suffix)
                else { continue }
                return made
            }
        }
        return nil
    }

    private func forms(
        of bytes: [UInt8], _ mediaType: String, _ mapping: String, _ suffix: String
    ) -> ConformanceDocument? {
        let walk = pipeline.walk(
            Pipeline.Message(bytes: bytes, mapping: mapping, receivedAt: Instant(Date()).timestamp))
        guard walk.records.count == 1, let old = walk.messageID,
            let name = walk.records.first?.application.name?.plain
        else { return nil }
        func id(_ mark: String) -> String { "\(old.prefix(30))-\(mark)\(suffix)" }
        func written(_ id: String, _ words: [(String, String)] = []) -> [UInt8]? {
            rewritten(bytes, [(old, id)] + words)
        }
        guard let valid = written(id("A")), let changed = written(id("A"), [(name, name + "乙")]),
            let invalid = written(id("B"), [(name, "")]), let mended = written(id("B")), changed != valid
        else { return nil }
        return ConformanceDocument(
            mapping: mapping, mediaType: mediaType, messageID: id("A"), valid: valid, changed: changed,
            invalid: invalid,
            invalidID: id("B"), mended: mended)
    }

    /// Values in other words, each where it stands alone.
    private func rewritten(_ bytes: [UInt8], _ words: [(String, String)]) -> [UInt8]? {
        guard let (utf8, encoding) = text.decode(bytes) else { return nil }
        let changed = words.reduce(String(decoding: utf8, as: UTF8.self)) { text, word in
            [("\"", "\""), (">", "<")].reduce(text) {
                $0.replacing($1.0 + word.0 + $1.1, with: $1.0 + word.1 + $1.1)
            }
        }
        return text.encode(changed, as: encoding)
    }
}
