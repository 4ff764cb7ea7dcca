import Canonical
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Intake

/// One document of `Cases/` with what a right reading of it gives.
struct DocumentCase: Sendable, CustomTestStringConvertible {
    private static let folder = repository.appending(path: "Tests/IntakeTests/Cases")
    private static let receivedAt = Timestamp(canonical: "2026-11-27")

    let id: String
    let file: String
    let isForRulesAlone: Bool
    let expectation: JSONObject

    var testDescription: String { id }

    static let all = Result { () throws -> [DocumentCase] in
        let manifest = try JSONValue(parsing: bytes(of: "manifest.json"))
        return try #require(manifest["cases"]?.array).map(DocumentCase.init)
    }

    private init(_ json: JSONValue) throws {
        id = try #require(json["id"]?.string)
        file = try #require(json["file"]?.string)
        isForRulesAlone = json["command"]?.string == "triage"
        expectation = try #require(json["expect"]?.object)
    }

    private static func bytes(of name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// What the dry run, or the rules alone, answer.
    func answer() throws -> JSONValue {
        let pipeline = try shippedPipeline.get()
        let receivedAt = try #require(Self.receivedAt)
        let document = try Self.bytes(of: file)
        guard isForRulesAlone else {
            return pipeline.walk(Pipeline.Message(bytes: document, receivedAt: receivedAt)).json
        }
        let application = LegalAidApplication(content: try #require(try JSONValue(parsing: document).object))
        let assessment = pipeline.triage.assess(application, receivedAt: receivedAt, explain: true)
        let result: [(String, JSONValue?)] = [("outcome", "accepted"), ("missing", .array(assessment.missing))]
        return ["results": [.compact(result + assessment.members)]]
    }
}

@Suite struct DocumentsReadRightly {
    @Test func `there are documents, each in the manifest once`() throws {
        let cases = try DocumentCase.all.get()
        let files = try FileManager.default.contentsOfDirectory(
            atPath: repository.appending(path: "Tests/IntakeTests/Cases/inputs").path)
        #expect(!cases.isEmpty && Set(cases.map(\.id)).count == cases.count)
        #expect(cases.map(\.file).sorted() == files.map { "inputs/\($0)" }.sorted())
    }

    @Test(arguments: try DocumentCase.all.get())
    func `a document is read rightly, or what is not is told`(one: DocumentCase) throws {
        let faults = CaseAnswer(try one.answer(), record: nil).faults(one.expectation)
        #expect(faults.isEmpty, "\(one.file)")
    }

    @Test func `an expectation that does not hold is a fault, and so is one that nobody knows`() throws {
        let answer = try JSONValue(
            parsing: Array(
                """
                {"results": [{"outcome": "accepted", "queue": "Q", "missing": [], "clocks": [{"id": "C"}],
                "hints": [{"rule": "H", "outcome": "indicated"}], "application": {"a": {"b": 1}},
                "findings": [{"severity": "warning", "code": "odd", "path": "a.b", "message": "m"},
                {"severity": "warning", "code": "normalizedX", "path": "a.c", "message": "m"}]}]}
                """.utf8))
        for wrong in [
            #"{"values": [{"path": "a.b", "is": 2}]}"#, #"{"values": [{"path": "a.b", "is": "1"}]}"#,
            #"{"values": [{"path": "a.b", "isNot": 1}]}"#, #"{"values": [{"path": "a.c", "orFinding": true}]}"#,
            #"{"values": [{"path": "a.b", "orTold": [2]}]}"#, #"{"values": [{"path": "a.b", "surely": 1}]}"#,
            #"{"values": [{"path": "a.b", "excludes": 1}]}"#, #"{"values": [{"path": "a.b", "includes": 2}]}"#,
            #"{"outcome": "lead"}"#, #"{"queue": null}"#, #"{"region": "R"}"#, #"{"finding": {"codes": ["even*"]}}"#,
            #"{"finding": {"codes": ["odd"], "placed": true}}"#, #"{"noFindingAt": "a.b"}"#, #"{"accepted": 0}"#,
            #"{"applications": 2}"#, #"{"clock": "D"}"#, #"{"noClock": "C"}"#, #"{"hint": "I"}"#, #"{"hintNot": "H"}"#,
            #"{"missingIncludes": "x"}"#, #"{"materialsInclude": "x"}"#,
            #"{"record": {"a.b": 2}, "outcome": "accepted"}"#,
            #"{"anyOf": [{"outcome": "lead"}]}"#, #"{"surely": 1}"#,
        ] {
            let expectation = try #require(try JSONValue(parsing: Array(wrong.utf8)).object)
            #expect(!CaseAnswer(answer, record: nil).faults(expectation).isEmpty, "\(wrong)")
        }
        let right =
            #"{"values": [{"path": "a.b", "is": 2, "orTold": [1]}], "queue": ["Q"], "finding": {"codes": ["o*"]}}"#
        #expect(
            CaseAnswer(answer, record: nil).faults(try #require(try JSONValue(parsing: Array(right.utf8)).object))
                .isEmpty)
    }
}
