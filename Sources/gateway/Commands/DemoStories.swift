import Foundation
import StrictJSON
import Transport

/// What else befalls: a lead is answered, another region's letter is worked, a paper is fetched.
extension DemoWalk {
    mutating func showStories() async throws {
        var table = Table(["故事 story", "经过 what happened", "结果 result"])
        try await answerLead(&table)
        try await showLetter(&table)
        try await fetchPaper(&table)
        Terminal.print(table.text)
    }

    /// A person whom nobody has asked yet: the institution speaks with them, and they want legal aid.
    private mutating func answerLead(_ table: inout Table) async throws {
        let contacted: JSONValue = ["event": "contacted", "officer": "测经办"]
        let leads = sent.filter { $0.receipt["outcome"] == "lead" && $0.queue != nil && !takenBack.contains($0.number) }
        for (index, lead) in leads.enumerated() {
            let institution = institution(lead.queue ?? "")
            let path = "/v1/leads/\(lead.number)/answers"
            _ = try await institution.ask("POST", path, body: contacted.serialized())
            let wants = index == 0
            let answer: JSONValue =
                wants
                ? ["event": "consented", "consent": ["by": "self", "form": "oral"], "officer": "测经办"]
                : ["event": "declined", "reason": "本人已自行解决"]
            let told = try await institution.ask("POST", path, body: answer.serialized())
            let clock = told["clocks"]?[0]
            table.add([
                "线索 lead …\(lead.number.suffix(8))",
                wants ? "联系后本人申请 contacted, wants aid" : "联系后不申请 contacted, wants none",
                "\(told["lead"]?.string ?? "?") \(clock?["id"]?.string ?? "") \(clock?["dueAt"]?.string?.prefix(10) ?? "")",
            ])
            if told["lead"] != (wants ? "applied" : "declined") { complaints.append("a lead was not answered") }
        }
        if leads.isEmpty { complaints.append("no lead was sent") }
    }

    private mutating func showLetter(_ table: inout Table) async throws {
        for sent in sent where sent.mapping.hasPrefix("other-region/") {
            guard let code = sent.queue else { return complaints.append("a letter of another region lies nowhere") }
            let application = try await institution(code).ask("GET", "/v1/applications/\(sent.number)")
            let state = application.at("progress.state")?.string ?? "?"
            table.add(["外地来函 \(sent.mapping)", "\(code) 已办理 worked", "状态 state: \(state)"])
            if state == "pendingIntake" { complaints.append("a letter of another region was not worked") }
        }
    }

    /// The institution fetches a paper that came with a notice, and holds it against its digest.
    private mutating func fetchPaper(_ table: inout Table) async throws {
        for sent in sent where sent.isAccepted {
            guard let code = sent.queue else { continue }
            let remote = institution(code)
            let (status, application) = try await remote.call("GET", "/v1/applications/\(sent.number)")
            let papers = application["materials"]?.array ?? []
            guard status == 200, let index = papers.firstIndex(where: { $0["sm3"] != nil }) else { continue }
            let answer = try await remote.client.send(
                OutgoingRequest(
                    method: "GET", url: url + "/v1/applications/\(sent.number)/attachments/\(index)",
                    headers: [("Authorization", "Bearer \(remote.token)")], body: [], timeout: .seconds(30)))
            let digest = "sha-256=:\(Data(Digest.sha256(answer.body)).base64EncodedString()):"
            let isRight =
                answer.header("Repr-Digest") == digest
                && papers[index]["sm3"]?.string == Digest.hex(Digest.sm3(answer.body))
            table.add([
                "附件 paper", "\(code) 取 fetches \(papers[index]["title"]?.string ?? "?"), \(answer.body.count) B",
                isRight ? "摘要相符 its digests agree ✓" : "摘要不符 ✗",
            ])
            if !isRight { complaints.append("a paper's digest does not agree") }
            return
        }
        complaints.append("no paper could be fetched")
    }
}
