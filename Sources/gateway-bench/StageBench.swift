import Canonical
import Documents
import Foundation
import Intake
import Messaging
import StrictJSON
import Translation
import Transport
import Triage

/// Processor time of one referral, stage by stage, on one thread.
enum StageBench {
    static func pipeline(_ place: Workplace) throws -> Pipeline {
        let config = place.repository.appending(path: "config")
        let translator = try Translator(
            directory: place.repository.appending(path: "Mappings").path, digests: .openSSL)
        let triage = try Triage(
            rules: config.appending(path: "rules").path, calendar: config.appending(path: "calendar").path,
            institutions: config.appending(path: "institutions.xml").path)
        return Pipeline(translator: translator, triage: triage, limits: ParseLimits())
    }

    static func message(_ bytes: [UInt8]) -> Pipeline.Message {
        Pipeline.Message(bytes: bytes, format: .xml, receivedAt: Timestamp(secondsSince1970: 1_699_408_800))
    }

    static func run(seconds: Double) async throws {
        let place = try Workplace()
        defer { place.remove() }
        let sample = try Sample(repository: place.repository)
        let pipeline = try pipeline(place)
        let schema = try XMLSchema(path: place.repository.appending(path: "Mappings/\(Sample.mapping)/schema.xsd").path)
        let walk = pipeline.walk(message(sample.bytes))
        guard walk.outcome == .accepted, let step = walk.records.first else {
            throw BenchFailure("the sample does not translate")
        }
        print("Processor time of one \(sample.bytes.count)-byte referral in GB18030, one thread\n")
        let part = seconds / 2
        let parse = try cost(part) { _ = try Document.parse(sample.bytes, format: .xml) }
        let validate = try cost(part) { _ = schema.violations(in: try Document.parse(sample.bytes, format: .xml)) }
        var unassessed = message(sample.bytes)
        unassessed.assesses = false
        let translate = cost(part) { _ = pipeline.walk(unassessed) }
        let assess = cost(part) { _ = pipeline.triage.assess(step.application, receivedAt: unassessed.receivedAt) }
        let document = try Document.parse(sample.bytes, format: .xml)
        let shape = cost(part) { _ = DocumentShape(document) }
        let digest = cost(part) { _ = Digest.hex(Digest.sm3(sample.bytes)) }
        let write = cost(part) { _ = (step.application.serialized, walk.json.serialized()) }
        var table = BenchTable(["stage", "µs", "of parse + XSD"])
        for (name, microseconds) in [
            ("libxml2: decode and parse", parse), ("libxml2: decode, parse and validate by XSD", validate),
            ("translation whole (decode, parse, XSD, mapping, findings)", translate),
            ("triage (routing, pre-checks, clocks, missing)", assess), ("drift watch: the document's shape", shape),
            ("SM3 of the bytes", digest),
            ("writing application and receipt", write),
        ] {
            table.add([name, rounded(microseconds, 1), rounded(microseconds / validate, 2)])
        }
        table.show()
    }

    /// Microseconds of this thread's processor time for one run, after a warm-up.
    static func cost(_ seconds: Double, _ work: () throws -> Void) rethrows -> Double {
        for _ in 0..<50 { try work() }
        let start = threadSeconds()
        let end = start + seconds
        var count = 0
        while threadSeconds() < end {
            for _ in 0..<20 { try work() }
            count += 20
        }
        return (threadSeconds() - start) / Double(count) * 1_000_000
    }

    private static func threadSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1_000_000_000
    }
}

extension LegalAidApplication {
    /// As the store keeps it.
    var serialized: [UInt8] { JSONValue.object(content).serialized() }
}
