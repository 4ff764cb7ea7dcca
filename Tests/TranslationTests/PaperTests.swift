import Canonical
import Foundation
import Testing
import Vocabulary

@testable import Translation

/// A paper counts as handed in where it is there and the person's own, whatever the words for the contrary.
@Suite struct Papers {
    private static let papers: [(name: String, code: String)] = [
        ("身份证", "idProof"), ("身份证复印件", "idProof"), ("申请表", "applicationForm"), ("法律援助申请表", "applicationForm"),
        ("授权委托书", "authorityProof"), ("判决书", "judgment"), ("低保证", "reliefCertificate"),
        ("残疾证", "disabilityCertificate"),
        ("户口本", "householdRegister"), ("诚信承诺书", "pledge"),
    ]

    private static func list() throws -> CodeList {
        try #require(try shippedMappings.get().codeLists["materialKind"])
    }

    @Test(arguments: [
        "（未提供）", "（缺）", "待补", "未带", "遗失", "已遗失", "丢失证明", "（未签）", "未收到", "，未提供", "：尚未提交", "原件后补", "(暂缺)", "【未上传】",
        "无法提供",
    ])
    func `a paper that is not there is none, and still the one that is missed`(absence: String) throws {
        for (name, code) in Self.papers {
            let reading = try Self.list().reading(for: name + absence)
            #expect(reading.codes.isEmpty && reading.denied.contains(code), "\(name + absence)")
        }
    }

    @Test(arguments: ["缺", "缺少", "未提供", "未填", "没带", "遗失", "未提交本人", "尚缺"])
    func `nor is one that is said before to be missing`(absence: String) throws {
        for (name, code) in Self.papers {
            let reading = try Self.list().reading(for: absence + name)
            #expect(reading.codes.isEmpty && reading.denied.contains(code), "\(absence + name)")
        }
    }

    @Test(arguments: ["被告", "被申请人", "对方", "对方当事人的", "代理人", "委托代理人", "监护人", "法定代理人", "证人"])
    func `another's identity card is another paper`(owner: String) throws {
        for name in ["身份证", "身份证复印件", "身份证明"] {
            #expect(try Self.list().reading(for: owner + name).codes.isEmpty, "\(owner + name)")
            #expect(try Self.list().reading(for: "本人及" + owner + name).codes == ["idProof"], "\(owner + name)")
        }
    }

    @Test(arguments: ["工伤认定申请表", "低保申请表", "救助申请表", "鉴定委托书", "还款承诺书", "身份证号码", "身份证号"])
    func `another form and a number are other papers`(name: String) throws {
        #expect(try Self.list().reading(for: name).codes.isEmpty)
    }

    @Test(arguments: ["", "（原件）", "复印件", "2份", "（已核对）", "，户口簿", "（一式两份）", "、缺席判决书"])
    func `what is there counts`(beside: String) throws {
        for (name, code) in Self.papers {
            for text in [name + beside, "本人" + name + beside, "已填写的" + name] {
                #expect(try Self.list().codes(in: text).contains(code), "\(text)")
            }
        }
    }

    @Test(arguments: [
        ("法律援助申请书", "applicationForm"), ("户口本", "householdRegister"), ("委托书", "authorityProof"),
        ("残疾证", "disabilityCertificate"), ("承诺书", "pledge"), ("经济困难说明表", "economicStatement"),
        ("最低生活保障证", "reliefCertificate"), ("民事判决书（缺席判决）", "judgment"), ("代理人授权委托书", "authorityProof"),
    ])
    func `plain names are known`(name: String, code: String) throws {
        #expect(try Self.list().reading(for: name).codes == [code])
    }

    /// The flag that says whether a paper was handed in, by the name that stands beside its title.
    private static let flags = [
        ("labour/arbitration-referral", "received"), ("labour/employment-referral", "received"),
        ("civil-affairs/supplement", "sfyj"), ("civil-affairs/referral", "sfyj"),
        ("youth-league/minor-referral", "sfyj"),
        ("disabled-federation/referral", "SFYJ"), ("womens-federation/referral", "已附"), ("veterans/referral", "yj"),
        ("trade-union/worker-referral", "provided"), ("other-region/transfer-in", "状态"),
    ]

    @Test(arguments: flags)
    func `a flag that says not yet leaves the paper missing`(id: String, flag: String) throws {
        let translator = try shippedMappings.get()
        let folder = mappingsFolder.appending(path: id + "/examples")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first {
                $0.hasPrefix("all-fields") && !$0.contains(".expected.")
            })
        let tree = try SampleTree([UInt8](Data(contentsOf: folder.appending(path: name))))
        let base = translator.reading(String(decoding: tree.bytes, as: UTF8.self), explain: true)
        let title = try #require(
            base.records.flatMap(\.traces).first { $0.target == "materials[0].title" }?.location?.path)
        let place = title.split(separator: "/").dropLast().joined(separator: "/")
        func counts(_ word: String) throws -> (taken: Int, missed: Int) {
            var changed = tree
            let isThere = changed.apply(.set(word), at: "/\(place)/\(flag)")
            try #require(isThere, "\(id) \(place)")
            let application = try #require(
                translator.reading(String(decoding: changed.bytes, as: UTF8.self)).records.first
            ).application
            return (
                application.value("materials")?.array?.count ?? 0, application.value("missing")?.array?.count ?? 0
            )
        }
        let (taken, missed) = try counts("是")
        for word in [
            "否", "暂无", "暂缺", "尚无", "还没有", "暂时没有", "目前没有", "皆无", "查无", "无法提供", "拒绝提供", "不便提供", "不适用", "不涉及", "不详", "不清楚",
            "待定",
            "/", "-", "***", "null", "遗失", "后补", "未上传", "？", "無",
        ] {
            let found = try counts(word)
            #expect(found.taken == taken - 1 && found.missed == missed + 1, "\(id) \(word)")
        }
    }
}

/// What a word of will wants, and whose word it is.
@Suite struct WillSentences {
    private func read(_ text: String) throws -> ApplicationWill.Reading {
        try #require(ApplicationWill(try shippedMappings.get().codeLists)).read(text)
    }

    @Test(arguments: ["同意", "愿意", "自愿", "申请", "本人同意", "本人申请", "当事人愿意"])
    func `agreement to something else is no will`(verb: String) throws {
        for wanted in [
            "信息共享", "授权", "简易程序", "司法救助", "救助金", "补助", "延期", "自行辩护", "自己辩护", "缴费", "公开审理", "搬迁", "公证",
        ] {
            #expect(try read(verb + wanted) == .unclear, "\(verb + wanted)")
            #expect(try read(verb + wanted + "，本人申请法律援助") == .stated("self"), "\(verb + wanted)")
        }
    }

    @Test(arguments: [
        "建议", "法院建议", "告知可以", "已告知可", "有权", "可", "可以", "符合", "如判重刑则", "拟", "准备", "打算", "过几天再", "改日", "建议其", "告知本人可",
    ])
    func `advice, information and plans are no will`(before: String) throws {
        for verb in ["申请", "申请法律援助", "自愿申请法律援助"] {
            #expect(try read(before + verb) == .unclear, "\(before + verb)")
        }
    }

    @Test(arguments: ["申请", "本人申请", "同意申请", "自愿申请", "已申请", "主动申请", "因经济困难申请", "经告知本人申请"])
    func `who wants aid applies, however it is called`(verb: String) throws {
        for aid in [
            "", "法律援助", "法律援助机构指派律师", "指派律师提供辩护", "律师帮助", "（签名）", "人民法院通知法律援助机构指派律师为其辩护", "法律援助并授权核查经济状况",
            "法律帮助，同意信息共享",
        ] {
            #expect(try read(verb + aid) == .stated("self"), "\(verb + aid)")
        }
    }

    @Test(arguments: ["请派律师", "需要指派律师", "要律师", "现需要律师", "请指派律师"])
    func `who asks for counsel applies`(text: String) throws { #expect(try read(text) == .stated("self")) }

    @Test(arguments: ["不放弃申请", "不拒绝", "民警代答愿意", "符合申请条件", "自己请律师", "委托他人辩护"])
    func `what says nothing of the wish is not clear`(text: String) throws {
        #expect(try read(text) != .stated("self") && read(text) != .stated("agent"), "\(text)")
    }

    @Test(arguments: ["委托他人申请", "委托家属申请"])
    func `whoever is asked to apply is an agent`(text: String) throws { #expect(try read(text) == .stated("agent")) }
}

/// Words that senders were seen to write.
@Suite struct SeenWords {
    @Test(arguments: ["？", "?", "（？）", "？。"])
    func `a tag with a question mark is told`(mark: String) throws {
        for (list, tags) in [("groupFlag", ["农民工", "残疾人", "孤儿"]), ("reliefKind", ["低保", "特困"])] {
            let list = try #require(try shippedMappings.get().codeLists[list])
            for tag in tags { #expect(list.reading(in: tag + mark).hasLeftWords, "\(tag + mark)") }
        }
    }

    @Test(arguments: [
        ("noticeForce", "mandatory", ["应当", "应当。"]), ("noticeForce", "discretionary", ["可以"]),
        ("urgencyClaim", "urgent", ["急", "Y", "√", "true"]), ("urgencyClaim", "critical", ["特别紧急"]),
        ("urgencyClaim", "normal", ["不紧急", "非紧急"]), ("sex", "1", ["男士", "男。", "男性。"]), ("sex", "2", ["女士", "女，"]),
        ("reliefState", "inForce", ["在册。", "仍在册", "未停发"]), ("idDocumentType", "111", ["中国居民身份证"]),
        ("idDocumentType", "113", ["居民户口簿"]),
    ])
    func `plain words name their codes`(list: String, code: String, words: [String]) throws {
        let list = try #require(try shippedMappings.get().codeLists[list])
        for word in words { #expect(list.code(for: word) == code, "\(word)") }
    }

    @Test(arguments: [
        "無", "身份不明", "无名", "未知名", "目前无", "不愿透露姓名", "没名字", "匿名", "如上", "同前", "同上", "见上", "情况不明", "均不详", "未明确", "“”",
        "#REF!",
        "#VALUE!", "#N/A",
    ])
    func `what says nothing is nothing anywhere`(word: String) throws {
        let placeholders = try shippedMappings.get().placeholders
        for way in [word, word + "。", "（\(word)）", " \(word)　"] where word != "“”" || way == word {
            #expect(placeholders.read(way) != .value && placeholders.read(way, for: ["personName"]) != .value, "\(way)")
        }
    }

    @Test(arguments: ["姓名", "当事人", "嫌疑人", "犯罪嫌疑人。"])
    func `whom a form means is nobody's name, and a value elsewhere`(word: String) throws {
        let placeholders = try shippedMappings.get().placeholders
        #expect(placeholders.read(word, for: ["personName"]) != .value)
        #expect(placeholders.read(word) == .value && placeholders.read(word, for: ["partyKind"]) == .value)
    }
}
