import Canonical
import Documents
import Foundation
import StrictJSON
import Vocabulary

@testable import Translation

/// What may be hurt: nothing here may crash, hang or grow, whatever the bytes are. The seeded rounds of every test run and
/// `make fuzz` try the same.
enum FuzzTarget: String, CaseIterable {
    /// The document parser: XML, JSON and their encodings.
    case documents
    /// Converters and the readers of numbers, dates and names.
    case texts
    /// The mapping language and its loader.
    case mappings
    /// A document through all of translation, and a canonical application as it stands.
    case translation
    /// A document within another, of the other kind within that, or as Base64.
    case embedded
}

/// Tries bytes, and says in words what is wrong.
final class FuzzBench {
    private let translator: Translator
    private let embedding: Translator
    /// A set of mappings with one mapping, which is written anew for every try.
    private let set: URL

    /// - Parameter mappings: the shipped mappings.
    init(mappings: URL, set: URL) throws {
        translator = try Translator(directory: mappings.path, digests: .none)
        self.set = set
        try FileManager.default.createDirectory(at: set.appending(path: "codes"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: set.appending(path: "a/b"), withIntermediateDirectories: true)
        for name in ["mapping.xsd", "placeholders.xml", "codes/national.xml"] {
            try FileManager.default.copyItem(at: mappings.appending(path: name), to: set.appending(path: name))
        }
        try Data(Self.embeddingMapping.utf8).write(to: set.appending(path: "a/b/mapping.xml"))
        embedding = try Translator(directory: set.path, digests: .none)
    }

    /// Each way in which a document may stand within another, with rules for what the seeds hold.
    private static let embeddingMapping = """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="1" title="E" source="json" accepts="/root"
          kind="notification" route="byNotification">
        <each record="/root">
          <embedded node="xml" source="xml"><value to="recipient/name" from="//XM"/>
            <list to="materials" each="//CLXX/RECORD"><value to="title" from="WSMC"/></list>
            <embedded node="//json" source="json"><value to="remarks" from="/root/a"/></embedded></embedded>
          <embedded node="json" source="json"><value to="matter/causeOfAction" from="/root/sxlb || /root/cause"/>
            <embedded node="xml" source="xml"><value to="source/senderName" from="/*"/></embedded></embedded>
          <embedded node="coded" source="xml" coding="base64"><value to="recipient/employer" from="//GZDW"/></embedded>
        </each>
        </mapping>
        """

    func remove() { try? FileManager.default.removeItem(at: set) }

    func problem(of bytes: [UInt8], as target: FuzzTarget) throws -> String? {
        switch target {
        case .documents: documents(bytes)
        case .texts: texts(String(decoding: bytes, as: UTF8.self))
        case .mappings: try mappings(bytes)
        case .translation: translation(bytes)
        case .embedded: embedded(bytes)
        }
    }

    /// Has every mapping's rules planned, which happens at the first document that it takes.
    func warmUp(_ examples: [[UInt8]]) {
        for bytes in examples {
            _ = translator.translate(
                bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
                receivedAt: Timestamp(secondsSince1970: 0), limits: ParseLimits(), explain: false)
        }
    }

    /// The same choice for the same bytes.
    private func choice<Value>(_ values: [Value?], of bytes: [UInt8]) -> Value? {
        values[bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % values.count]
    }

    private func documents(_ bytes: [UInt8]) -> String? {
        _ = try? ReadableText(bytes)
        do throws(DocumentError) {
            let document = try Document.parse(
                bytes, format: choice([nil, .xml, .json], of: bytes),
                declaredEncoding: choice([nil, "gb18030", "utf-16le", "utf-16be", "gbk"], of: bytes))
            var walk = [document.root]
            var told = 0
            while let node = walk.popLast() {
                if told < 100 { _ = (node.name, node.text, node.location, node.attributes) }
                told += 1
                walk += node.children
            }
            _ = DocumentShape(document)
            _ = try? XPathExpression("count(//*[. = 'a']) + string-length(/*)").string(at: document.root)
        } catch {
            if error.location.line == 0 || error.location.column == 0 { return "a place before the first" }
        }
        return nil
    }

    private func texts(_ text: String) -> String? {
        for converter in Converter.allCases {
            let conversion = converter.convert(text)
            if conversion.value == nil, conversion.problem == nil { return "\(converter): neither value nor problem" }
        }
        _ = Blanks.trimmed(text)
        _ = CourtCaseNumber(parsing: text)
        _ = PhoneNumber.all(in: text)
        return nil
    }

    private func mappings(_ bytes: [UInt8]) throws -> String? {
        // Foundation keeps a buffer for good when it reads an empty file, and libFuzzer begins with one.
        guard !bytes.isEmpty else { return nil }
        try Data(bytes).write(to: set.appending(path: "a/b/mapping.xml"))
        do throws(ConfigurationError) {
            _ = try MappingLoader.load(directory: set.path, digest: { _ in "" })
        } catch {
            if error.complaints.isEmpty { return "refused without a complaint" }
        }
        return nil
    }

    private func embedded(_ bytes: [UInt8]) -> String? {
        let plain = String(decoding: bytes, as: UTF8.self)
        let text = JSONValue.string(plain)
        let outer: JSONValue = [
            "xml": text, "json": text, "coded": .string(Data(bytes).base64EncodedString()),
        ]
        let result = embedding.translate(
            outer.serialized(), format: .json, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_751_277_600), limits: ParseLimits(),
            explain: choice([true, nil, nil, nil], of: bytes) ?? false)
        for record in result.records {
            let content = JSONValue.object(record.application.content)
            if (try? JSONValue(parsing: content.serialized())) != content { return "does not read back" }
            // No document is both XML and JSON, so one of them is told.
            if !Blanks.trimmed(plain).isEmpty, record.findings.isEmpty { return "what cannot be read is not told" }
        }
        // What no text may hold, such as a NUL, is refused with the outer document, and told.
        let isRefused = result.findings.contains { $0.severity == .error }
        return result.records.isEmpty && !isRefused ? "the outer document is lost" : nil
    }

    private func translation(_ bytes: [UInt8]) -> String? {
        let result = translator.translate(
            bytes, format: choice([nil, .xml, .json], of: bytes),
            declaredEncoding: choice([nil, "gb18030", "utf-16"], of: bytes), mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_751_277_600), limits: ParseLimits(),
            explain: choice([true, nil, nil, nil], of: bytes) ?? false)
        if result.mapping == nil, !result.findings.contains(where: { $0.severity == .error }) {
            return "neither mapping nor error"
        }
        let canonical = translator.readCanonical(bytes, receivedAt: Timestamp(secondsSince1970: 1_751_277_600))
        for record in result.records + canonical.records {
            let content = JSONValue.object(record.application.content)
            if (try? JSONValue(parsing: content.serialized())) != content { return "does not read back" }
        }
        return nil
    }
}

extension FuzzTarget {
    /// Good bytes to begin with, from the shipped mappings.
    func seeds(of mappings: URL) throws -> [[UInt8]] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: mappings.path).sorted()
        let examples = paths.filter { $0.contains("/examples/") && !$0.contains(".expected.") }
        func files(_ paths: [String]) throws -> [[UInt8]] {
            try paths.map { [UInt8](try Data(contentsOf: mappings.appending(path: $0))) }
        }
        switch self {
        case .documents, .translation, .embedded: return try files(examples)
        case .mappings: return try files(paths.filter { $0.hasSuffix("/mapping.xml") })
        case .texts:
            var texts: Set<String> = []
            for bytes in try files(examples) {
                guard let document = try? Document.parse(bytes) else { continue }
                var walk = [document.root]
                while let node = walk.popLast() {
                    walk += node.children
                    if node.children.isEmpty, node.text.utf8.count < 64 { texts.insert(node.text) }
                }
            }
            return texts.sorted().map { Array($0.utf8) }
        }
    }
}

extension Digests {
    fileprivate static let none = Digests(sm3: { _ in "" }, sha256: { _ in "" }, md5: { _ in "" })
}
