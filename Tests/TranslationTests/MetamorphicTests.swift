import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// The same said otherwise must come out the same, or be told where it stands: a blank, a line break, full width, another
/// accepted word for yes or no or for a code, at every leaf of every shipped example.
@Suite struct Metamorphic {
    private static let translator = Result { try Translator(directory: mappingsFolder.path, digests: .fixed) }

    /// A leaf of an example with what the mapping does to it.
    private struct Leaf {
        let path: String
        let text: String
        var answersYesOrNo = false
        /// Lists that read it.
        var lists: Set<String> = []
    }

    private struct Example {
        let name: String
        let tree: SampleTree
        let base: TranslatedDocument
        let translator: Translator

        init?(_ url: URL, _ translator: Translator) throws {
            guard let tree = try? SampleTree([UInt8](Data(contentsOf: url))) else { return nil }
            name = url.lastPathComponent
            self.tree = tree
            self.translator = translator
            base = Self.translate(tree.bytes, translator)
        }

        static func translate(_ bytes: [UInt8], _ translator: Translator) -> TranslatedDocument {
            translator.translate(
                bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
                receivedAt: Timestamp(secondsSince1970: 1_699_408_800), limits: ParseLimits(), explain: false)
        }

        func changed(_ path: String, to text: String) -> TranslatedDocument? {
            var tree = tree
            guard tree.apply(.set(text), at: path) else { return nil }
            return Self.translate(tree.bytes, translator)
        }

        /// With how each is read.
        func leaves() throws -> [Leaf] { try texts().map(read) }

        func texts() throws -> [Leaf] { Self.leaves(below: try Document.parse(tree.bytes).root) }

        private static func leaves(below node: Node) -> [Leaf] {
            let own = node.location.path
            let attributes = node.attributes.map { Leaf(path: "\(own)/@\($0.name)", text: $0.value) }
            let inner =
                node.children.isEmpty
                ? [Leaf(path: own, text: node.text)] : node.children.flatMap(leaves)
            return (attributes + inner).filter { !$0.text.isEmpty }
        }

        /// What a word that nobody knows is told as shows how the leaf is read.
        private func read(_ leaf: Leaf) -> Leaf {
            var leaf = leaf
            let told = changed(leaf.path, to: "㐀㐁㐂").map { Metamorphic.findings(of: $0, at: leaf.path) } ?? []
            leaf.answersYesOrNo = told.contains { $0.code == "notABoolean" }
            leaf.lists = Set(told.compactMap(\.list))
            return leaf
        }
    }

    fileprivate static func findings(of document: TranslatedDocument, at path: String) -> [Finding] {
        (document.findings + document.records.flatMap(\.findings)).filter { finding in
            let place = finding.location?.path ?? ""
            return place == path || path.hasPrefix(place + "/@") || place.hasPrefix(path + "/@")
        }
    }

    /// The canonical results with their texts folded: in a text that is kept as it came, width and blanks are kept too.
    private static func results(_ document: TranslatedDocument) -> [JSONValue] {
        document.records.map { folded(.object($0.application.content)) }
    }

    private static func folded(_ value: JSONValue) -> JSONValue {
        if let text = value.string { return .string(TextFolding.text(text)) }
        return copied(value, folded)
    }

    private static func copied(_ value: JSONValue, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        if let items = value.array { return .array(items.map(change)) }
        if let object = value.object { return .object(JSONObject(object.members.map { ($0.name, change($0.value)) })) }
        return value
    }

    /// Names and sentences that are kept as they came: the sender's own words differ where the sender wrote otherwise. Codes
    /// are ASCII and never pass for such.
    private static func withoutKept(_ value: JSONValue, _ words: String) -> JSONValue {
        let kept = TextFolding.text(words)
        func masked(_ value: JSONValue) -> JSONValue {
            if let text = value.string, text == kept, !kept.utf8.allSatisfy({ $0 < 0x80 }) { return .string("kept") }
            return copied(value, masked)
        }
        return masked(value)
    }

    private static func fullWidth(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    (0x21...0x7E).contains(scalar.value) ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar
                }))
    }

    /// The same text, said otherwise.
    private static func variants(of leaf: Leaf, _ codes: CodeLists) -> [String] {
        var found = [leaf.text + " ", "\u{3000}" + leaf.text, "\n        \(leaf.text)\n    "]
        // Markup in full width is no markup but the sender's words.
        if !leaf.text.contains("<") { found.append(fullWidth(leaf.text)) }
        if leaf.answersYesOrNo, let answer = YesNoWords.read(leaf.text) {
            found += answer ? ["是", "1", "true", "Y", "有", "√", " 是。"] : ["否", "0", "false", "N", "没有", "×", "否 "]
        }
        // A list that looks for words in a text reads more than one, and the text itself is often kept.
        for list in leaf.lists.compactMap({ codes[$0] }) where list.match == .exact {
            guard let code = list.code(for: Converter.narrowed(Blanks.trimmed(leaf.text)).0),
                let entry = list.entries.first(where: { $0.code == code })
            else { continue }
            found += ([entry.zh] + entry.aliases).filter { list.code(for: $0) == code }.prefix(4)
        }
        return found.filter { $0 != leaf.text }
    }

    private static func examples(of id: String) throws -> [Example] {
        let translator = try translator.get()
        let folder = mappingsFolder.appending(path: id + "/examples")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.contains(".expected.") }.sorted { $0.path < $1.path }
            .compactMap { try Example($0, translator) }
    }

    @Test(arguments: try translator.get().mappings.filter(\.isInbound).map(\.id))
    func `what is said otherwise comes out the same or is told`(id: String) throws {
        let translator = try Self.translator.get()
        let codes = translator.inForce.codes
        var tried = 0
        for example in try Self.examples(of: id) where !example.base.records.isEmpty {
            let expected = Self.results(example.base)
            for leaf in try example.leaves() {
                for text in Self.variants(of: leaf, codes) {
                    guard let changed = example.changed(leaf.path, to: text) else { continue }
                    tried += 1
                    let results = Self.results(changed)
                    if results == expected { continue }
                    // What reads the leaf besides keeping it must still come out the same.
                    let own = results.map { Self.withoutKept($0, text) }
                    if own == expected.map({ Self.withoutKept($0, leaf.text) }) { continue }
                    #expect(
                        !Self.findings(of: changed, at: leaf.path).isEmpty,
                        "\(id)/\(example.name) \(leaf.path): \(leaf.text) as \(text.debugDescription)")
                }
            }
        }
        #expect(tried > 40, "only \(tried) variants: the examples were not read")
    }

    /// Who says that the will is not known has not said that the person applies, whatever the mapping takes where nothing is
    /// said.
    @Test(arguments: try translator.get().mappings.filter(\.isInbound).map(\.id))
    func `a will that is not known is no application`(id: String) throws {
        let sources = try Self.sources(of: "consent/applyWill", in: id)
        var tried: Set<String> = []
        for example in try Self.examples(of: id) where !example.base.records.isEmpty {
            for leaf in try example.texts() where sources.contains(Self.plain(leaf.path)) {
                tried.insert(Self.plain(leaf.path))
                for doubt in ["不清楚", "未知", "待定", "不明。", "不详", "尚待核实", "待核", "unknown", "UNKNOWN", "未表明", "未说明"] {
                    let changed = try #require(example.changed(leaf.path, to: doubt))
                    let told = Self.findings(of: changed, at: leaf.path).map(\.code)
                    #expect(told.contains("willUnclear"), "\(id)/\(example.name) \(leaf.path): \(doubt), told \(told)")
                    for record in changed.records {
                        let will = record.application.text("consent.applyWill")
                        let before = example.base.records.first?.application.text("consent.applyWill")
                        #expect(
                            will == "unknown" || will == nil || changed.records.count > 1 && will == before,
                            "\(id)/\(example.name) \(leaf.path): \(doubt) as \(will ?? "")")
                    }
                }
            }
        }
        #expect(tried == sources, "no example writes \(sources.subtracting(tried).sorted())")
    }

    /// The sender's fields that a canonical field is read from, by the published field table.
    private static func sources(of target: String, in id: String) throws -> Set<String> {
        let table = try #require(try translator.get().fieldTable(of: id))
        return Set(table.rows.filter { $0.target == target }.flatMap(\.sources).map(plain))
    }

    /// A path without positions and predicates.
    private static func plain(_ path: String) -> String {
        SourcePath.withoutPredicates(path).replacing(/\/\d+(?=\/|$)/, with: "")
    }
}
