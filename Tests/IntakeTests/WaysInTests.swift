import Foundation
import Messaging
import StrictJSON
import Testing
import Translation
import Transport

@testable import Intake

/// Every shipped example of what comes in, with the partner that sends it here: message ids of different examples must
/// not meet.
private let examples: [(partner: String, bytes: [UInt8])] = {
    let mappings = repository.appending(path: "Mappings")
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: mappings.path)) ?? []
    return paths.filter { $0.contains("/examples/") && !$0.hasSuffix(".expected.json") && !$0.contains("/status/") }
        .sorted().enumerated().compactMap { number, path in
            FileManager.default.contents(atPath: mappings.appending(path: path).path).map {
                ("partner-\(number)", [UInt8]($0))
            }
        }
}()

@Suite struct WaysIn {
    @Test func `the same bytes are told the same by HTTP, from a folder and by a replay`() async throws {
        try #require(examples.count > 100)
        let partners = examples.map(\.partner)
        let (overHTTP, fromFolder, replayed) = (
            try await IntakeBench(partners: partners), try await IntakeBench(partners: partners),
            try await IntakeBench(partners: partners)
        )
        for (partner, bytes) in examples {
            let answer = try await overHTTP.post(bytes, from: partner)
            let byHTTP = try JSONValue(parsing: answer.body)
            let filed = try await fromFolder.files.handIn(bytes, partnerID: partner)
            #expect(filed.status == answer.status, "\(partner)")
            if filed.header("Content-Type")?.contains("json") == true {
                #expect(try JSONValue(parsing: filed.body).withoutNumbers == byHTTP.withoutNumbers, "\(partner)")
            } else {
                #expect(bytes.contains(UInt8(ascii: "<")), "\(partner)")
            }
            let deadLetter = try await replayed.deadLetter(from: partner, Array("[]".utf8))
            let again = try await replayed.deadLetters.replay(
                bytes: bytes, of: deadLetter, superseding: replayed.superseded(deadLetter))
            #expect(again.withoutNumbers == byHTTP.withoutNumbers, "\(partner)")
            #expect(try await replayed.store.deadLetter(deadLetter.summary.id) == nil)
        }
        for bench in [overHTTP, fromFolder, replayed] { await bench.remove() }
    }

    @Test func `a dry run says what intake will say and stores nothing`() async throws {
        let bench = try await IntakeBench(partners: examples.map(\.partner))
        for (partner, bytes) in examples {
            let dry = try bench.intake.dryRun(bench.submission(bytes, from: partner))
            let editing = try await bench.deadLetter(from: partner, Array("[]".utf8))
            #expect(try bench.deadLetters.dryRun(bytes: bytes, of: editing) == dry.json)
            let before = try await bench.store.statistics()
            _ = try bench.http.dryRun(
                HTTPRequest(method: "POST", path: "/v1/translate", query: [], headers: [], body: bytes),
                from: Caller(role: .operator, id: "operator"))
            #expect(try await bench.store.statistics().deadLetters == before.deadLetters)
            switch try await bench.intake.submit(bench.submission(bytes, from: partner)) {
            case .new(let receipt, _):
                for (told, step) in zip(receipt.records, dry.records) {
                    #expect(told.result.findings == dry.findings + step.findings, "\(partner)")
                    // What follows a referral is on its way until the store has looked for that.
                    if step.outcome != .parked { #expect(told.outcome == step.outcome, "\(partner)") }
                }
                #expect(receipt.records.count == dry.records.count)
            case .invalid(let invalid):
                #expect(dry.outcome == .invalid, "\(partner)")
                #expect(
                    invalid.findings
                        == InvalidReferral(
                            referralID: "", findings: dry.findings + dry.records.flatMap(\.findings)
                        ).findings)
            case .same, .conflict, .superseded: Issue.record("\(partner): its message is new")
            }
        }
        await bench.remove()
    }

    @Test func `a folder is answered in the format of the file`() async throws {
        let bench = try await IntakeBench()
        let answers = [
            (courtNotice("M-1"), 202, "<receipt>"), (courtNotice("M-2", name: ""), 422, "<problem>"),
            (Array("\u{FEFF}<a/>".utf8), 422, "<problem>"), (Array("{}".utf8), 422, "{"),
        ]
        for (bytes, status, start) in answers {
            let answer = try await bench.files.handIn(bytes, partnerID: "court")
            #expect(answer.status == status)
            #expect(String(decoding: answer.body, as: UTF8.self).contains(start))
            let isXML = start.hasPrefix("<")
            #expect(answer.header("Content-Type")?.contains(isXML ? "xml" : "json") == true)
        }
        // What only the call got wrong is answered there too, and nothing is kept.
        let stranger = try await bench.files.handIn(courtNotice("M-3"), partnerID: "nobody")
        #expect(stranger.status == 403 && stranger.header("Content-Type")?.contains("xml") == true)
        await bench.remove()
    }

    @Test func `an institution hands in what it took in itself`() async throws {
        let bench = try await IntakeBench()
        let application = Array(#"{"recipient":{"name":"测试乙"},"applyWill":"yes"}"#.utf8)
        let request = HTTPRequest(
            method: "POST", path: "/v1/applications", query: [], headers: [], body: application)
        let institution = Caller(role: .institution, id: IntakeBench.institution)
        let answer = try await bench.http.receive(request, from: institution, about: .application)
        #expect(answer.status == 202)
        let receipt = try JSONValue(parsing: answer.body)
        let number = try #require(receipt["applicationNo"]?.string)
        let record = try #require(try await bench.store.application(number))
        #expect(record.partnerID == IntakeBench.institution && record.queue == receipt["queue"]?.string)
        #expect(try record.application.text("aidRoute") == "byApplication")
        await #expect(throws: Problem.self) {
            _ = try await bench.http.receive(
                request, from: Caller(role: .institution, id: "nobody"), about: .application)
        }
        await bench.remove()
    }
}
