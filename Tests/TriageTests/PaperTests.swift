import Canonical
import StrictJSON
import Testing

@testable import Triage

@Suite struct Papers {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    /// Application and the kinds that are missing, in order.
    @Test(arguments: [
        (#"{"aidRoute":"byApplication"}"#, "applicationForm idProof economicStatement caseMaterials"),
        (
            #"{"aidRoute":"byApplication","materials":[{"kind":"householdRegister"},{"kind":"pledge"},{"kind":"evidence"}]}"#,
            "applicationForm"
        ),
        (
            #"{"aidRoute":"byApplication","matter":{"factsSummary":"遭受家暴"}}"#,
            "applicationForm idProof economicStatement caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","matter":{"factsSummary":"遭受家暴"},"groupFlags":[{"code":"domesticViolenceVictim"}]}"#,
            "applicationForm idProof economicStatement caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","matter":{"scopeItems":["LAL32-4"]}}"#,
            "idProof caseMaterials evidence"
        ),
        (
            #"{"aidRoute":"byApplication","matter":{"scopeItems":["LAL32-4"]},"materials":[{"kind":"evidence"}]}"#,
            "idProof"
        ),
        (
            #"{"aidRoute":"byApplication","matter":{"causeOfAction":"申请保护令"},"materials":[{"kind":"evidence"}]}"#,
            "applicationForm idProof economicStatement"
        ),
        (
            #"{"aidRoute":"byApplication","economic":{"exemptionGround":["LAL42-3"]}}"#,
            "applicationForm idProof economicStatement caseMaterials evidence"
        ),
        (
            #"{"aidRoute":"byApplication","economic":{"exemptionGround":["LAL42-2S"]}}"#,
            "applicationForm idProof economicStatement caseMaterials reliefCertificate"
        ),
        (
            #"{"aidRoute":"byApplication","economic":{"exemptionGround":["LAL42-2S"]},"materials":[{"kind":"reliefCertificate"}]}"#,
            "applicationForm idProof caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","economic":{"exemptionGround":["LAL42-2M"]}}"#,
            "applicationForm idProof economicStatement caseMaterials militaryProof"
        ),
        (
            #"{"aidRoute":"byApplication","recipient":{"birthDate":"1940-01-01"},"groupFlags":[{"code":"livingAlone"}]}"#,
            "applicationForm idProof economicStatement caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","certificateNo":"1"}]}"#,
            "applicationForm idProof caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","reliefStatuses":[{"kind":"MLG","status":"inForce","evidence":"statement"}]}"#,
            "applicationForm idProof economicStatement caseMaterials reliefCertificate"
        ),
        (
            #"{"aidRoute":"byApplication","groupFlags":[{"code":"veteran"}]}"#,
            "applicationForm idProof economicStatement caseMaterials militaryProof"
        ),
        (
            #"{"aidRoute":"byApplication","applyingAgent":{"kind":"entrustedPerson"}}"#,
            "applicationForm idProof economicStatement caseMaterials authorityProof"
        ),
        (#"{"aidRoute":"byApplication","recipient":{"custody":{"kind":"inCustody"}}}"#, "applicationForm"),
        (
            #"{"aidRoute":"byApplication","recipient":{"custody":{"kind":"notInCustody"}}}"#,
            "applicationForm idProof economicStatement caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","recipient":{"custody":{"kind":"inCustody"}},"criminal":{"coerciveMeasure":"residentialSurveillance"}}"#,
            "applicationForm idProof economicStatement caseMaterials"
        ),
        (
            #"{"aidRoute":"byApplication","intakeKind":"referralSuggestion","matter":{"caseDomain":"administrative"}}"#,
            "applicationForm idProof economicStatement complaint"
        ),
        (#"{"aidRoute":"byNotification"}"#, "noticeLetter"),
        (
            #"{"aidRoute":"byNotification","proceeding":{"stage":"investigation"}}"#,
            "noticeLetter coerciveMeasureDecision"
        ),
        (
            #"{"aidRoute":"byNotification","proceeding":{"stage":"prosecutionReview"}}"#,
            "noticeLetter indictmentOpinion"
        ),
        (
            #"{"aidRoute":"byNotification","proceeding":{"stage":"firstInstance"},"materials":[{"kind":"noticeLetter"}]}"#,
            "indictment"
        ),
        (#"{"aidRoute":"byNotification","proceeding":{"stage":"secondInstance"}}"#, "noticeLetter judgment"),
        (
            #"{"aidRoute":"byNotification","proceeding":{"stage":"compulsoryTreatment"}}"#,
            "noticeLetter treatmentApplication"
        ),
    ])
    func `each road asks for its own papers`(text: String, kinds: String) throws {
        let missing = try shipped.assess(text).missing
        #expect(missing.compactMap { $0["kind"]?.string }.joined(separator: " ") == kinds)
        #expect(missing.allSatisfy { $0["required"] != nil && $0["due"] == "2026-10-15" && $0["basis"] != nil })
    }

    @Test func `what the sender says is missing is kept in its words, and a share may bring it`() throws {
        let missing = try shipped.assess(
            #"{"aidRoute":"byApplication","materials":[{"kind":"idProof"}],"missing":[{"kind":"reliefCertificate","title":"低保证"},{"kind":"evidence","title":"工资欠条"}]}"#
        ).missing
        #expect(
            missing.compactMap { $0["kind"]?.string } == [
                "applicationForm", "economicStatement", "reliefCertificate", "evidence",
            ])
        #expect(missing[2] == ["kind": "reliefCertificate", "title": "低保证", "obtainableByShare": true])
    }

    @Test func `the list shrinks with each supplement and each share, and grows with nothing`() throws {
        let text = #"{"aidRoute":"byApplication","missing":[{"kind":"evidence","title":"工资欠条"}]}"#
        let receivedAt = try moment("2026-09-30T09:00:00+08:00")
        var application = shipped.triage.assess(try shipped.application(text), receivedAt: receivedAt).application
        func kinds(_ evidence: [JSONValue] = []) -> [String] {
            shipped.triage.missing(for: application, receivedAt: receivedAt, evidence: evidence).compactMap {
                $0["kind"]?.string
            }
        }
        #expect(kinds() == ["applicationForm", "idProof", "economicStatement", "evidence"])
        #expect(kinds([["kind": "MLG", "status": "inForce"]]) == ["applicationForm", "idProof", "evidence"])
        application.set("materials", [["kind": "idProof"], ["kind": "evidence"]])
        application.set("missing", .array(shipped.triage.missing(for: application, receivedAt: receivedAt)))
        #expect(kinds() == ["applicationForm", "economicStatement"])
        application.set(
            "materials",
            [["kind": "idProof"], ["kind": "evidence"], ["kind": "applicationForm"], ["kind": "economicStatement"]])
        #expect(kinds().isEmpty)
    }

    /// Whatever words, codes, grounds and groups are claimed, alone and together, and whatever the rules make of them; but
    /// for a matter of 法律援助法 32 that is named by its code, which needs no more than `idProof`, papers and evidence.
    @Test func `what is claimed takes no paper off the list`() throws {
        let plain = ["applicationForm", "idProof", "economicStatement", "caseMaterials"]
        let words = [
            "长期遭受家暴，申请保护令", "因见义勇为受伤", "侵害烈士名誉", "再审改判无罪后请求赔偿", "拖欠工资", "工伤", "无固定生活来源",
            "低保户", "退役军人", "未成年被害人",
        ]
        let named = ["LAL32-1", "LAL32-2", "LAL32-3", "LAL32-4", "LAL32-5"]
        let codes = ["JS20-4", "LAL31-5", "LAL31-7", "LAL24"]
        let grounds = [
            "LAL42-1", "LAL42-2S", "LAL42-2J", "LAL42-2M", "LAL42-3", "LAL42-4", "CZ-ELDER", "CZ-CHILD", "JS19",
            "JS20-4",
        ]
        let groups = [
            "domesticViolenceVictim", "migrantWorker", "advancedAge", "emptyNest", "livingAlone", "childInDifficulty",
            "disabled", "veteran", "minor", "elderly",
        ]
        func claim(_ words: [String], _ codes: [String], _ grounds: [String], _ groups: [String]) -> JSONValue {
            [
                "aidRoute": "byApplication", "recipient": ["birthDate": "1940-01-01"],
                "matter": [
                    "caseDomain": "civil", "causeOfAction": .string(words.joined(separator: "，")),
                    "factsSummary": .string(words.joined(separator: "，")),
                    "scopeItems": .array(codes.map(JSONValue.string)),
                ],
                "economic": ["exemptionGround": .array(grounds.map(JSONValue.string))],
                "groupFlags": .array(groups.map { ["code": .string($0)] }),
            ]
        }
        let alone =
            words.map { claim([$0], [], [], []) } + codes.map { claim([], [$0], [], []) }
            + grounds.map { claim([], [], [$0], []) } + groups.map { claim([], [], [], [$0]) }
        for claimed in alone + [claim(words, codes, grounds, groups)] {
            let kinds = try shipped.assess(claimed.text()).missing.compactMap { $0["kind"]?.string }
            for paper in plain { #expect(kinds.contains(paper), "\(paper): \(claimed.text())") }
        }
        for item in named {
            for claimed in [claim([], [item], [], []), claim([], [], [item], []), claim(words, [item], [], groups)] {
                let kinds = try shipped.assess(claimed.text()).missing.compactMap { $0["kind"]?.string }
                #expect(!kinds.contains("applicationForm") && !kinds.contains("economicStatement"), "\(item): \(kinds)")
                for paper in ["idProof", "caseMaterials", "evidence"] {
                    #expect(kinds.contains(paper), "\(paper): \(claimed.text())")
                }
            }
        }
    }

    @Test func `papers that may follow are told apart from those that may not`() throws {
        let missing = try shipped.assess(#"{"aidRoute":"byApplication"}"#).missing
        #expect(missing.map { $0["required"]?.bool } == [true, false, false, false])
    }
}
