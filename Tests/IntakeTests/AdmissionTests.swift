import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Intake

@Suite struct Admissions {
    @Test func `the same message again gets the stored bytes of its first answer, and XML says the same`() async throws
    {
        let bench = try await IntakeBench()
        for (bytes, first, again) in [(courtNotice("M-1"), 202, 200), (courtNotice("M-2", name: ""), 422, 422)] {
            let new = try await bench.post(bytes)
            let same = try await bench.post(bytes)
            #expect(new.status == first && same.status == again)
            #expect(same.body == new.body)
            #expect(new.header("Idempotent-Replayed") == nil && same.header("Idempotent-Replayed") == "true")
            #expect(same.header("Location") == new.header("Location"))
            let inXML = try await bench.post(bytes, asking: "application/xml")
            #expect(inXML.status == again)
            let referralID = try JSONValue(parsing: new.body).object.flatMap { $0["referralId"] ?? $0["messageId"] }
            let text = String(decoding: inXML.body, as: UTF8.self)
            #expect(text.contains(try #require(referralID?.string)))
            guard case .same(let stored) = try await bench.intake.submit(bench.submission(bytes)) else {
                throw Unexpected("it was not known again")
            }
            #expect(stored.bytes == new.body && stored.isProblem == (first == 422))
        }
        await bench.remove()
    }

    @Test func `what was stored is what was answered, follow-ups too`() async throws {
        let bench = try await IntakeBench()
        guard case .new(let receipt, let written) = try await bench.intake.submit(bench.submission(courtNotice("M-1")))
        else { throw Unexpected("it was not taken") }
        #expect(written == receipt.json.serialized())
        #expect(try await bench.store.referral(id: receipt.referralID)?.answer == written)

        let materials = Array(#"{"materials":[{"kind":"idProof","title":"测试"}]}"#.utf8)
        let supplement = bench.submission(materials, about: .supplement(referralID: receipt.referralID))
        guard case .new(let told, let answered) = try await bench.intake.submit(supplement) else {
            throw Unexpected("the supplement was not taken")
        }
        #expect(told.outcome == .accepted && told.records.map(\.outcome) == [.accepted])
        #expect(told.records.first?.applicationNos == receipt.records[0].applicationNos)
        #expect(told.records.first?.parked == nil && answered == told.json.serialized())
        let stored = try #require(try await bench.store.referral(id: told.referralID))
        #expect(stored.answer == answered && stored.outcome == .accepted)
        // What comes before its referral waits for it, and is told so.
        let file = repository.appending(path: "Mappings/labour/supplement/examples/required-only.json")
        let early = bench.submission([UInt8](try Data(contentsOf: file)))
        guard case .new(let waiting, let said) = try await bench.intake.submit(early) else {
            throw Unexpected("the early supplement was not taken")
        }
        #expect(waiting.outcome == .parked && waiting.records.map(\.outcome) == [.parked])
        let record = try #require(waiting.records.first)
        #expect(record.parked?.since == IntakeBench.now && record.applicationNos.isEmpty)
        #expect(said == waiting.json.serialized())
        #expect(try await bench.store.referral(id: waiting.referralID)?.answer == said)
        #expect(try await bench.store.parkedFollowUps(limit: 10).count == 1)
        // A call that names a referral names one that is there.
        let stray = bench.submission(materials, about: .supplement(referralID: "no-such-referral"))
        let problem = await #expect(throws: Problem.self) { _ = try await bench.intake.submit(stray) }
        #expect(problem?.kind == .notFound)
        await bench.remove()
    }

    @Test func `a corrected document brings the record that failed and tells of the other as before`() async throws {
        let bench = try await IntakeBench()
        func document(_ second: String) -> [UInt8] {
            Array(
                String(decoding: courtNotice("M-1"), as: UTF8.self).replacing(
                    "</XM></RECORD>", with: "</XM></RECORD><RECORD><XM>\(second)</XM></RECORD>"
                ).utf8)
        }
        guard case .new(let first, _) = try await bench.intake.submit(bench.submission(document(""))),
            case .new(let second, let written) = try await bench.intake.submit(bench.submission(document("测试乙")))
        else { throw Unexpected("one of the records was not taken") }
        #expect(first.records.map(\.outcome) == [.accepted, .invalid])
        #expect(second.outcome == .accepted && second.records.map { $0.earlierAnswer == nil } == [false, true])
        let results = try #require(second.json["results"]?.array)
        #expect(results.first == first.json["results"]?[0])
        #expect(results.last?["applicationNo"]?.string == second.records.last?.applicationNos.first)
        #expect(written == second.json.serialized())
        let inXML = try await bench.post(document("测试乙"), asking: "text/xml")
        #expect(inXML.status == 200 && inXML.header("Location") == "/v1/referrals/\(second.referralID)")
        await bench.remove()
    }

    @Test func `a dead letter lists what its sender was told`() async throws {
        let bench = try await IntakeBench()
        let answer = try JSONValue(parsing: try await bench.post(courtNotice("M-1", name: "")).body)
        let id = try #require(answer["messageId"]?.string)
        let deadLetter = try #require(try await bench.store.deadLetter(id))
        let findings = try JSONValue(parsing: deadLetter.findings ?? [])
        #expect(findings == answer["errors"] && findings.array?.isEmpty == false)
        await bench.remove()
    }

    @Test func `another message under a used id is a conflict and is not stored`() async throws {
        let bench = try await IntakeBench()
        let first = try JSONValue(parsing: try await bench.post(courtNotice("M-1")).body)
        let other = try await bench.intake.submit(bench.submission(courtNotice("M-1", name: "测试乙")))
        guard case .conflict(let referralID) = other else { throw Unexpected("\(other)") }
        #expect(referralID == first["referralId"]?.string)
        await #expect { _ = try await bench.post(courtNotice("M-1", name: "测试乙")) } throws: { error in
            (error as? Problem)?.kind == .messageIdConflict
        }
        await bench.remove()
    }

    @Test func `a withdrawal that is none is refused and leaves nothing`() async throws {
        let bench = try await IntakeBench()
        let referral = try JSONValue(parsing: try await bench.post(courtNotice("M-1")).body)["referralId"]?.string ?? ""
        let long = #"{"reason":"\#(String(repeating: "长", count: 501))"}"#
        for body in ["[]", "{", #"{"reason":1}"#, long] {
            await #expect {
                _ = try await bench.post(Array(body.utf8), about: .withdrawal(referralID: referral))
            } throws: { error in
                (error as? Problem)?.kind == .badRequest
            }
        }
        #expect(try await bench.store.followUps(of: referral).isEmpty)
        #expect(try await bench.store.statistics().deadLetters.isEmpty)
        await bench.remove()
    }
}

@Suite struct Replays {
    @Test func `a replay is no success where the sender has corrected the message itself`() async throws {
        let bench = try await IntakeBench()
        let deadLetter = try await bench.deadLetter(courtNotice("M-1", name: ""))
        guard case .new(let receipt, _) = try await bench.intake.submit(bench.submission(courtNotice("M-1"))) else {
            throw Unexpected("the corrected message was not taken")
        }
        await #expect {
            _ = try await bench.deadLetters.replay(
                bytes: courtNotice("M-1"), of: deadLetter, superseding: bench.superseded(deadLetter))
        } throws: { error in
            (error as? Problem)?.kind == .wrongState
        }
        // And the referral that the sender made stands alone.
        #expect(try await bench.store.referral(partner: "court", messageID: "M-1")?.id == receipt.referralID)
        await bench.remove()
    }

    @Test func `a document mended into what its sender has sent itself is told so, and its dead letter ends`()
        async throws
    {
        let bench = try await IntakeBench()
        let deadLetter = try await bench.deadLetter(Array("[]".utf8))
        guard case .new(let receipt, _) = try await bench.intake.submit(bench.submission(courtNotice("M-1"))) else {
            throw Unexpected("the sender's own message was not taken")
        }
        await #expect {
            _ = try await bench.deadLetters.replay(
                bytes: courtNotice("M-1"), of: deadLetter, superseding: bench.superseded(deadLetter))
        } throws: { error in
            guard let problem = error as? Problem else { return false }
            return problem.kind == .wrongState
                && problem.members.contains { $0.0 == "messageId" && $0.1.string == receipt.referralID }
        }
        #expect(try await bench.store.deadLetter(deadLetter.summary.id) == nil)
        await bench.remove()
    }

    @Test func `of two replays of one dead letter the second is told that it has ended`() async throws {
        let bench = try await IntakeBench()
        let deadLetter = try await bench.deadLetter(courtNotice("M-1", name: ""))
        func replay(_ id: String) async throws -> JSONValue {
            try await bench.deadLetters.replay(
                bytes: courtNotice(id), of: deadLetter, superseding: bench.superseded(deadLetter))
        }
        #expect(try await replay("M-1")["outcome"] == "accepted")
        await #expect { _ = try await replay("M-2") } throws: { ($0 as? Problem)?.kind == .wrongState }
        #expect(try await bench.store.referral(partner: "court", messageID: "M-2") == nil)
        await bench.remove()
    }

    @Test func `what is still invalid becomes a new dead letter, and the old one ends`() async throws {
        let bench = try await IntakeBench()
        let deadLetter = try await bench.deadLetter(courtNotice("M-1", name: ""))
        let problem = try await bench.deadLetters.replay(
            bytes: courtNotice("M-1", name: ""), of: deadLetter, superseding: bench.superseded(deadLetter))
        #expect(problem["status"] == 422)
        #expect(try await bench.store.deadLetter(deadLetter.summary.id) == nil)
        let successor = try #require(problem["messageId"]?.string)
        #expect(try await bench.store.deadLetter(successor)?.origin?.deadLetterID == deadLetter.summary.id)
        await bench.remove()
    }

    @Test func `a mapping that was asked for and is gone does not keep a dead letter for ever`() async throws {
        let bench = try await IntakeBench()
        let asked = bench.submission(courtNotice("M-1"), mapping: "court/gone")
        guard case .invalid(let invalid) = try await bench.intake.submit(asked) else {
            throw Unexpected("a mapping that is not there was used")
        }
        let deadLetter = try #require(try await bench.store.deadLetter(invalid.referralID))
        let receipt = try await bench.deadLetters.replay(
            bytes: deadLetter.payload, of: deadLetter, superseding: bench.superseded(deadLetter))
        #expect(receipt["outcome"] == "accepted")
        await bench.remove()
    }

    @Test func `only what senders hand in is counted`() async throws {
        let bench = try await IntakeBench()
        _ = try await bench.post(courtNotice("M-1"))
        _ = try await bench.files.handIn(courtNotice("M-1"), partnerID: "court")
        let deadLetter = try await bench.deadLetter(courtNotice("M-2", name: ""))
        _ = try await bench.deadLetters.replay(
            bytes: courtNotice("M-2"), of: deadLetter, superseding: bench.superseded(deadLetter))
        let figures = bench.metrics.exposition().split(separator: "\n").filter {
            $0.hasPrefix("gateway_referrals_total")
        }
        #expect(figures.count == 2)
        #expect(figures.contains(#"gateway_referrals_total{partner="court",outcome="accepted"} 1.0"#))
        #expect(figures.contains(#"gateway_referrals_total{partner="court",outcome="replayed"} 1.0"#))
        await bench.remove()
    }
}
