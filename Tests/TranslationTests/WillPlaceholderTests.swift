import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// Whoever is asked for a will and answers 无, 未提供 or 情况不详 has not applied, whatever the mapping takes where the form
/// is empty. Every word of `placeholders.xml`, in the ways it is written, and every shipped mapping that asks.
@Suite struct WillPlaceholders {
    /// What an empty form or another field's filler says: no answer at all, so that the mapping's own word stands and is
    /// told. Every other word is an answer.
    private static let empty: Set<String> = [
        "空", "空白", "略", "未填", "未填写", "未填报", "未登记", "未录入", "未采集", "无信息", "无数据", "无内容", "无此项", "没有填写", "请选择", "--请选择--",
        "同上", "如上", "同前", "见上", "见附件", "#ref!", "#value!", "#name?", "#div/0!",
        "详见附件", "n/a", "na", "n.a.", "null", "nil", "nan", "undefined", "(null)", "#n/a", "xxx", "长期", "1900-01-01",
        "9999-12-31", "0001-01-01",
    ]

    private static func words() throws -> [String] {
        let bytes = [UInt8](try Data(contentsOf: mappingsFolder.appending(path: Placeholders.fileName)))
        return try Document.parse(bytes).root.children.compactMap { $0.attribute("word") }
    }

    private static func written(_ word: String) -> [String] {
        [word, word + "。", word.hasPrefix("(") ? word : "（\(word)）", "\n   \(word)\u{3000}", word.uppercased()]
    }

    @Test func `only an empty form is no answer`() throws {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="1" source="xml" accepts="/R" kind="application">
            <each record="/R/P"><value to="consent/applyWill" from="." default="self"/></each>
            </mapping>
            """)
        defer { bench.remove() }
        let translator = try bench.translator()
        let words = try Self.words()
        #expect(Set(words).isSuperset(of: Self.empty) && words.count > Self.empty.count)
        for word in words {
            let ways = Self.written(word)
            let result = translator.reading("<R>\(ways.map { "<P>\($0)</P>" }.joined())</R>")
            try #require(result.records.count == ways.count)
            for (way, record) in zip(ways, result.records) {
                let told = record.findings.map(\.code)
                if Self.empty.contains(word) {
                    #expect(record.application.applyWill == "self" && told.contains("willAssumed"), "\(way): \(told)")
                } else {
                    #expect(record.application.applyWill == "unknown", "\(way)")
                    #expect(told == ["willUnclear"] || told == ["willDeclined"], "\(way): \(told)")
                }
            }
        }
    }

    @Test(arguments: [("无", "willDeclined"), ("没有", "willDeclined"), ("未提供", "willUnclear"), ("缺。", "willUnclear")])
    func `none is a refusal, and what was not provided is none`(word: String, code: String) throws {
        let codes = try shippedMappings.get().codeLists
        let reading = try #require(ApplicationWill(codes)).read(word)
        #expect(reading == (code == "willDeclined" ? .declined : .unclear))
    }

    /// What was not handed in says nothing of the will; a paper that is missing beside it takes nothing from it.
    @Test func `a paper that is missing is no will, and takes none away`() throws {
        let codes = try shippedMappings.get().codeLists
        let will = try #require(ApplicationWill(codes))
        for missing in ["未提交", "没有提交", "未提供", "不提供", "未收到", "未递交", "未填写", "未交", "未附", "待交", "缺少", "尚未提交", "未表示", "不考虑"]
        {
            for wanted in ["申请", "申请书", "本人申请", "其书面申请", "法律援助申请表", "同意", "愿意", "本人意愿"] {
                #expect(will.read(missing + wanted) == .unclear, "\(missing)\(wanted)")
            }
        }
        for stated in ["同意申请", "自愿申请", "本人申请", "愿意申请", "同意"] {
            for paper in [
                "，材料待补", "（身份证复印件待补）", "，联系电话待补充", "，经济状况表待填", "，不便提供家庭住址", "，未告知家属", "，未收到工资", "。无意见", "，缺户口本复印件",
            ] {
                #expect(will.read(stated + paper) == .stated("self"), "\(stated)\(paper)")
            }
        }
    }

    /// All words where the mapping takes silence for an application, some in turn elsewhere.
    @Test func `no shipped mapping makes an applicant of one`() throws {
        let translator = try shippedMappings.get()
        let words = try Self.words().filter { !Self.empty.contains($0) }
        var (turn, asked) = (0, 0)
        for mapping in translator.inForce.mappings where mapping.isInbound {
            let rules = Rule.values(in: mapping.allRules).filter(\.isWill)
            guard !rules.isEmpty, let example = try Self.example(of: mapping.id) else { continue }
            let base = translator.reading(String(decoding: example.bytes, as: UTF8.self), explain: true)
            let places = base.records.flatMap(\.traces).filter { $0.target == "consent.applyWill" }
            guard let path = places.lazy.compactMap(\.location?.path).first else { continue }
            let takesSilence = rules.contains { $0.fallback == "self" }
            for word in takesSilence ? words : [words[turn % words.count], words[(turn + 7) % words.count]] {
                turn += 2
                var tree = example
                let isThere = tree.apply(.set(word), at: path)
                try #require(isThere)
                let result = translator.reading(String(decoding: tree.bytes, as: UTF8.self))
                let record = result.records.first { record in
                    record.findings.contains {
                        $0.location?.path == path && ["willUnclear", "willDeclined"].contains($0.code)
                    }
                }
                #expect(record?.application.applyWill == "unknown", "\(mapping.id) \(path): \(word)")
                asked += 1
            }
        }
        #expect(asked > 3 * words.count, "only \(asked) were asked")
    }

    private static func example(of id: String) throws -> SampleTree? {
        let folder = mappingsFolder.appending(path: id + "/examples")
        let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first {
            $0.hasPrefix("all-fields") && !$0.contains(".expected.")
        }
        return try name.map { try SampleTree([UInt8](Data(contentsOf: folder.appending(path: $0)))) }
    }

    /// A letter about relief is about one that is in force, unless it says otherwise or that it does not know.
    @Test(arguments: [
        ("procuratorate/judicial-relief", "/状态"), ("court/judicial-relief", "/ZT"),
    ])
    func `a relief whose state is not known is not in force`(id: String, last: String) throws {
        let translator = try shippedMappings.get()
        let example = try #require(try Self.example(of: id))
        let base = translator.reading(String(decoding: example.bytes, as: UTF8.self), explain: true)
        let traces = base.records.flatMap(\.traces).filter { $0.target == "reliefStatuses[0].status" }
        let path = try #require(traces.lazy.compactMap(\.location?.path).first { $0.hasSuffix(last) })
        // 办理中 is a state of its own there.
        for word in try Self.words().filter({ $0 != "unknown" && $0 != "办理中" }) + ["情况不详。", "（不明）", "保密。"] {
            var tree = example
            let isThere = tree.apply(.set(word), at: path)
            try #require(isThere)
            let result = translator.reading(String(decoding: tree.bytes, as: UTF8.self))
            let record = try #require(result.records.first)
            #expect(record.application.value("reliefStatuses")?[0]?["status"] == "unknown", "\(id): \(word)")
            #expect(
                record.findings.contains {
                    $0.location?.path == path && ["unknownCode", "nullToken"].contains($0.code)
                },
                "\(id): \(word)")
        }
        // Where nothing at all is said, the letter is about a relief that it has.
        var tree = example
        let isGone = tree.apply(.remove, at: path)
        try #require(isGone)
        let silent = translator.reading(String(decoding: tree.bytes, as: UTF8.self))
        #expect(silent.records.first?.application.value("reliefStatuses")?[0]?["status"] == "inForce", "\(id)")
    }
}
