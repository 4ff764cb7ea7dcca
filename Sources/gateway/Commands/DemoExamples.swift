import Canonical
import Cases
import Documents
import Foundation
import Intake
import StrictJSON
import Translation
import Vocabulary

/// An example of a mapping as the demo sends it.
struct DemoExample {
    let partner: String
    let mapping: String
    let mediaType: String
    var bytes: [UInt8]
    /// What it says, canonical.
    var records: [LegalAidApplication]

    /// Whether it is about a referral that was sent before.
    var isFollowUp: Bool { records.contains { $0.value("reference") != nil } }
    var isWithdrawal: Bool { records.contains { $0.intakeKind == .cancel } }
}

/// The examples of the mappings, moved to these days and made to belong together.
struct DemoExamples {
    private let folder: URL
    private let pipeline: Pipeline
    private let today: CalendarDate

    init(_ configuration: Configuration, today: CalendarDate) throws {
        folder = URL(filePath: configuration.mappings)
        pipeline = try Gateway.pipeline(configuration)
        self.today = today
    }

    /// The first example whose name begins so.
    func example(of mapping: String, for partner: String, named names: [String]) -> DemoExample? {
        let examples = folder.appending(path: "\(mapping)/examples")
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: examples.path)) ?? []).sorted()
            .filter { !$0.hasSuffix(".expected.json") }
        let file = names.lazy.compactMap { name in files.first { $0.hasPrefix(name) } }.first
        guard let file, let bytes = try? bytes(of: examples.appending(path: file).path) else { return nil }
        var example = DemoExample(
            partner: partner, mapping: mapping,
            mediaType: file.hasSuffix("json") ? "application/json" : "application/xml", bytes: bytes,
            records: records(in: bytes, mapping))
        if let dates = DemoDates(of: example.records, sentOn: today.adding(days: -1)) {
            rewrite(&example) { dates.moved($0) }
        }
        return example
    }

    /// What follow-ups name a referral by, and where the referral has it.
    private static let names = [
        ("messageId", "source.messageId"), ("senderCaseRef", "source.senderCaseRef"),
        ("caseNumber", "proceeding.caseNumber"), ("idNumber", "recipient.idNumber"), ("name", "recipient.name"),
    ]

    /// A follow-up that is about that referral: it names it as the referral names itself, and by the number that the gateway
    /// gave it, or by none where it comes first.
    func bound(_ followUp: DemoExample, to referral: LegalAidApplication, number: String?) -> DemoExample {
        guard let reference = followUp.records.lazy.compactMap({ $0.value("reference") }).first else { return followUp }
        var words: [(old: String, new: String)] = Self.names.compactMap { name, path in
            guard let old = reference[name]?.string, let new = referral.text(path), old != new else { return nil }
            return (old, new)
        }
        if let old = reference["applicationNo"]?.string { words.append((old, number ?? "")) }
        var bound = followUp
        rewrite(&bound) { text in words.reduce(text) { $0.replacing($1.old, with: $1.new) } }
        return bound
    }

    /// The same in other words, in the encoding that it came in.
    func rewrite(_ example: inout DemoExample, _ change: (String) -> String) {
        let text = EncodedText()
        guard let (utf8, encoding) = text.decode(example.bytes),
            let bytes = text.encode(change(String(decoding: utf8, as: UTF8.self)), as: encoding)
        else { return }
        example.bytes = bytes
        example.records = records(in: bytes, example.mapping)
    }

    private func records(in bytes: [UInt8], _ mapping: String) -> [LegalAidApplication] {
        var message = Pipeline.Message(bytes: bytes, mapping: mapping, receivedAt: Timestamp(endOf: today))
        message.assesses = false
        return pipeline.walk(message).records.map(\.application)
    }
}
