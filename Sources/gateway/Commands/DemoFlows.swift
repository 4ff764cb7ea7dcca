import Foundation
import StrictJSON

/// What befalls referrals on their way and after it: one of each flow of the domain description.
extension DemoWalk {
    /// Before the institutions take their work: papers that follow, a hand-over, a withdrawal.
    mutating func showWays() async throws {
        var table = Table(["流程 flow", "经过 what happened", "结果 result"])
        try await supplyPapers(&table)
        try await handOver(&table)
        try await withdraw(&table)
        Terminal.print(table.text)
    }

    /// After the work: what became of the hand-over, a suggestion the other way round, the clocks that run.
    mutating func showOutcomes() async throws {
        var table = Table(["流程 flow", "经过 what happened", "结果 result"])
        if let handedOver {
            let application = try await institution(handedOver.to).ask("GET", "/v1/applications/\(handedOver.number)")
            let responsible = application.at("progress.responsible")?.string ?? "?"
            table.add(["(f) 首问负责 first contact", "\(handedOver.to) 签收 signs in", "负责 responsible: \(responsible)"])
            if responsible != handedOver.to { complaints.append("the hand-over did not end with \(handedOver.to)") }
        }
        try await suggestSupport(&table)
        let clocks = try await operators.ask("GET", "/v1/clocks?limit=500")["clocks"]?.array ?? []
        let first = clocks.first
        table.add([
            "时限 clocks", "最近到期 next: \(first?["id"]?.string ?? "-") \(first?["dueAt"]?.string?.prefix(10) ?? "")",
            "运行中 running: \(clocks.count)",
        ])
        let parked = try await operators.ask("GET", "/v1/parked")["parked"]?.array ?? []
        table.add(["先到报文 out of order", "等待其转介 wait for their referral", "待匹配 parked: \(parked.count)"])
        if !parked.isEmpty { complaints.append("\(parked.count) messages still wait for their referral") }
        Terminal.print(table.text)
    }

    var operators: Remote { Remote(url: url, token: tokens.operator) }
    func institution(_ code: String) -> Remote { Remote(url: url, token: tokens.of(institution: code)) }

    /// (e) Papers were missing, nothing stopped; one of them follows, and the list shrinks.
    private mutating func supplyPapers(_ table: inout Table) async throws {
        guard
            let sent = sent.first(where: { sent in
                sent.queue != nil && !takenBack.contains(sent.number)
                    && sent.receipt["missing"]?.array?.contains { $0["kind"]?.string != nil } == true
            })
        else { return complaints.append("no referral with missing papers was sent") }
        let missing = sent.receipt["missing"]?.array ?? []
        let kind = missing.lazy.compactMap { $0["kind"]?.string }.first ?? ""
        let answer = try await Remote(url: url, token: tokens.of(partner: sent.partner)).ask(
            "POST", "/v1/referrals/\(sent.receipt["referralId"]?.string ?? "")/supplements",
            body: JSONValue.compact([("materials", [["kind": .string(kind), "title": "补充材料"]])]).serialized())
        let left = answer["missing"]?.array?.count ?? missing.count
        table.add([
            "(e) 容缺受理 missing papers", "\(sent.partner) 补送 supplies \(kind)", "缺件 missing: \(missing.count) → \(left)",
        ])
        if left >= missing.count { complaints.append("a supplement did not shrink the missing list") }
    }

    /// (f) Not competent: the first institution stays responsible until the other signs in.
    private mutating func handOver(_ table: inout Table) async throws {
        let notice = sent.first { sent in
            sent.queue != nil && !followed.contains(sent.number)
                && sent.receipt["clocks"]?.array?.contains { $0["id"] == "CLK-04" } == true
        }
        guard let sent = notice,
            let from = sent.queue,
            let to = configuration.institutions.map(\.code).first(where: { $0 != from && !$0.hasSuffix("SZ") })
        else { return complaints.append("no notice was sent that could be handed over") }
        let answer = try await institution(from).ask(
            "POST", "/v1/applications/\(sent.number)/transfer",
            body: JSONValue.compact([
                ("to", .string(to)), ("reason", "级别管辖不符"), ("officer", "测经办"),
            ]).serialized())
        handedOver = (sent.number, to)
        let responsible = answer["responsible"]?.string ?? "?"
        table.add(["(f) 首问负责 first contact", "\(from) 提请 asks \(to)", "负责 responsible: \(responsible)"])
        if responsible != from { complaints.append("responsibility moved before the sign-in") }
    }

    private mutating func withdraw(_ table: inout Table) async throws {
        // Another case: a second notice of the same one would join it.
        guard let notice = anotherNotice("000777", case: "654") else { return }
        let partner = Remote(url: url, token: tokens.of(partner: notice.partner))
        let receipt = try await partner.ask(
            "POST", "/v1/referrals", body: notice.bytes, mediaType: notice.mediaType)
        let path = "/v1/referrals/\(receipt["referralId"]?.string ?? "")"
        _ = try await partner.ask("POST", path + "/withdrawal", body: Array(#"{"reason":"重复发送"}"#.utf8))
        let state = try await partner.ask("GET", path)["state"]?.string ?? "?"
        table.add(["撤回 withdrawal", "\(notice.partner) 签收前撤回 before the sign-in", "状态 state: \(state)"])
        if state != "cancelled" { complaints.append("a withdrawn referral is \(state)") }
    }

    /// A court's notice under another number and in another case.
    func anotherNotice(_ number: String, case caseNumber: String) -> DemoExample? {
        let mapping = "court/defence-notice"
        guard let partner = configuration.partners.first(where: { $0.mappings.contains(mapping) }),
            var notice = examples.example(of: mapping, for: partner.id, named: ["all-fields"])
        else { return nil }
        examples.rewrite(&notice) {
            $0.replacing("000123", with: number).replacing("刑初321", with: "刑初" + caseNumber)
        }
        return notice
    }

    /// (c) The other way round: the institution suggests that the procuratorate support the suit.
    private mutating func suggestSupport(_ table: inout Table) async throws {
        guard let sent = sent.first(where: { $0.mapping == "procuratorate/civil-support" && $0.queue != nil }),
            let code = sent.queue
        else { return complaints.append("no civil support was sent") }
        let answer = try await institution(code).ask(
            "POST", "/v1/applications/\(sent.number)/suggestions",
            body: JSONValue.compact([
                ("kind", "suggestSupport"), ("partner", .string(sent.partner)), ("reason", "当事人诉讼能力较弱"),
                ("consent", true),
            ]).serialized())
        table.add([
            "(c) 支持起诉 civil support", "\(code) 建议 suggests", "发往 sent to: \(answer["sentTo"]?.string ?? "?")",
        ])
    }
}
