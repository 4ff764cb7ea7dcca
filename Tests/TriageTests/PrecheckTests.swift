import Canonical
import StrictJSON
import Testing

@testable import Triage

@Suite struct Prechecks {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    /// Rule, what it points to, an application on which it fires, where it sees it, and one just beside it.
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: String
        var indicates: String?
        var outcome = RuleOutcome.indicated
        let on: String
        var evidence: [String] = []
        let notOn: String
        var testDescription: String { "\(rule) \(indicates ?? "") \(outcome.rawValue)" }
    }

    private static func facts(_ text: String, domain: String = "civil") -> String {
        #"{"aidRoute":"byApplication","matter":{"caseDomain":"\#(domain)","factsSummary":"\#(text)"}}"#
    }

    private static func scope(
        _ item: String, _ word: String, rule: String = "SC-01", domain: String = "civil", beside: String = "其他纠纷"
    ) -> Case {
        Case(
            rule: rule, indicates: item, on: facts(word, domain: domain), evidence: ["matter.factsSummary"],
            notOn: facts(beside, domain: domain))
    }

    static let scopes: [Case] = [
        scope("LAL31-1", "请求国家赔偿"), scope("LAL31-2", "要求补缴养老保险"), scope("LAL31-3", "请求发给抚恤金"),
        scope("LAL31-4", "儿子不赡养老人"), scope("LAL31-5", "拖欠工资两万元", beside: "工资性收入每月三千元"),
        scope("LAL31-6", "申请认定为无民事行为能力人"), scope("LAL31-7", "送货发生交通事故"), scope("LAL31-8", "化工厂水污染"),
        scope("LAL32-1", "侵害烈士名誉"), scope("LAL32-2", "因见义勇为受伤"), scope("LAL32-3", "再审改判无罪后请求赔偿"),
        scope("LAL32-4", "长期遭受家暴", beside: "捡到遗弃物引发纠纷"), scope("JS18-1", "产品质量问题致伤", rule: "SC-02"),
        scope("JS18-2", "高空抛物砸伤", rule: "SC-02"), scope("JS18-3", "学校拒收，义务教育受阻", rule: "SC-02"),
        scope("JS18-4", "在校遭受欺凌", rule: "SC-02"), scope("JS18-5", "除草剂致农作物受损", rule: "SC-02"),
        scope("JS18-6", "买到假种子", rule: "SC-02"), scope("JS18-7", "土地承包经营权被收回", rule: "SC-02"),
        scope("JS18-8", "房屋拆迁补偿过低", rule: "SC-02"), scope("JS18-9", "离婚后的居住权", rule: "SC-02"),
        scope("ADM-LAB", "不服不予认定工伤决定", rule: "SC-03", domain: "administrative"),
        scope("ADM-LAND", "不服不动产登记", rule: "SC-03", domain: "administrative"),
        scope("ADM-ENV", "不服排污许可", rule: "SC-03", domain: "administrative"),
        scope("ADM-FD", "不服药品监管处罚", rule: "SC-03", domain: "administrative"),
        Case(
            rule: "SC-01", indicates: "LAL24",
            on: #"{"aidRoute":"byApplication","matter":{"caseDomain":"criminal","standing":"犯罪嫌疑人"}}"#,
            evidence: ["matter.standing"],
            notOn: #"{"aidRoute":"byNotification","matter":{"caseDomain":"criminal","standing":"犯罪嫌疑人"}}"#),
        Case(
            rule: "SC-02", indicates: "JS20-4",
            on:
                #"{"aidRoute":"byApplication","recipient":{"birthDate":"2012-01-01"},"matter":{"caseDomain":"criminal","standing":"被害人"}}"#,
            evidence: ["matter.standing"],
            notOn:
                #"{"aidRoute":"byApplication","recipient":{"birthDate":"1992-01-01"},"matter":{"caseDomain":"criminal","standing":"被害人"}}"#
        ),
        Case(
            rule: "SC-03", on: #"{"matter":{"caseDomain":"administrative"}}"#, evidence: ["matter.caseDomain"],
            notOn: #"{"matter":{"caseDomain":"civil"}}"#),
        Case(
            rule: "SC-04", on: #"{"recipient":{"birthDate":"1951-08-22"},"groupFlags":[{"code":"livingAlone"}]}"#,
            evidence: ["groupFlags[0]"],
            notOn: #"{"recipient":{"birthDate":"1971-08-22"},"groupFlags":[{"code":"livingAlone"}]}"#),
        Case(
            rule: "SC-04", outcome: .insufficientData, on: #"{"groupFlags":[{"code":"emptyNest"}]}"#,
            evidence: ["groupFlags[0]"], notOn: #"{"groupFlags":[{"code":"elderly"}]}"#),
        Case(
            rule: "SC-04", on: #"{"recipient":{"birthDate":"1938-03-15"}}"#, evidence: ["groupFlags[1]"],
            notOn: #"{"recipient":{"birthDate":"1951-03-15"}}"#),
        Case(
            rule: "SC-05", on: #"{"recipient":{"birthDate":"2010-09-30"},"groupFlags":[{"code":"leftBehindChild"}]}"#,
            evidence: ["groupFlags[0]"],
            notOn: #"{"recipient":{"birthDate":"2008-09-30"},"groupFlags":[{"code":"leftBehindChild"}]}"#),
        Case(
            rule: "SC-05", on: #"{"recipient":{"birthDate":"2012-10-01"}}"#, evidence: ["groupFlags[1]"],
            notOn: #"{"recipient":{"birthDate":"2012-09-30"}}"#),
        Case(
            rule: "SC-06", on: #"{"reliefStatuses":[{"kind":"LOWI","status":"inForce","certificateNo":"1"}]}"#,
            evidence: ["reliefStatuses[0]"],
            notOn: #"{"reliefStatuses":[{"kind":"TEMP","status":"inForce","certificateNo":"1"}]}"#),
        Case(
            rule: "SC-07", on: #"{"groupFlags":[{"code":"militaryDependant"}]}"#, evidence: ["groupFlags[0]"],
            notOn: #"{"groupFlags":[{"code":"elderly"}]}"#),
        Case(
            rule: "SC-08", on: #"{"recipient":{"name":"某某机械有限公司"}}"#, evidence: ["recipient.name"],
            notOn: #"{"recipient":{"name":"测试甲"}}"#),
        Case(
            rule: "SC-09",
            on: #"{"proceeding":{"stage":"prosecutionReview"},"criminal":{"pleaLeniency":"yes"}}"#,
            evidence: ["criminal.pleaLeniency"],
            notOn:
                #"{"proceeding":{"stage":"prosecutionReview"},"criminal":{"pleaLeniency":"yes","noticeGrounds":["NG-22"]}}"#
        ),
    ]

    private static func criminal(
        _ more: String, _ road: String = "byNotification", stage: String = "firstInstance"
    ) -> String {
        #"{"aidRoute":"\#(road)","matter":{"caseDomain":"criminal"},"proceeding":{"stage":"\#(stage)"},\#(more)}"#
    }

    static let notices: [Case] = [
        Case(
            rule: "NT-01", indicates: "LAL25-1", on: criminal(#""recipient":{"birthDate":"2008-10-01"}"#),
            evidence: ["groupFlags[0]", "recipient.birthDate"],
            notOn: criminal(#""recipient":{"birthDate":"2008-09-30"}"#)),
        Case(
            rule: "NT-01", on: criminal(#""recipient":{"ageAtEvent":17,"birthDate":"2007-01-01"}"#),
            notOn: criminal(#""recipient":{"ageAtEvent":18,"birthDate":"2007-01-01"}"#)),
        Case(
            rule: "NT-02", on: criminal(#""criminal":{"noticeGroundText":"被告人系聋哑人"}"#),
            evidence: ["criminal.noticeGroundText"], notOn: criminal(#""criminal":{"noticeGroundText":"被告人耳朵受伤"}"#)),
        Case(
            rule: "NT-02", on: criminal(#""groupFlags":[{"code":"disabled","evidenceRef":"32040219790101994X21"}]"#),
            evidence: ["groupFlags[0]"],
            notOn: criminal(#""groupFlags":[{"code":"disabled","evidenceRef":"32040219790101994X41"}]"#)),
        Case(
            rule: "NT-03", outcome: .insufficientData,
            on: criminal(#""groupFlags":[{"code":"disabled","evidenceRef":"32040219790101994X62"}]"#),
            evidence: ["groupFlags[0]"],
            notOn: criminal(#""groupFlags":[{"code":"disabled","evidenceRef":"32040219790101994X42"}]"#)),
        Case(
            rule: "NT-03", on: criminal(#""criminal":{"noticeGroundText":"经鉴定为限制刑事责任能力"}"#),
            evidence: ["criminal.noticeGroundText"], notOn: criminal(#""criminal":{"noticeGroundText":"情绪激动"}"#)),
        Case(
            rule: "NT-04", on: criminal(#""criminal":{"mayGetLifeOrDeath":true}"#),
            evidence: ["criminal.mayGetLifeOrDeath"], notOn: criminal(#""criminal":{"charges":["故意杀人"]}"#)),
        Case(
            rule: "NT-05", on: criminal(#""remarks":"x""#, stage: "deathReview"), evidence: ["proceeding.stage"],
            notOn: criminal(#""remarks":"x""#)),
        Case(
            rule: "NT-06", on: criminal(#""criminal":{"noticeGrounds":["NG-06"]}"#),
            evidence: ["criminal.noticeGrounds[0]"], notOn: criminal(#""criminal":{"noticeGrounds":["NG-11"]}"#)),
        Case(
            rule: "NT-07", on: criminal(#""remarks":"x""#, stage: "compulsoryTreatment"),
            evidence: ["proceeding.stage"], notOn: criminal(#""remarks":"x""#)),
        Case(
            rule: "NT-08", on: criminal(#""criminal":{"noticeGrounds":["NG-23"]}"#, stage: "prosecutionReview"),
            evidence: ["criminal.noticeGrounds[0]"],
            notOn: criminal(#""criminal":{"noticeGrounds":["NG-23"]}"#, stage: "investigation")),
        Case(
            rule: "NT-09",
            on: #"{"matter":{"caseDomain":"criminal"},"proceeding":{"stage":"firstInstance","procedure":"ordinary"}}"#,
            evidence: ["proceeding.stage", "proceeding.procedure"],
            notOn:
                #"{"matter":{"caseDomain":"criminal"},"proceeding":{"stage":"firstInstance","procedure":"ordinary"},"criminal":{"hasOwnCounsel":true}}"#
        ),
        Case(
            rule: "NT-10", on: criminal(#""recipient":{"birthDate":"2010-01-01"}"#, "byApplication"),
            notOn: criminal(#""recipient":{"birthDate":"2010-01-01"}"#)),
        Case(
            rule: "NT-11", outcome: .conflict, on: criminal(#""criminal":{"hasOwnCounsel":true}"#),
            evidence: ["criminal.hasOwnCounsel"],
            notOn: criminal(#""criminal":{"hasOwnCounsel":true}"#, "byApplication")),
        Case(
            rule: "NT-12", on: criminal(#""criminal":{"noticeGrounds":["NG-04"]}"#),
            evidence: ["criminal.noticeGrounds[0]"], notOn: criminal(#""criminal":{"noticeGrounds":["NG-02"]}"#)),
    ]

    static let means: [Case] = [
        Case(
            rule: "MC-01", on: #"{"aidRoute":"byNotification"}"#, evidence: ["aidRoute"],
            notOn: #"{"aidRoute":"byApplication"}"#),
        Case(
            rule: "MC-02", on: facts("长期遭受家暴"), evidence: ["matter.scopeItems[0]"], notOn: facts("拖欠工资")),
        Case(
            rule: "MC-03", indicates: "LAL42-1",
            on:
                #"{"aidRoute":"byApplication","recipient":{"birthDate":"1950-01-01"},"matter":{"factsSummary":"无固定生活来源"}}"#,
            evidence: ["matter.factsSummary", "groupFlags[0]"],
            notOn:
                #"{"aidRoute":"byApplication","recipient":{"birthDate":"1980-01-01"},"matter":{"factsSummary":"无固定生活来源"}}"#
        ),
        Case(
            rule: "MC-03", outcome: .insufficientData,
            on: #"{"aidRoute":"byApplication","recipient":{"birthDate":"1950-01-01"}}"#,
            notOn: #"{"aidRoute":"byNotification","recipient":{"birthDate":"1950-01-01"}}"#),
        Case(
            rule: "MC-04", indicates: "LAL42-2S",
            on:
                #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","certificateNo":"1"}]}"#,
            evidence: ["reliefStatuses[0]"],
            notOn:
                #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","certificateNo":"1","validTo":"2026-09-29"}]}"#
        ),
        Case(
            rule: "MC-04", outcome: .insufficientData,
            on:
                #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","evidence":"statement"}]}"#,
            evidence: ["reliefStatuses[0]"],
            notOn: #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"DIS2","status":"unknown"}]}"#),
        Case(
            rule: "MC-05", indicates: "LAL42-2J",
            on: #"{"aidRoute":"byApplication","matter":{"judicialRelief":{"decisionNo":"1"}}}"#,
            evidence: ["matter.judicialRelief.decisionNo"], notOn: #"{"aidRoute":"byApplication"}"#),
        Case(
            rule: "MC-06", indicates: "LAL42-2M",
            on:
                #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MIL-E","status":"inForce","certificateNo":"1"}]}"#,
            evidence: ["reliefStatuses[0]"],
            notOn:
                #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","certificateNo":"1"}]}"#
        ),
        Case(
            rule: "MC-06", outcome: .insufficientData,
            on: #"{"aidRoute":"byApplication","groupFlags":[{"code":"veteran"}]}"#, evidence: ["groupFlags[0]"],
            notOn: #"{"aidRoute":"byApplication","groupFlags":[{"code":"graduate"}]}"#),
        Case(
            rule: "MC-07", indicates: "LAL42-3",
            on:
                #"{"aidRoute":"byApplication","groupFlags":[{"code":"migrantWorker"}],"matter":{"factsSummary":"被拖欠工资"}}"#,
            evidence: ["matter.factsSummary", "groupFlags[0]"],
            notOn:
                #"{"aidRoute":"byApplication","groupFlags":[{"code":"migrantWorker"}],"matter":{"factsSummary":"离婚"}}"#),
        // Pay and work injury only (法律援助法 42(3)): not the relation by itself, nor a suit about the recognition.
        Case(
            rule: "MC-07", outcome: .insufficientData,
            on:
                #"{"aidRoute":"byApplication","groupFlags":[{"code":"migrantWorker"}],"matter":{"factsSummary":"请求确认劳动关系"}}"#,
            evidence: ["groupFlags[0]", "matter.scopeItems[0]"],
            notOn:
                #"{"aidRoute":"byApplication","groupFlags":[{"code":"migrantWorker"}],"matter":{"caseDomain":"administrative","factsSummary":"不服工伤认定决定"}}"#
        ),
        Case(
            rule: "MC-08", indicates: "CZ-ELDER",
            on:
                #"{"aidRoute":"byApplication","recipient":{"birthDate":"1951-08-22"},"groupFlags":[{"code":"dementia"}]}"#,
            evidence: ["groupFlags[0]"], notOn: #"{"aidRoute":"byApplication","recipient":{"birthDate":"1951-08-22"}}"#),
        Case(
            rule: "MC-08", indicates: "CZ-CHILD",
            on:
                #"{"aidRoute":"byApplication","recipient":{"birthDate":"2010-08-22"},"groupFlags":[{"code":"childInDifficulty"}]}"#,
            evidence: ["groupFlags[0]"], notOn: #"{"aidRoute":"byApplication","recipient":{"birthDate":"2010-08-22"}}"#),
        Case(
            rule: "MC-09", on: #"{"aidRoute":"byApplication","economic":{"monthlyIncomePerCapita":"2660.00"}}"#,
            evidence: ["economic.monthlyIncomePerCapita"],
            notOn: #"{"aidRoute":"byApplication","economic":{"monthlyIncomePerCapita":"2660.01"}}"#),
        Case(
            rule: "MC-09",
            on:
                #"{"aidRoute":"byApplication","opposingParties":[{"coLivingFamily":true}],"economic":{"monthlyIncomePerCapita":"9000.00","ownMonthlyIncome":"0.00"}}"#,
            evidence: ["economic.ownMonthlyIncome"],
            notOn:
                #"{"aidRoute":"byApplication","economic":{"monthlyIncomePerCapita":"9000.00","ownMonthlyIncome":"0.00"}}"#
        ),
        Case(
            rule: "MC-09", outcome: .insufficientData,
            on: #"{"aidRoute":"byApplication","economic":{"claimed":"hardship"}}"#,
            notOn: #"{"aidRoute":"byApplication","economic":{"claimed":"waived"}}"#),
        Case(
            rule: "MC-10", on: #"{"opposingParties":[{"name":"a"},{"coLivingFamily":true}]}"#,
            evidence: ["opposingParties[1]"], notOn: #"{"opposingParties":[{"coLivingFamily":false}]}"#),
        Case(
            rule: "MC-11", on: facts("因癌症负债"), evidence: ["matter.factsSummary"], notOn: facts("感冒")),
        Case(
            rule: "MC-12",
            on: #"{"reliefStatuses":[{"kind":"MLG","status":"inForce","asOf":"2025-01-01T00:00:00+08:00"}]}"#,
            evidence: ["reliefStatuses[0]"],
            notOn: #"{"reliefStatuses":[{"kind":"MLG","status":"inForce","asOf":"2026-01-01T00:00:00+08:00"}]}"#),
        Case(
            rule: "CI-01", outcome: .conflict,
            on: #"{"recipient":{"statutoryRepresentative":{"name":"测试父"}},"opposingParties":[{"name":"测试父"}]}"#,
            evidence: ["recipient.statutoryRepresentative"],
            notOn: #"{"recipient":{"statutoryRepresentative":{"name":"测试母"}},"opposingParties":[{"name":"测试父"}]}"#),
        Case(
            rule: "CI-01", outcome: .conflict,
            on: #"{"applyingAgent":{"person":{"idNumber":"1"}},"opposingParties":[{"idNumber":"1"}]}"#,
            evidence: ["applyingAgent"],
            notOn: #"{"applyingAgent":{"person":{"idNumber":"1"}},"opposingParties":[{"name":"1"}]}"#),
        Case(
            rule: "AN-01", on: #"{"recipient":{"birthDate":"2015-01-01"}}"#, evidence: ["groupFlags[0]"],
            notOn: #"{"recipient":{"birthDate":"2015-01-01","statutoryRepresentative":{"name":"a"}}}"#),
        Case(
            rule: "AN-02", on: facts("申请人是盲人"), evidence: ["matter.factsSummary"], notOn: facts("盲目投资")),
        Case(
            rule: "AN-03", on: #"{"groupFlags":[{"code":"severelyDisabled"}]}"#, evidence: ["groupFlags[0]"],
            notOn: #"{"groupFlags":[{"code":"disabled"}]}"#),
        Case(
            rule: "AN-04", on: #"{"groupFlags":[{"code":"dementia"}]}"#, evidence: ["groupFlags[0]"],
            notOn: #"{"groupFlags":[{"code":"elderly"}]}"#),
        Case(
            rule: "AN-05", on: #"{"recipient":{"interpreterNeeded":true}}"#, evidence: ["recipient.interpreterNeeded"],
            notOn: #"{"recipient":{"interpreterNeeded":false}}"#),
    ]

    @Test(arguments: scopes + notices + means)
    func `a pre-check fires where it should, says where it saw it, and not beside it`(check: Case) throws {
        let hints = try shipped.assess(check.on).hints
        let hint = hints.first {
            $0.rule == check.rule && $0.outcome == check.outcome
                && (check.indicates == nil || $0.indicates == check.indicates)
        }
        #expect(hint != nil, "\(hints.map { "\($0.rule) \($0.outcome)" })")
        for path in check.evidence { #expect(hint?.evidence.contains(path) == true, "\(hint?.evidence ?? [])") }
        #expect(hint?.basis.isEmpty == false)
        #expect(
            try !shipped.assess(check.notOn).hints.contains {
                $0.rule == check.rule && $0.outcome == check.outcome && $0.indicates == hint?.indicates
            })
    }

    @Test func `derived groups are stated as derived and take no asserted one's place`() throws {
        let result = try shipped.assess(
            #"{"recipient":{"birthDate":"1940-01-01","sexCode":"2"},"groupFlags":[{"code":"elderly","assertedBy":"sender"},{"code":"livingAlone","assertedBy":"sender"}]}"#
        )
        #expect(
            result.application.value("groupFlags")?.array?.map {
                "\($0["code"]?.string ?? "") \($0["assertedBy"]?.string ?? "")"
            } == [
                "elderly sender", "livingAlone sender", "advancedAge derived", "woman derived",
            ])
        #expect(!result.hints.contains { $0.rule.hasPrefix("SG-") })
        #expect(result.rules.contains { $0.rule == "SG-03" && $0.outcome == .indicated })
    }

    @Test func `a share on file counts as evidence, and contradicts a certificate`() throws {
        let bare = #"{"aidRoute":"byApplication"}"#
        let share: JSONValue = ["kind": "MLG", "status": "inForce", "validFrom": "2024-01-01", "issuer": "钟楼区民政局"]
        let result = try shipped.assess(bare, evidence: [share])
        #expect(result.hints.first { $0.rule == "MC-04" }?.evidence == ["shares[0]"])
        #expect(result.application.value("economic.exemptionGround") == ["LAL42-2S"])
        #expect(!result.missing.contains { $0["kind"] == "economicStatement" })
        #expect(result.application.value("shares") == nil)
        #expect(try shipped.assess(bare).hints.contains { $0.rule == "MC-04" } == false)

        let ended: JSONValue = ["kind": "MLG", "status": "ended"]
        let told =
            #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","certificateNo":"1"}]}"#
        let clash = try shipped.assess(told, evidence: [ended])
        #expect(clash.hints.first { $0.rule == "MC-12" }?.outcome == .conflict)
        #expect(clash.hints.first { $0.rule == "MC-04" }?.outcome == .conflict)
        #expect(clash.application.value("economic.exemptionGround") == nil)
    }

    @Test func `no value of an application stands in what the rules say`() throws {
        let text =
            #"{"aidRoute":"byApplication","recipient":{"name":"欧阳测试","idNumber":"320402193803159916","birthDate":"1938-03-15","mobile":"13800000000","statutoryRepresentative":{"name":"测试子"}},"opposingParties":[{"name":"测试子"}],"matter":{"caseDomain":"civil","factsSummary":"遭受家暴，拖欠工资，独居"},"reliefStatuses":[{"kind":"MLG","status":"inForce","certificateNo":"320404DB"}]}"#
        let result = try shipped.assess(text, explain: true)
        let said = (result.trace.map(\.explanation) + result.hints.map(\.json) + result.clocks.map(\.json)).map {
            $0.text()
        }
        .joined()
        for value in ["欧阳测试", "320402193803159916", "13800000000", "测试子", "拖欠工资，独居", "320404DB"] {
            #expect(!said.contains(value))
        }
        #expect(result.trace.count > 100)
        #expect(result.trace.allSatisfy { !$0.basis.isEmpty && $0.version == 1 })
    }

    @Test func `no rule decides, blocks or hides`() throws {
        for text in ["{}", #"{"aidRoute":"byApplication"}"#, #"{"recipient":{"name":"某公司"}}"#] {
            let result = try shipped.assess(text)
            #expect(result.application.value("progress") == nil)
            switch result.target {
            case .queue: break
            case .unroutable(let reason): #expect(!reason.candidates.isEmpty)
            }
        }
    }
}

@Suite struct Urgencies {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    @Test(arguments: [
        (#"{"aidRoute":"byApplication"}"#, "normal", ""),
        (#"{"aidRoute":"byApplication","proceeding":{"deadlines":[{"date":"2026-10-06"}]}}"#, "critical", "UR-02"),
        (#"{"aidRoute":"byApplication","proceeding":{"deadlines":[{"date":"2026-10-07"}]}}"#, "normal", ""),
        (#"{"aidRoute":"byApplication","proceeding":{"deadlines":[{"date":"2026-09-20"}]}}"#, "normal", ""),
        (
            #"{"aidRoute":"byApplication","matter":{"caseDomain":"civil","factsDate":"2023-10-03"}}"#, "critical",
            "UR-02"
        ),
        (#"{"aidRoute":"byApplication","urgency":{"preservationNeeded":["property"]}}"#, "critical", "UR-03"),
        (#"{"proceeding":{"hearings":[{"at":"2026-10-15T09:00:00+08:00"}]}}"#, "urgent", "UR-04"),
        (#"{"proceeding":{"hearings":[{"at":"2026-10-16T09:00:00+08:00"}]}}"#, "normal", ""),
        (#"{"recipient":{"custody":{"kind":"inCustody"}}}"#, "urgent", "UR-05"),
        // A place that no list knows, and a person who is on bail.
        (
            #"{"recipient":{"custody":{"place":"第一监区"}},"criminal":{"coerciveMeasure":"criminalDetention"}}"#, "urgent",
            "UR-05"
        ),
        (#"{"recipient":{"custody":{"place":"第一监区"}},"criminal":{"coerciveMeasure":"bail"}}"#, "normal", ""),
        (#"{"matter":{"factsSummary":"申请人身安全保护令"}}"#, "urgent", "UR-06"),
        (#"{"recipient":{"birthDate":"2012-01-01"},"matter":{"standing":"被害人"}}"#, "urgent", "UR-07"),
        (#"{"groupSize":12,"matter":{"factsSummary":"拖欠工资"}}"#, "urgent", "UR-07"),
        (#"{"groupSize":9,"matter":{"factsSummary":"拖欠工资"}}"#, "normal", ""),
        (#"{"groupFlags":[{"code":"militaryPerson"}]}"#, "normal", "UR-08"),
    ])
    func `urgency has a level and its reasons`(text: String, level: String, reason: String) throws {
        let result = try shipped.assess(text)
        #expect(result.application.text("urgency.level") == level)
        #expect(result.urgency.reasons == (reason.isEmpty ? [] : [reason]))
    }

    @Test func `queues put the more urgent first, and soldiers first among equals`() throws {
        let texts = [
            #"{"aidRoute":"byApplication"}"#, #"{"groupFlags":[{"code":"militaryPerson"}]}"#,
            #"{"recipient":{"custody":{"kind":"inCustody"}}}"#,
            #"{"recipient":{"custody":{"kind":"inCustody"}},"groupFlags":[{"code":"veteran"}]}"#,
            #"{"urgency":{"preservationNeeded":["evidence"]}}"#,
        ]
        let priorities = try texts.map { try shipped.assess($0).priority }
        #expect(priorities == priorities.sorted())
        #expect(Set(priorities).count == priorities.count)
    }

    @Test func `the sender's claim stays apart`() throws {
        let result = try shipped.assess(#"{"urgency":{"level":"critical"}}"#)
        #expect(result.application.text("urgency.level") == "normal")
        #expect(result.application.text("urgency.claimed") == "critical")
        let again = shipped.triage.assess(result.application, receivedAt: try moment("2026-09-30"))
        #expect(again.application.text("urgency.claimed") == "critical")
    }

    @Test func `it grows as clocks run down`() throws {
        let notice = try shipped.application(#"{"aidRoute":"byNotification"}"#)
        let start = try moment("2026-09-21T10:00:00+08:00")
        let clocks = shipped.triage.clocks(startedBy: .received, at: start, for: notice)
        func level(_ text: String, _ clocks: [Clock]) throws -> Urgency {
            shipped.triage.urgency(of: notice, receivedAt: start, clocks: clocks, at: try moment(text))
        }
        #expect(try level("2026-09-23T23:59:59+08:00", clocks).level == .normal)
        #expect(try level("2026-09-24T00:00:00+08:00", clocks).reasons == ["UR-01"])
        #expect(try level("2026-09-26T00:00:00+08:00", clocks).level == .critical)
        #expect(
            try level("2026-09-26T00:00:00+08:00", clocks.map { $0.stopped(at: start, by: shipped.triage.calendar) })
                .level == .normal)
        let application = try shipped.application(#"{"aidRoute":"byApplication"}"#)
        let decision = shipped.triage.clocks(startedBy: .received, at: start, for: application)
        let urgency = shipped.triage.urgency(
            of: application, receivedAt: start, clocks: decision, at: try moment("2026-09-27T00:00:00+08:00"))
        #expect(urgency.reasons == ["UR-09"])
    }

    @Test func `the clock that ends first leads`() throws {
        let result = try shipped.assess(
            #"{"aidRoute":"byApplication","proceeding":{"deadlines":[{"date":"2026-10-05"}]}}"#)
        #expect(result.mostUrgentClock?.id == "CLK-21")
        #expect(result.dueAt == result.clocks.first { $0.id == "CLK-05" }?.dueAt)
    }
}
