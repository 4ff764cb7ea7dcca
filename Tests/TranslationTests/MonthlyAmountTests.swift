import Canonical
import Foundation
import StrictJSON
import Testing

@testable import Translation

/// A sum for each month is told where the field asks for no such sum, however it is written, and only there.
@Suite struct MonthlyAmounts {
    private static let amounts = ["3000", "3,000.00", "3000.00", "３０００", "0.3万", "三千", "叁仟"]

    private static let perMonth: [(before: String, behind: String)] = [
        ("", "元/月"), ("", "元／月"), ("", "/月"), ("", "元每月"), ("", "元（月）"), ("", "元(每月)"), ("", "元每个月"), ("", "元月"),
        ("", "元/每月"), ("", "元 / 月"),
        ("月", "元"), ("每月", "元"), ("每个月", "元"), ("每月约", "元"), ("月薪", "元"), ("月工资", "元"), ("月均", "元"), ("月:", "元"),
        ("按月", "元"), ("工资每月", "元"), ("工资月", "元"), ("（月）", "元"), ("人民币每月", "元"), ("月收入", ""), ("约", "元/月左右"),
    ]
    private static let once: [(before: String, behind: String)] = [
        ("", "元"), ("", ""), ("数个月工资", "元"), ("几个月工资", "元"), ("多个月工资共", "元"), ("本月工资", "元"), ("上月工资", "元"), ("当月", "元"),
        ("月底", "元"), ("月份工资", "元"), ("元月工资", "元"), ("整月工资", "元"), ("岁末年初工资", "元"), ("共计", "元整"), ("", "元（数个月）"),
        ("", "元，系数个月工资"), ("", "元，欠薪数月"),
    ]

    private static func told(_ text: String) -> Bool { Converter.money(text).tolerated.contains("perMonth") }

    @Test func `a sum for each month is told, one for several months is not`() {
        for amount in Self.amounts {
            for (before, behind) in Self.perMonth {
                let text = before + amount + behind
                #expect(Converter.money(text).value == "3000.00" && Self.told(text), "\(text)")
            }
            for (before, behind) in Self.once {
                let text = before + amount + behind
                #expect(Converter.money(text).value == "3000.00" && !Self.told(text), "\(text)")
            }
        }
    }

    @Test(
        arguments: ["economic/monthlyIncomePerCapita", "economic/ownMonthlyIncome"],
        [
            "全年%元", "%（年）", "年收入%", "%元（全年）", "日%元", "%（日）", "周%", "季度%", "半年%", "% p.a.", "上年度%元", "%元/年", "%元，全年",
            "全年：%元",
            "每年领取%元", "%元每年", "全年%元（每月发放）", "%元一年", "年收入：约%元", "%成", "年务农收入%元", "年人均%元", "年入%", "每半月%元", "双月%元",
            "旬薪%元", "季付%元", "计时工资%元", "%元/每年", "%元 / 年", "%元/季度", "%元每工", "%元/月·人",
        ])
    func `a sum for another time is no monthly one`(field: String, form: String) throws {
        let bench = try Workbench.inbound(#"<value to="\#(field)" from="JE"/>"#)
        defer { bench.remove() }
        let translator = try bench.translator()
        let texts = Self.amounts.map { form.replacing("%", with: $0) }
        let result = translator.reading("<R>\(texts.map { "<P><JE>\($0)</JE></P>" }.joined())</R>")
        let path = field.replacing("/", with: ".")
        for (index, text) in texts.enumerated() {
            #expect(result.text(path, of: index) == nil, "\(text)")
            #expect(result.records[index].findings.contains { $0.path == path && $0.severity == .warning }, "\(text)")
        }
    }

    @Test(arguments: [
        "%元/月（天宁区）", "%元，周转房租另计", "退休金每月%元，每年调整", "%元/月，成都", "月工资%元（日常开支另计）", "今年月收入%元", "%元每月（全年在岗）", "%元，刀具厂",
        "天宁区低保%元", "周某某收入%元", "老年人补贴%元", "常年务农收入%元", "节日补贴%元", "年某某收入%元", "去年月均收入%元",
    ])
    func `a period that is said of something else takes no sum away`(form: String) throws {
        let bench = try Workbench.inbound(#"<value to="economic/ownMonthlyIncome" from="JE"/>"#)
        defer { bench.remove() }
        let translator = try bench.translator()
        for amount in Self.amounts {
            let text = form.replacing("%", with: amount)
            let result = translator.reading("<R><P><JE>\(text)</JE></P></R>")
            #expect(result.text("economic.ownMonthlyIncome") == "3000.00", "\(text)")
            #expect(result.told.contains { $0.hasPrefix("textLeftAside") }, "\(text)")
        }
    }

    @Test func `a count of months is no sum`() {
        for text in ["3月", "3个月", "三个月", "3"] {
            let conversion = Converter.integer.convert(text)
            #expect(conversion.value?.int == 3 && !conversion.tolerated.contains("perMonth"), "\(text)")
        }
    }

    /// Whether it is told follows from what the field means, not from what it is called.
    @Test func `fields that ask for a sum of a month take it without a word`() throws {
        let sums = CanonicalModel.application.fields.filter { $0.type == .money && $0.origin == .sender }
        #expect(
            Set(sums.filter(\.isMonthly).map(\.path)) == [
                "economic/monthlyIncomePerCapita", "economic/ownMonthlyIncome",
            ])
        for field in sums {
            let groups = field.path.split(separator: "/").dropLast().joined(separator: "/")
            let name = field.path.split(separator: "/").last.map(String.init) ?? ""
            for rule in [
                #"<value to="\#(field.path)" from="JE"/>"#,
                #"<within to="\#(groups)" node="."><value to="\#(name)" from="JE"/></within>"#,
            ] {
                let bench = try Workbench.inbound(rule)
                defer { bench.remove() }
                let result = try bench.translator().reading("<R><P><JE>月薪3000元</JE></P></R>")
                #expect(result.told.contains { $0.hasPrefix("perMonth") } != field.isMonthly, "\(field.path)")
            }
        }
    }
}
