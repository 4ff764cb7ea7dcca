import Foundation
import Messaging
import StrictJSON
import Testing
import Translation
import Transport

@testable import Intake

/// Every shipped document of what comes in.
private let documents: [(path: String, bytes: [UInt8])] = {
    let folder = repository.appending(path: "Mappings")
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return paths.filter { $0.contains("/examples/") && !$0.hasSuffix(".expected.json") && !$0.contains("/status/") }
        .sorted().compactMap { path in
            FileManager.default.contents(atPath: folder.appending(path: path).path).map { (path, [UInt8]($0)) }
        }
}()

/// What a sender reads in the answer itself.
@Suite struct AnswerFindings {
    @Test func `every finding names the field in both sides' words`() throws {
        let pipeline = try shippedPipeline.get()
        var told = 0
        for (path, bytes) in documents {
            let walk = pipeline.walk(Pipeline.Message(bytes: bytes, receivedAt: IntakeBench.now.timestamp))
            for finding in walk.findings + walk.records.flatMap(\.findings) {
                told += 1
                if finding.path != nil {
                    #expect(finding.title?.contains(/\p{Han}/) == true, "\(path): \(finding.json.text())")
                    #expect(finding.location != nil, "\(path): \(finding.json.text())")
                }
                guard finding.path != nil, walk.translation.mapping != nil else { continue }
                guard let field = finding.field else {
                    // Only what a sender's format has no field for has no name there.
                    let target = (finding.path ?? "").replacing(".", with: "/").replacing(/\[\d+\]/, with: "[]")
                    let table = pipeline.translator.fieldTable(of: walk.translation.mapping?.id ?? "")
                    #expect(table?.rows.contains { $0.target.hasPrefix(target) && $0.source.hasPrefix("/") } == false)
                    continue
                }
                #expect(field.hasPrefix("/") && !field.contains("["), "\(path): \(field)")
            }
        }
        #expect(told > 300)
    }

    @Test func `what is missing is told by the name that the field table has`() async throws {
        let bench = try await IntakeBench()
        let answer = try JSONValue(parsing: try await bench.post(courtNotice("M-1", name: "")).body)
        let error = try #require(answer["errors"]?.array?.first { $0["path"] == "recipient.name" })
        #expect(error["field"] == "/ROOT/RECORD/DSRXX/RECORD/XM" && error["title"]?.string?.contains("姓名") == true)
        let table = try #require(try shippedPipeline.get().translator.fieldTable(of: "court/defence-notice"))
        #expect(table.rows.contains { $0.source == error["field"]?.string })
        await bench.remove()
    }

    @Test func `an invalid document is told its warnings too, errors first, in either format`() async throws {
        let bench = try await IntakeBench()
        // No name, and a birth date that lies ahead.
        let text = String(decoding: courtNotice("M-1", name: ""), as: UTF8.self)
            .replacing("<FSDW>320402</FSDW>", with: "<FSDW>320402</FSDW><FSSJ>2031-02-30 25:00</FSSJ>")
        let walk = try shippedPipeline.get().walk(
            Pipeline.Message(bytes: Array(text.utf8), receivedAt: IntakeBench.now.timestamp))
        let all = walk.findings + walk.records.flatMap(\.findings)
        #expect(Set(all.map(\.severity)).count > 1)
        let answer = try JSONValue(parsing: try await bench.post(Array(text.utf8)).body)
        let errors = answer["errors"]?.array ?? []
        // Errors first, and each kind in the order in which it was found.
        let ordered = all.filter { $0.severity == .error } + all.filter { $0.severity != .error }
        #expect(errors.map { $0.text() } == ordered.map { $0.json.text() })
        let inXML = try await bench.post(Array(text.utf8), asking: "application/xml")
        let written = String(decoding: inXML.body, as: UTF8.self)
        #expect(written.contains("<field>/ROOT/RECORD/DSRXX/RECORD/XM</field>") && written.contains("<title>"))
        let codes = written.matches(of: /<code>([^<]+)<\/code>/).map { String($0.1) }
        #expect(codes == ordered.map(\.code))
        await bench.remove()
    }

    @Test func `a document that no mapping takes is told what was seen and what may be sent`() async throws {
        let bench = try await IntakeBench()
        func noMapping(_ text: String, _ mediaType: String) async throws -> JSONValue {
            let answer = try await bench.http.receive(
                HTTPRequest(
                    method: "POST", path: "/v1/referrals", query: [], headers: [("Content-Type", mediaType)],
                    body: Array(text.utf8)), from: Caller(role: .partner, id: "court"))
            #expect(answer.status == 422)
            let errors = try JSONValue(parsing: answer.body)["errors"]?.array ?? []
            return try #require(errors.first { $0["code"] == "noMapping" })
        }
        let xml = try await noMapping(
            #"<Notice xmlns="urn:test"><Head/><Body/><Body/></Notice>"#, "text/xml; charset=utf-8")
        #expect(xml.at("looked.root") == "Notice" && xml.at("looked.members") == ["Head", "Body"])
        #expect(xml.at("looked.format") == "xml" && xml.at("looked.mediaType") == "text/xml")
        #expect(xml["message"]?.string?.contains("Notice") == true)
        let json = try await noMapping(#"{"head":{},"rows":[{}]}"#, "application/json")
        #expect(json.at("looked.members") == ["head", "rows"] && json.at("looked.root") == nil)
        let accepted = xml["accepted"]?.array ?? []
        let inbound = try shippedPipeline.get().translator.mappings.filter(\.isInbound)
        #expect(Set(accepted.compactMap { $0["id"]?.string }) == Set(inbound.map(\.id)))
        #expect(accepted.allSatisfy { $0["title"]?.string?.contains(/\p{Han}/) == true })
        // However much a sender writes, only so much is told.
        let many = (0..<500).map { "<a\($0)/>" }.joined()
        let long = try await noMapping(
            "<\(String(repeating: "n", count: 900))>\(many)</\(String(repeating: "n", count: 900))>", "text/xml")
        #expect((long.at("looked.members")?.array?.count ?? 0) <= 20)
        #expect((long.at("looked.root")?.string?.count ?? 0) < 100)
        await bench.remove()
    }

    @Test func `a mapping that is asked for never makes another message of a document`() async throws {
        let bench = try await IntakeBench()
        let pipeline = try shippedPipeline.get()
        let inbound = pipeline.translator.mappings.filter(\.isInbound).map(\.id).sorted()
        var refused = 0
        for (number, document) in documents.enumerated() where document.path.contains("/examples/all-fields.") {
            let plain = Pipeline.Message(bytes: document.bytes, receivedAt: IntakeBench.now.timestamp)
            let own = try #require(pipeline.translate(plain).mapping?.id)
            // A few others each, so that every mapping is asked for by somebody.
            for step in [1, 7, 23] {
                let other = inbound[(number * 5 + step) % inbound.count]
                let submission = bench.submission(document.bytes, mapping: other)
                if other == own {
                    #expect(try bench.intake.dryRun(submission).translation.mapping?.id == own)
                    continue
                }
                refused += 1
                await #expect("\(document.path) as \(other)") {
                    _ = try await bench.intake.submit(submission)
                } throws: { error in
                    guard let problem = error as? Problem, problem.kind == .disagreement else { return false }
                    let told = problem.errors.first?["message"]?.string ?? ""
                    return problem.errors.first?["code"] == "mappingDisagrees" && told.contains(own)
                        && told.contains(other)
                }
            }
        }
        #expect(refused > 50)
        #expect(try await bench.store.statistics().deadLetters.isEmpty)
        await bench.remove()
    }
}
