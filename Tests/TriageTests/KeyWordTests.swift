import StrictJSON
import Testing

@testable import Triage

/// A key word raises a hint for whom it speaks of, and never where it is denied.
@Suite struct KeyWordHints {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    private func fired(_ text: String, standing: String = "犯罪嫌疑人", domain: String = "criminal") throws -> Set<String> {
        let application = #"""
            {"aidRoute":"byApplication","recipient":{"birthDate":"1980-01-01"},
             "matter":{"caseDomain":"\#(domain)","standing":"\#(standing)","factsSummary":"\#(text)"}}
            """#
        let assessment = try shipped.assess(application)
        return Set(assessment.rules.filter { $0.outcome == .indicated }.map { "\($0.rule) \($0.indicates ?? "")" })
    }

    private static let traits = [("聋哑人", "NT-02 LAL25-2"), ("盲人", "NT-02 LAL25-2"), ("精神病患者", "NT-03 LAL25-3")]

    /// Made of parts, so that each trait meets each sentence.
    @Test(arguments: traits, ["嫌疑人系%", "犯罪嫌疑人张某是%", "本人为%", "%盗窃他人财物", "嫌疑人殴打他人，本人系%", "受援人患病，系%"])
    func `a trait of the person is a ground`(trait: (String, String), sentence: String) throws {
        let text = sentence.replacing("%", with: trait.0)
        #expect(try fired(text).contains(trait.1), "\(text)")
    }

    @Test(
        arguments: traits,
        [
            "嫌疑人殴打%致伤", "被害人系%", "嫌疑人盗窃%的财物", "嫌疑人明知被害人是%", "%被害人陈述", "嫌疑人的父亲是%", "嫌疑人与%同住",
            "嫌疑人被%打伤", "诈骗多名%", "嫌疑人并非%", "嫌疑人不是%", "%：无", "是否%：否；", "%（无）", "经鉴定，排除%", "没有证据证明其为健康人，对方为%",
        ])
    func `a trait of somebody else, or a denied one, is none`(trait: (String, String), sentence: String) throws {
        let text = sentence.replacing("%", with: trait.0)
        #expect(try !fired(text).contains(trait.1), "\(text)")
    }

    @Test(arguments: [
        ("申请人长期遭受丈夫家庭暴力", true), ("丈夫多次家暴", true), ("被虐待多年", true), ("对方虐待申请人", true), ("对方曾因虐待动物被处罚", false),
        ("双方没有家庭暴力", false), ("不存在虐待、遗弃", false), ("未发生家暴", false), ("家庭暴力：无", false),
        ("不愿再被家暴", true), ("申请人虐待老人被起诉", false), ("申请人因涉嫌遗弃被诉", false),
        ("遗弃宠物引发纠纷", false),
    ])
    func `violence is a matter of whoever suffers it`(text: String, isOne: Bool) throws {
        #expect(try fired(text, standing: "原告", domain: "civil").contains("SC-01 LAL32-4") == isOne, "\(text)")
        // 法律援助法 32(4) is for the victim.
        #expect(try !fired(text, standing: "被告人").contains("SC-01 LAL32-4"))
    }

    @Test(arguments: ["三个月没有工资", "未支付工资", "没有养老保险", "子女不赡养"])
    func `what is claimed is often said by what is missing`(text: String) throws {
        #expect(try fired(text, standing: "申请人", domain: "civil").contains { $0.hasPrefix("SC-01 LAL31") })
    }

    /// Every list that speaks of a matter, after each way to say that it is none.
    @Test(
        arguments: [
            ("赡养", "LAL31-4"), ("抚养费", "LAL31-4"), ("拆迁", "JS18-8"), ("土地承包", "JS18-7"), ("农药", "JS18-6"),
            ("工资", "LAL31-5"), ("产品质量", "JS18-1"), ("高空抛物", "JS18-2"), ("居住权", "JS18-9"), ("抚恤金", "LAL31-3"),
        ], ["不是%纠纷", "并非%纠纷", "不涉及%", "不属于%问题", "本案与%无关", "与%纠纷无关", "不涉及任何%"])
    func `what a matter is said not to be is no hint`(word: (String, String), sentence: String) throws {
        let text = sentence.replacing("%", with: word.0)
        #expect(try !fired(text, standing: "申请人", domain: "civil").contains("SC-01 \(word.1)"), "\(text)")
    }

    @Test(arguments: ["未拖欠工资", "不存在拖欠工资", "没有拖欠工资", "没有强制医疗", "不涉及强制医疗"])
    func `what is said not to be owed, or not asked for, is no hint`(text: String) throws {
        let hints = try fired(text, standing: "申请人", domain: "civil").union(try fired(text))
        #expect(!hints.contains { $0.contains("LAL31-5") || $0.hasPrefix("NT-07") }, "\(text)")
    }

    @Test(arguments: [("拖欠工资", true), ("工伤赔偿", true), ("交通事故受伤", false), ("医疗损害", false)])
    func `a migrant worker is exempt for pay and injuries at work only`(facts: String, isExempt: Bool) throws {
        let text = #"""
            {"aidRoute":"byApplication","matter":{"caseDomain":"civil","causeOfAction":"\#(facts)"},
             "groupFlags":[{"code":"migrantWorker","assertedBy":"sender"}]}
            """#
        let assessment = try shipped.assess(text)
        #expect(assessment.hints.contains { $0.rule == "MC-07" && $0.outcome == .indicated } == isExempt)
        let asks = assessment.missing.contains { $0["kind"] == "economicStatement" }
        // A hint takes no paper off the list.
        #expect(asks)
    }

    /// Every list of key words, in a text of no other meaning: hints may come, papers stay.
    @Test func `no key word of a free text takes a paper off the list`() throws {
        let plain = try shipped.assess(#"{"aidRoute":"byApplication","matter":{"caseDomain":"civil"}}"#)
        let kinds = Set(plain.missing.compactMap { $0["kind"]?.string })
        for word in ["家庭暴力", "见义勇为", "英雄烈士", "再审改判无罪", "保护令", "无固定生活来源", "拖欠工资", "工伤", "抚养费"] {
            for flags in ["", #","groupFlags":[{"code":"migrantWorker"},{"code":"disabled"}]"#] {
                let assessment = try shipped.assess(
                    #"{"aidRoute":"byApplication","matter":{"caseDomain":"civil","factsSummary":"\#(word)"}\#(flags)}"#)
                #expect(kinds.isSubset(of: assessment.missing.compactMap { $0["kind"]?.string }), "\(word) \(flags)")
            }
        }
    }
}
