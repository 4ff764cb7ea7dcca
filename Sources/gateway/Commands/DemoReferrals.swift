import Canonical
import StrictJSON
import Vocabulary

/// What the agencies send: referrals, and what follows each.
extension DemoWalk {
    /// A result of the walk so far: which partner sent it, by which mapping, what it says and what it was answered.
    struct Sent {
        let partner: String
        let mapping: String
        let application: LegalAidApplication?
        let receipt: JSONValue

        var number: String { receipt["applicationNo"]?.string ?? "" }
        var queue: String? { receipt["queue"]?.string }
        var isAccepted: Bool { receipt["outcome"] == "accepted" }
    }

    /// Which referral a follow-up is about, where it is not simply its sender's first.
    private static let subjects = [
        "court/defence-refusal": "court/defence-notice", "procuratorate/support-outcome": "procuratorate/civil-support",
        "procuratorate/supplement": "procuratorate/civil-support",
        "court/supplement": "court/representation-notice",
    ]
    /// A supplement that comes before its referral, as it happens where two systems send.
    private static let early = "prison/supplement"

    private static let columns = [
        "来源 from", "报文 message", "结果 outcome", "受理号 application", "机构 queue", "提示 findings", "时限 clocks",
    ]

    /// - Returns: the partners whose referrals lie in a queue, which will hear of them.
    mutating func sendEverything() async throws -> Set<String> {
        var table = Table(Self.columns)
        for (index, partner) in configuration.partners.enumerated() {
            Terminal.progress("\(index + 1)/\(configuration.partners.count) \(partner.id)")
            let all = partner.mappings.compactMap {
                examples.example(of: $0, for: partner.id, named: ["sample", "all-fields"])
            }
            let referrals = all.filter { !$0.isFollowUp }
            let early = all.first { $0.mapping == Self.early }
            if let early, let first = referrals.first?.records.first {
                try await send(examples.bound(early, to: first, number: nil), &table, expecting: "parked")
            }
            for referral in referrals { try await send(referral, &table) }
            for followUp in all where followUp.isFollowUp && followUp.mapping != Self.early {
                try await sendFollowing(followUp, of: partner.id, &table)
            }
        }
        let parked = try await operators.ask("GET", "/v1/parked")["parked"]?.array?.count ?? 0
        if parked > 0 { complaints.append("\(parked) messages wait for a referral that was sent") }
        Terminal.progress("")
        Terminal.print(table.text)
        Terminal.print("\n  \(Self.early): 先到先存，其转介到达后自动并入 came first, waited, and joined its referral\n")
        return Set(sent.filter { $0.queue != nil && $0.isAccepted }.map(\.partner))
    }

    /// What is taken back is a referral that was sent for that, so that the others can be worked.
    private mutating func sendFollowing(
        _ followUp: DemoExample, of partner: String, _ table: inout Table
    ) async throws {
        let own = sent.filter { $0.partner == partner && $0.isAccepted }
        var target = own.first { $0.mapping == Self.subjects[followUp.mapping] } ?? own.first
        if followUp.isWithdrawal, let mapping = target?.mapping,
            let another = examples.example(of: mapping, for: partner, named: ["required-only"])
        {
            try await send(another, &table)
            target = sent.last
            takenBack.insert(target?.number ?? "")
        }
        guard let target, let application = target.application, !target.number.isEmpty else {
            return complaints.append("\(followUp.mapping) has no referral to follow")
        }
        followed.insert(target.number)
        try await send(
            examples.bound(followUp, to: application, number: target.number), &table, expecting: nil,
            about: target.number)
    }

    private mutating func send(
        _ example: DemoExample, _ table: inout Table, expecting outcome: String? = nil, about number: String? = nil
    ) async throws {
        let remote = Remote(url: url, token: tokens.of(partner: example.partner))
        let (status, receipt) = try await remote.call(
            "POST", "/v1/referrals", body: example.bytes, mediaType: example.mediaType)
        guard status == 202 else {
            return complaints.append("\(example.mapping) was answered with HTTP \(status)")
        }
        for (index, result) in (receipt["results"]?.array ?? [receipt]).enumerated() {
            let told = result["outcome"]?.string ?? "?"
            table.add([
                example.partner, example.mapping, told,
                (result["applicationNo"]?.string ?? number).map { "…" + $0.suffix(8) } ?? "-",
                result["queue"]?.string ?? "-", "\(result["findings"]?.array?.count ?? 0)", Self.clock(of: result),
            ])
            if let outcome, told != outcome { complaints.append("\(example.mapping) is \(told), not \(outcome)") }
            let application = example.records.indices.contains(index) ? example.records[index] : nil
            sent.append(
                Sent(
                    partner: example.partner, mapping: example.mapping, application: application, receipt: result))
        }
    }

    /// The limit that is to be kept next.
    private static func clock(of result: JSONValue) -> String {
        let running = (result["clocks"]?.array ?? []).filter { $0["met"] == nil }
        let next = running.min { $0["dueAt"]?.string ?? "" < $1["dueAt"]?.string ?? "" }
        return next.map { "\($0["id"]?.string ?? "") \($0["dueAt"]?.string?.prefix(10) ?? "")" } ?? "-"
    }
}
