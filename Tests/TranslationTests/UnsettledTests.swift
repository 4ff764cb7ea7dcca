import Canonical
import Foundation
import StrictJSON
import Testing

@testable import Translation

/// What is asked for, planned, refused or over is not so, and that is told.
@Suite struct UnsettledWords {
    private static func list(_ name: String) throws -> CodeList {
        try #require(try shippedMappings.get().codeLists[name])
    }

    private static let measures = [
        ("取保候审", "bail"), ("监视居住", "residentialSurveillance"), ("逮捕", "arrest"), ("刑事拘留", "criminalDetention"),
    ]

    @Test(arguments: [
        "申请", "拟", "拟对其", "建议", "可以", "提请", "提请批准", "可以依法", "待", "等待批准", "准备", "要求变更为", "申请变更强制措施为", "曾被", "曾", "不宜",
        "是否",
        "将被", "即将", "曾因盗窃被",
    ])
    func `a measure behind a plan is none`(before: String) throws {
        for (word, _) in Self.measures {
            let reading = try Self.list("coerciveMeasure").reading(for: before + word)
            #expect(reading.codes.isEmpty && (reading.isUnsettled || reading.isDenied), "\(before + word)")
            let beside = try Self.list("coerciveMeasure").reading(for: before + word + "，现拘传")
            #expect(beside.codes == ["summons"], "\(before + word)")
        }
    }

    @Test(arguments: ["申请", "被拒绝", "申请被驳回", "期满", "期限届满", "申请书", "措施期满", "申请未获批准", "必要性审查", "审批中", "被驳回"])
    func `a measure that was refused or is over is none`(behind: String) throws {
        for (word, _) in Self.measures {
            let reading = try Self.list("coerciveMeasure").reading(for: word + behind)
            #expect(reading.codes.isEmpty && reading.isUnsettled, "\(word + behind)")
        }
    }

    @Test(
        arguments: ["", "已被", "被依法", "决定", "批准", "经批准", "已将其", "现", "由检察院决定", "于11月8日被"],
        ["", "措施", "中", "（公安）", "申请已获批准"])
    func `a measure that is in force counts`(before: String, behind: String) throws {
        for (word, code) in Self.measures {
            #expect(
                try Self.list("coerciveMeasure").reading(for: before + word + behind).codes == [code],
                "\(before + word + behind)")
        }
    }

    @Test func `the last of a change counts, and each place of residence by its kind`() throws {
        let list = try Self.list("coerciveMeasure")
        for text in ["取保候审期间被逮捕", "取保候审转逮捕", "曾取保候审，现逮捕"] { #expect(list.code(for: text) == "arrest") }
        for text in ["指定监视居住", "指定居所监视居住", "指居"] { #expect(list.code(for: text) == "designatedResidence") }
    }

    @Test(arguments: [
        "申请变更强制措施", "变更强制措施申请被驳回", "变更强制措施为取保候审申请被驳回", "即将释放", "拟移送审查起诉", "将移送审查起诉", "建议变更强制措施", "拟自行委托", "申请取保候审",
        "准备换押",
    ])
    func `an event that did not happen is none`(text: String) throws {
        let reading = try Self.list("policeEvent").reading(for: text)
        #expect(reading.codes.isEmpty && reading.isUnsettled, "\(text)")
    }

    @Test(arguments: [
        ("变更强制措施", "custodyChanged"), ("变更强制措施为取保候审", "custodyChanged"), ("已释放", "custodyChanged"),
        ("侦查终结", "stageEnded"),
        ("已移送审查起诉", "stageEnded"), ("自行委托辩护人", "ownCounselRetained"),
    ])
    func `an event that happened is one`(text: String, code: String) throws {
        #expect(try Self.list("policeEvent").code(for: text) == code)
    }

    @Test(arguments: ["即将", "将进入", "拟", "待"], ["一审", "二审", "仲裁", "再审"])
    func `a stage to come is none`(before: String, stage: String) throws {
        #expect(try Self.list("stage").reading(for: before + stage).codes.isEmpty)
        #expect(try Self.list("stage").reading(for: "未进入" + stage).codes.isEmpty)
        for behind in ["已结束", "终结", "程序终结", "已审结"] {
            #expect(try Self.list("stage").reading(for: stage + behind).codes.isEmpty, "\(stage + behind)")
        }
    }

    @Test(arguments: [
        ("不服一审判决上诉", "secondInstance"), ("一审判决后上诉", "secondInstance"), ("一审已判决，上诉中", "secondInstance"),
        ("刑事一审", "firstInstance"),
        ("申请执行", "enforcement"), ("申请再审", "retrial"), ("提请审查逮捕", "arrestReview"), ("侦查期间", "investigation"),
        ("审查起诉阶段", "prosecutionReview"), ("一审，上诉期内", "firstInstance"),
    ])
    func `a stage is the one that runs`(text: String, code: String) throws {
        #expect(try Self.list("stage").code(for: text) == code)
    }

    @Test(arguments: ["强奸", "猥亵", "抢劫", "拐卖", "侵害", "猥亵多名", "涉嫌强奸", "家有", "被害人系"])
    func `a minor who was harmed is no defendant`(before: String) throws {
        for word in ["未成年人", "不满十八周岁的人"] {
            let reading = try Self.list("noticeGroundText").reading(in: before + word)
            #expect(reading.codes.isEmpty && reading.isOfOthers, "\(before + word)")
        }
    }

    @Test(arguments: [
        ("被告人系未成年人", "NG-01"), ("涉嫌抢劫的未成年人", "NG-01"), ("被拐卖的未成年人", "NG-01"), ("未成年犯罪嫌疑人", "NG-01"),
        ("作案时未满十八周岁，现已成年", "NG-01"), ("可能判处无期徒刑", "NG-04"), ("不排除判处无期徒刑", "NG-04"), ("一审判处死刑", "NG-04"),
        ("检察院抗诉", "NG-32"),
        ("系聋哑人", "NG-02"), ("因病致聋", "NG-02"),
    ])
    func `a ground that holds is one`(text: String, code: String) throws {
        #expect(try Self.list("noticeGroundText").reading(in: text).codes == [code], "\(text)")
    }

    @Test(arguments: [
        "排除无期徒刑可能", "排除判处死刑可能", "未达到无期徒刑", "曾被判处无期徒刑", "曾被判处死刑缓期执行", "曾因故意杀人被判处死刑", "检察院撤回抗诉", "抗诉已撤回", "致人聋哑",
        "侵害未成年人权益", "未成年被害人",
    ])
    func `what sounds like a ground is none`(text: String) throws {
        #expect(try Self.list("noticeGroundText").reading(in: text).codes.isEmpty, "\(text)")
    }
}

/// What stands in the field with the place of custody, through every mapping that reads one.
@Suite struct PlacesOfCustody {
    private struct Outcome {
        var kind: String?
        var place: String?
        var told: [String]
        var isInCustody: Bool
    }

    private static let mappings = [
        "police/defence-notice", "court/defence-notice", "court/representation-notice", "procuratorate/defence-notice",
        "procuratorate/duty-lawyer-help",
    ]

    private func outcomes(_ text: String) throws -> [Outcome] {
        let translator = try shippedMappings.get()
        return try Self.mappings.map { id in
            let folder = mappingsFolder.appending(path: id + "/examples")
            let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first {
                $0.hasPrefix("all-fields") && !$0.contains(".expected.")
            }
            var tree = try SampleTree([UInt8](Data(contentsOf: folder.appending(path: try #require(name)))))
            let base = translator.reading(String(decoding: tree.bytes, as: UTF8.self), explain: true)
            let traces = base.records.flatMap(\.traces).filter { $0.target == "criminal.detentionPlace" }
            let path = try #require(traces.compactMap(\.location?.path).first, "\(id)")
            let isThere = tree.apply(.set(text), at: path)
            try #require(isThere, "\(id)")
            let record = try #require(
                translator.reading(String(decoding: tree.bytes, as: UTF8.self)).records.first, "\(id)")
            let application = record.application
            return Outcome(
                kind: application.text("recipient.custody.kind"), place: application.text("criminal.detentionPlace"),
                told: record.findings.filter { $0.path?.hasPrefix("recipient.custody") ?? false }.map(\.code),
                isInCustody: application.isInCustody)
        }
    }

    @Test(arguments: ["取保候审", "监视居住", "未羁押", "未关押", "不在押", "已释放", "刑满释放", "在家", "社区矫正", "服刑完毕", "在逃"])
    func `where nobody is held, that is said`(text: String) throws {
        for outcome in try outcomes(text) {
            #expect(outcome.kind == "notInCustody" && outcome.place == nil && !outcome.isInCustody, "\(text)")
        }
    }

    @Test(arguments: ["拟羁押", "将移送看守所", "羁押必要性审查", "看守所外就医", "拟羁押于常州市看守所", "申请羁押必要性审查", "准备收押", "羁押期满"])
    func `what is planned or over holds nobody, and is told`(text: String) throws {
        for outcome in try outcomes(text) {
            #expect(outcome.kind == nil && outcome.place == nil && !outcome.isInCustody, "\(text)")
            #expect(outcome.told.contains("textLeftAside"), "\(text)")
        }
    }

    @Test(arguments: ["常州市看守所", "现羁押于常州市看守所", "随州市曾都区看守所", "常州市第一看守所（在押）", "常州市看守所，拟移送常州监狱"])
    func `who is held is held`(text: String) throws {
        for outcome in try outcomes(text) {
            #expect(outcome.kind == "inCustody" && outcome.place == text && outcome.isInCustody, "\(text)")
        }
    }
}

/// Two numerals side by side, or some tens, say about how many.
@Suite struct ApproximateNumerals {
    private static let pairs = ["两三", "一两", "七八", "三五", "三四", "五六", "八九", "二三"]

    @Test(arguments: pairs)
    func `they are no sum and no count`(pair: String) {
        for unit in ["万", "万元", "亿", "元", "千元", "百元", "十万", "千", ""] {
            for before in ["", "近", "约", "人民币"] {
                let conversion = Converter.money.convert(before + pair + unit)
                #expect(conversion.value == nil && conversion.problem != nil, "\(before + pair + unit)")
            }
        }
        for unit in ["人", "名", "个", "十人", "百人"] {
            #expect(Converter.integer.convert(pair + unit).value == nil, "\(pair + unit)")
        }
        for before in ["几", "数", "好几"] { #expect(Converter.money.convert(before + "十万元").value == nil) }
    }

    @Test(arguments: [("二十三万元", "230000.00"), ("三万五千元", "35000.00"), ("两万元", "20000.00"), ("一百二十三元", "123.00")])
    func `a sum in words is read`(text: String, value: String) {
        #expect(Converter.money.convert(text).value?.string == value)
    }

    @Test func `digits by place stay what they are`() {
        #expect(Converter.date.convert("二〇二六年一月二十三日").value?.string == "2026-01-23")
        #expect(Converter.date.convert("二〇二三年十一月二日").value?.string == "2023-11-02")
        #expect(Converter.integer.convert("一二三").value?.int == 123)
    }

    @Test(
        arguments: ["9 : 30", "9 ：30", "9: 30", "9 :30", "09 : 30", "9：30"],
        ["2026-12-08 上午 ", "2026-12-08 上午", "2026-12-08 "])
    func `blanks around a colon cut no minutes`(time: String, day: String) {
        let value = Converter.dateTime.convert(day + time).value?.string
        #expect(value == "2026-12-08T09:30:00+08:00", "\(day + time)")
    }

    @Test func `an hour glued to its day keeps its minutes, and two hours are none`() {
        #expect(Converter.dateTime.convert("2026110309:30").value?.string == "2026-11-03T09:30:00+08:00")
        for text in ["2026-12-08 下午两三点", "2026-12-08 七八点"] {
            #expect(Converter.dateTime.convert(text).value?.string == "2026-12-08", "\(text)")
        }
    }

    @Test(arguments: ["\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}", "\u{61C}", "\u{200E}"])
    func `marks of direction are in no code`(mark: String) {
        #expect(Converter.narrowed(mark + "320404").0 == "320404")
        #expect(TextFolding.text("男" + mark) == "男")
        #expect(ResidentID.normalize(mark + "32040219790101994X").value == "32040219790101994X")
    }

    @Test(arguments: ["Ⅹ", "ⅹ", "х", "Х", "Χ", "×", "x"])
    func `what looks like X is one, and told`(last: String) {
        let (value, told) = ResidentID.normalize("32040219790101994" + last)
        #expect(value == "32040219790101994X" && !told.isEmpty, "\(last)")
    }

    @Test(arguments: ["ㆍ", "﹒", "∘", "ˑ", "•", "·"])
    func `every dot in a name is one`(dot: String) { #expect(PersonName("古丽\(dot)艾比").text == "古丽·艾比") }
}
