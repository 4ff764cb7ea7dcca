import Canonical
import Foundation
import StrictJSON
import Testing

@testable import Translation

/// Words that are found in a text say what they say there: of whom, of what time, and beside what else.
@Suite struct Tags {
    private static func list(_ name: String) throws -> CodeList {
        try #require(try shippedMappings.get().codeLists[name])
    }

    private static let tags: [(word: String, code: String)] = [
        ("残疾人", "disabled"), ("农民工", "migrantWorker"), ("退役军人", "veteran"), ("困难职工", "workerInDifficulty"),
        ("独居老人", "livingAlone"), ("失能老人", "incapacitated"), ("重度残疾人", "severelyDisabled"),
    ]

    @Test(arguments: ["系", "属于", "本人为", "城市", "（一级）", "，二类", " 证"])
    func `what says nothing more is left aside without a word`(beside: String) throws {
        for (word, code) in Self.tags {
            for text in [beside + word, word + beside] {
                let reading = try Self.list("groupFlag").reading(in: text)
                #expect(reading.codes == [code] && !reading.hasLeftWords, "\(text)")
            }
        }
    }

    @Test(arguments: ["疑似", "原", "曾", "拟认定", "协助", "自称"])
    func `what may change a tag is told with it`(doubt: String) throws {
        for (word, code) in Self.tags {
            let reading = try Self.list("groupFlag").reading(in: doubt + word)
            #expect(reading.codes == [code] && reading.hasLeftWords, "\(doubt + word)")
        }
        for relief in ["低保", "特困", "孤儿"] {
            #expect(try Self.list("reliefKind").reading(in: doubt + relief).hasLeftWords, "\(doubt + relief)")
        }
    }

    @Test(arguments: ["监护人", "家属", "子女", "护工", "联合会工作人员", "之子", "的配偶", "的照护者", "的护工"])
    func `a tag of somebody who stands beside marks nobody and is told`(behind: String) throws {
        for (word, code) in Self.tags {
            let reading = try Self.list("groupFlag").reading(in: word + behind)
            #expect(!reading.codes.contains(code), "\(word + behind)")
            // The list names these itself: whose kin a veteran is.
            if word == "退役军人", ["家属", "子女"].contains(behind) {
                #expect(try Self.list("groupFlag").isKnownToMeanNothing(word + behind))
            } else {
                #expect(reading.isOfOthers, "\(word + behind)")
            }
        }
    }

    @Test(arguments: [
        "女", "妇女系", "无子女", "无儿女的", "无人赡养的", "无人照料的", "没人照顾的", "需护理的", "需要照顾的", "受抚养的", "被扶养的", "需照护",
    ])
    func `a person's own need of others keeps the tag`(before: String) throws {
        for (word, code) in Self.tags + [("孤儿", "orphan"), ("老年人", "elderly"), ("独居老人", "livingAlone")] {
            let reading = try Self.list("groupFlag").reading(in: before + word)
            #expect(reading.codes.contains(code) && !reading.isOfOthers, "\(before + word)")
        }
    }

    @Test(arguments: ["照顾", "护理", "照料一名", "其女", "其女系", "女为", "一女系", "儿子", "其母", "无业父亲为", "家有子女系"])
    func `a tag of kin, or of whoever is looked after, marks nobody`(before: String) throws {
        for (word, code) in Self.tags {
            let reading = try Self.list("groupFlag").reading(in: before + word)
            #expect(!reading.codes.contains(code) && reading.isOfOthers, "\(before + word)")
        }
    }

    @Test(arguments: ["已注销", "（已取消）", "未办理", "：已退出", "被拒"])
    func `what is over or was refused is denied`(answer: String) throws {
        for (word, code) in Self.tags {
            let reading = try Self.list("groupFlag").reading(in: word + answer)
            #expect(!reading.codes.contains(code) && reading.isDenied, "\(word + answer)")
        }
        #expect(try Self.list("reliefKind").reading(in: "低保" + answer).codes.isEmpty)
    }

    @Test(arguments: ["被害人", "受害人", "同案人", "证人", "其母"], ["系", "为", "是"])
    func `what a letter says of a victim is no ground of the suspect`(other: String, link: String) throws {
        let grounds = try Self.list("noticeGroundText")
        for (word, code) in [("未成年人", "NG-01"), ("聋哑人", "NG-02"), ("盲人", "NG-02"), ("精神病人", "NG-03")] {
            #expect(!grounds.codes(in: other + link + word).contains(code), "\(other + link + word)")
            #expect(grounds.codes(in: "被告人" + link + word).contains(code), "\(word)")
            #expect(grounds.codes(in: "犯罪嫌疑人\(link)\(word)，\(other)到案").contains(code), "\(word)")
        }
    }

    @Test(arguments: [
        "盲目投资", "系文盲", "法盲", "色盲", "聋哑学校教师", "系聋哑人之子", "系聋哑人监护人", "系盲聋哑人之子", "系盲、聋、哑人之女",
        "被害人为未成年人及聋哑人", "被害人系未成年人、盲人", "不属于未成年人和聋哑人",
    ])
    func `what only sounds like a ground is none`(text: String) throws {
        #expect(try !Self.list("noticeGroundText").codes(in: text).contains("NG-02"))
    }

    private static let measures = [
        ("取保候审", "bail"), ("监视居住", "residentialSurveillance"), ("逮捕", "arrest"), ("刑事拘留", "criminalDetention"),
        ("拘传", "summons"),
    ]

    @Test(arguments: ["转", "变更为", "改为", "后", "，现为"])
    func `of a change the last counts`(change: String) throws {
        for (first, _) in Self.measures {
            for (last, code) in Self.measures where first != last {
                let reading = try Self.list("coerciveMeasure").reading(for: first + change + last)
                #expect(reading.codes == [code] && !reading.hasLeftWords, "\(first + change + last)")
            }
        }
    }

    @Test func `several codes where one is asked for are told`() throws {
        for (first, _) in Self.measures {
            for (second, _) in Self.measures where first != second {
                let reading = try Self.list("coerciveMeasure").reading(for: "\(first)、\(second)")
                #expect(reading.codes.count == 1 && reading.hasLeftWords, "\(first)、\(second)")
            }
        }
    }

    @Test(arguments: ["提请", "报请批准", "拟", "待", "申请"])
    func `a measure that is asked for is not in force`(asked: String) throws {
        #expect(try Self.list("coerciveMeasure").reading(for: asked + "逮捕").codes.isEmpty)
    }
}

/// A certificate's number makes somebody disabled; a word in its place does not, and is told.
@Suite struct Certificates {
    private static func example(of id: String) throws -> SampleTree {
        let folder = mappingsFolder.appending(path: id + "/examples")
        let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first {
            $0.hasPrefix("all-fields") && !$0.contains(".expected.")
        }
        return try SampleTree([UInt8](Data(contentsOf: folder.appending(path: try #require(name)))))
    }

    @Test func `a word where the number should be marks nobody`() throws {
        let translator = try shippedMappings.get()
        var tried = 0
        for mapping in translator.inForce.mappings where mapping.isInbound {
            guard let tree = try? Self.example(of: mapping.id) else { continue }
            let base = translator.reading(String(decoding: tree.bytes, as: UTF8.self), explain: true)
            // The certificates of the disabled: other flags rest on other papers.
            let places = base.records.flatMap { record -> [String] in
                let flags = record.application.value("groupFlags")?.array ?? []
                let own = flags.indices.filter { flags[$0]["code"] == "disabled" }.map {
                    "groupFlags[\($0)].evidenceRef"
                }
                return record.traces.filter { own.contains($0.target) }.compactMap(\.location?.path)
            }
            guard let path = places.first else { continue }
            for word in [
                "办理中", "遗失", "过期", "无", "0", "未办理", "正在补办", "不详", "已注销 32040219900101991043",
                "注销（原32040219900101991043）",
                "遗失，原号32040219900101991043", "32040219900101991043（已注销）", "00000000",
                "2024-11-01", "13800001234",
            ] {
                var changed = tree
                let isThere = changed.apply(.set(word), at: path)
                try #require(isThere)
                let result = translator.reading(String(decoding: changed.bytes, as: UTF8.self))
                let flags = result.records.flatMap { $0.application.value("groupFlags")?.array ?? [] }
                // The grade beside it is another paper's word; where it is left, the federation's and the civil affairs' count.
                let isGraded = ["civil-affairs/referral", "disabled-federation/referral"].contains(mapping.id)
                #expect(
                    !flags.contains { $0["code"] == "disabled" && (!isGraded || $0["evidenceRef"] != nil) },
                    "\(mapping.id) \(word)")
                let isTold = result.records.flatMap(\.findings).contains {
                    $0.code == "patternMismatch" && $0.path == "groupFlags"
                }
                #expect(isTold == !["无", "00000000"].contains(word), "\(mapping.id) \(word)")
                tried += 1
            }
            for number in ["3204 0219 9001 0199 1043", "３２０４０２１９９００１０１９９１０４３", "32040219900101991043B1"] {
                var changed = tree
                let isThere = changed.apply(.set(number), at: path)
                try #require(isThere)
                let result = translator.reading(String(decoding: changed.bytes, as: UTF8.self))
                #expect(!result.told.contains { $0.hasPrefix("patternMismatch groupFlags") }, "\(mapping.id) \(number)")
                let refs = result.records.flatMap { $0.application.value("groupFlags")?.array ?? [] }
                    .compactMap { $0["evidenceRef"]?.string }
                #expect(refs.allSatisfy { $0.hasPrefix("32040219900101991043") }, "\(mapping.id) \(refs)")
            }
        }
        #expect(tried > 130, "only \(tried)")
    }
}

/// What stands in a name and belongs to none.
@Suite struct DoubtfulNames {
    @Test(arguments: ["（男）", "，男", "13800000000", "320402199001019910", "*", "、测乙", "<br>", "%E6", "&", "\u{202E}甲"])
    func `it is told, and the name kept`(rest: String) {
        let name = PersonName("测试甲" + rest)
        #expect(name.told.contains("nameDoubtful"))
        #expect(name.text.hasPrefix("测试甲"))
    }

    @Test(arguments: ["测试甲", "测", "阿卜杜拉·测试", "J. Smith", "O'Brien", "Mary-Jane Test", "㛃测"])
    func `a name is none of them`(name: String) { #expect(!PersonName(name).told.contains("nameDoubtful")) }
}

/// A hotline's caller says yes and no as everybody does.
@Suite struct CallersWills {
    private func outcome(_ word: String) throws -> (kind: String?, will: String?, told: [String]) {
        let folder = mappingsFolder.appending(path: "mediation/hotline-call/examples/all-fields.json")
        var tree = try SampleTree([UInt8](Data(contentsOf: folder)))
        let isThere = tree.apply(.set(word), at: "/wantsAid")
        try #require(isThere)
        let result = try shippedMappings.get().reading(String(decoding: tree.bytes, as: UTF8.self))
        let record = try #require(result.records.first)
        return (
            record.application.text("intakeKind"), record.application.applyWill,
            record.findings.map(\.code).filter { $0.hasPrefix("will") }
        )
    }

    @Test(arguments: [
        "愿意", "同意", "自愿申请", "需要", "Y", "是", "想申请", "本人要求申请法律援助", "要", "要求", "希望得到法律援助",
        "请求指派律师", "想请律师", "从未委托律师，希望申请", "要求指派女律师", "因经济困难，当事人希望尽快得到法律援助", "本人强烈要求律师",
    ])
    func `who wants aid has applied`(word: String) throws {
        let (kind, will, _) = try outcome(word)
        #expect(kind == "application" && will == "self")
    }

    @Test(arguments: ["不愿意", "否", "暂不申请", "拒绝", "N", "现不需要", "不需要", "无需", "无需援助", "不再需要", "不希望援助", "不要求援助"])
    func `who does not has asked a question`(word: String) throws {
        let (kind, will, _) = try outcome(word)
        #expect(kind == "consultation" && will == "unknown")
    }

    @Test(arguments: [
        "待定", "再考虑", "家属称其愿意", "同意？", "母亲同意", "应该愿意", "㐀㐁", "申请过，现不需要", "自愿和解，无需援助",
        "要求赔偿", "请求调解", "曾申请过", "此前申请过", "已委托", "已聘请", "已通知", "已委托律师", "希望尽快解决", "要求对方赔偿，请求调解", "要求律师费", "同意调解",
        "申请劳动仲裁", "不需要值班律师，本人申请", "想自己请律师", "希望家属聘请律师", "要求更换律师", "希望律师不介入", "请求律师回避", "曾经要求法律援助",
        "申请被驳回", "要求法律援助机构退费", "希望对方律师道歉", "请求法院援助", "希望心理援助", "不愿意调解，要求援助", "对方要求", "要求，赔偿到位即撤",
    ])
    func `what is open is told and applies for nobody`(word: String) throws {
        let (kind, will, told) = try outcome(word)
        #expect(kind == "consultation" && will == "unknown" && told.contains("willUnclear"))
    }
}

/// 法律援助法 25 ¶2: the ordinary procedure is a ground where nobody defends the accused.
@Suite struct OrdinaryGrounds {
    @Test(arguments: [
        ("普通程序", true), ("普通程序，没有委托辩护人", true), ("普通程序，无律师", true), ("适用普通程序，尚未聘请律师", true),
        ("普通程序，同案被告人已委托辩护人，被告人没有委托辩护人", true), ("普通程序，有律师", false),
        ("普通程序，无法自行委托律师", true), ("普通程序，被告人请了律师", false), ("普通程序案件，被告人委托了辩护人", false), ("普通程序，已委托", false),
        ("被告人有辩护人，适用普通程序审理", false),
    ])
    func `counsel beside it takes it away, and is told`(text: String, isGround: Bool) throws {
        let bench = try Workbench.inbound(
            """
            <value to="criminal/noticeGroundText" from="T"/>
            <list to="criminal/noticeGrounds" each="T" split=";；"><value to="." from="." codes="noticeGroundText"/></list>
            """)
        defer { bench.remove() }
        let result = try bench.translator().reading("<R><P><T>\(text)</T></P></R>")
        let grounds = result.records.first?.application.value("criminal.noticeGrounds")?.array ?? []
        #expect(grounds.contains("NG-11") == isGround)
        #expect(result.told.contains { $0.hasPrefix("contradiction") } == !isGround)
    }
}
