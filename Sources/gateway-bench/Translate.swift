import Canonical
import Documents
import Foundation
import StrictJSON
import Translation
import Vocabulary

/// Translation beside libxml2's own parse and XSD validation of the same bytes, and JSON beside XML of the same content;
/// one line for each inbound mapping's example of all fields.
enum TranslateBench {
    private struct Example {
        let mapping: String
        let format: DocumentFormat
        let encoding: TextEncoding
        let bytes: [UInt8]
    }

    /// - Parameters:
    ///   - only: the mapping to measure; all of them by default.
    ///   - before: another release's `gateway-bench`, which measures the same by the same yardstick in this run.
    static func run(seconds: Double, only: String? = nil, before program: String? = nil) throws {
        let earlier = try program.map { try EarlierBench(program: $0, seconds: seconds, only: only) }
        let place = try Workplace()
        defer { place.remove() }
        let mappings = place.repository.appending(path: "Mappings")
        let translator = try Translator(directory: mappings.path, digests: .openSSL)
        let examples = try examples(in: mappings, translator).filter { only == nil || $0.mapping == only }
        if examples.isEmpty { throw BenchFailure("no inbound mapping \(only ?? "") with an example all-fields") }
        let part = max(0.05, seconds / Double(max(1, examples.count * 4)))
        let (xml, json) = (examples.filter { $0.format == .xml }, examples.filter { $0.format == .json })
        if !xml.isEmpty { try self.xml(xml, translator, part, earlier) }
        if !json.isEmpty { try self.json(json, translator, mappings, place, part, earlier) }
    }

    private static func examples(in mappings: URL, _ translator: Translator) throws -> [Example] {
        try translator.mappings.filter(\.isInbound).compactMap { mapping in
            let folder = mappings.appending(path: mapping.id + "/examples")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            guard let name = names.sorted().first(where: { $0.hasPrefix("all-fields") && !$0.contains(".expected.") })
            else { return nil }
            let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name)))
            let document = try Document.parse(bytes)
            return Example(
                mapping: mapping.id, format: document.format, encoding: document.encoding, bytes: bytes)
        }
    }

    private static func translate(_ bytes: [UInt8], _ translator: Translator) -> TranslatedDocument {
        translator.translate(
            bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_699_408_800), limits: ParseLimits(), explain: false)
    }

    private static func xml(
        _ examples: [Example], _ translator: Translator, _ part: Double, _ earlier: EarlierBench?
    ) throws {
        print("XML: processor time of one document, one thread\n")
        var table = BenchTable(
            ["mapping", "encoding", "bytes", "parse + XSD, µs", "translation, µs", "ratio"]
                + EarlierBench.header(earlier))
        for example in examples {
            guard let schema = translator.form(of: example.mapping)?.schema else { continue }
            let (bare, whole) = try StageBench.costs(2 * part) {
                _ = schema.violations(in: try Document.parse(example.bytes))
            } _: {
                _ = translate(example.bytes, translator)
            }
            table.add(
                [
                    example.mapping, example.encoding.rawValue, "\(example.bytes.count)", rounded(bare, 1),
                    rounded(whole, 1), rounded(whole / bare, 2),
                ] + EarlierBench.cells(earlier, example.mapping, whole / bare))
        }
        table.show()
    }

    private static func json(
        _ examples: [Example], _ translator: Translator, _ mappings: URL, _ place: Workplace, _ part: Double,
        _ earlier: EarlierBench?
    ) throws {
        print("JSON, and XML of the same content by the same rules\n")
        let twins = try twins(of: mappings, in: place)
        var table = BenchTable(
            ["mapping", "bytes", "bytes as XML", "JSON, µs", "XML, µs", "ratio"] + EarlierBench.header(earlier))
        for example in examples {
            let twin = try asXML(example.bytes)
            guard translate(twin, twins).mapping?.id == example.mapping else {
                throw BenchFailure("\(example.mapping) does not take its example as XML")
            }
            let (asJSON, asXML) = StageBench.costs(2 * part) {
                _ = translate(example.bytes, translator)
            } _: {
                _ = translate(twin, twins)
            }
            table.add(
                [
                    example.mapping, "\(example.bytes.count)", "\(twin.count)", rounded(asJSON, 1), rounded(asXML, 1),
                    rounded(asJSON / asXML, 2),
                ] + EarlierBench.cells(earlier, example.mapping, asJSON))
        }
        table.show()
    }

    /// The same mappings with XML as source: JSON reads into the same tree, so the rules fit as they are.
    private static func twins(of mappings: URL, in place: Workplace) throws -> Translator {
        let folder = place.folder.appending(path: "twins")
        try FileManager.default.copyItem(at: mappings, to: folder)
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        where path.hasSuffix("/mapping.xml") {
            let file = folder.appending(path: path)
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("source=\"json\"", with: "source=\"xml\"")
                .write(to: file, atomically: true, encoding: .utf8)
        }
        return try Translator(directory: folder.path, digests: .openSSL)
    }

    private static func asXML(_ bytes: [UInt8]) throws -> [UInt8] {
        try element(try Document.parse(bytes).root).serialized(encoding: .utf8)
    }

    private static func element(_ node: Node) -> OutputElement {
        var element = OutputElement(name: node.step)
        element.children = node.children.map(Self.element)
        if element.children.isEmpty { element.text = node.text }
        return element
    }
}
