import Canonical
import Cases
import Documents
import Foundation
import Intake
import Messaging
import Translation
import Transport
import Triage
import Vocabulary

/// Processor time of one referral, stage by stage: what one thread does alone, then what needs the store and a server.
enum StageBench {
    static func pipeline(_ place: Workplace) throws -> Pipeline {
        let config = place.repository.appending(path: "config")
        let translator = try Translator(
            directory: place.repository.appending(path: "Mappings").path, digests: .openSSL)
        let triage = try Triage(
            rules: config.appending(path: "rules").path, calendar: config.appending(path: "calendar").path,
            institutions: InstitutionFile(path: config.appending(path: "institutions.xml").path))
        return Pipeline(
            CurrentMappingsAndRules(MappingsAndRules(translator: translator, triage: triage)), limits: ParseLimits())
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
        print("Processor time of one \(sample.bytes.count)-byte referral in GB18030\n")
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
        let through = try upToTheStore(place, sample, part)
        var observed = message(sample.bytes)
        observed.observes = true
        let pack = through - cost(part) { _ = pipeline.walk(observed) } - digest
        let commit = try await IntakeBench.storeAlone(place, sample: sample, writers: atOnce, seconds: part)
        let (frame, server) = try overHTTP(place, sample, part)
        var table = BenchTable(["stage", "µs", "of parse + XSD"])
        func add(_ name: String, _ microseconds: Double) {
            table.add([name, rounded(microseconds, 1), rounded(microseconds / validate, 2)])
        }
        add("libxml2: decode and parse", parse)
        add("libxml2: decode, parse and validate by XSD", validate)
        for (name, microseconds) in [
            ("translation whole (decode, parse, XSD, mapping, findings)", translate),
            ("triage (routing, pre-checks, clocks, missing)", assess), ("drift watch: the document's shape", shape),
            ("SM3 of the bytes", digest), ("packing (ids, keys, application, receipt)", pack),
            // Each alone finds its code and data in the caches; one after the other they do not.
            ("all of these, one after the other", through),
            ("commit in groups, \(atOnce) at once", commit.microseconds), ("HTTP echo, \(atOnce) at once", frame),
            ("sum of the last three", through + commit.microseconds + frame),
        ] {
            add(name, microseconds)
        }
        add("the server's whole, \(atOnce) connections at once", server)
        table.show()
    }

    private static let atOnce = 64

    /// The walk with all that follows it up to the store.
    private static func upToTheStore(_ place: Workplace, _ sample: Sample, _ seconds: Double) throws -> Double {
        let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        let packing = try Packing(place, identifiers: identifiers)
        return try cost(seconds) { _ = try packing.commit(of: sample.bytes) }
    }

    /// Of one request: the listener alone, and the gateway.
    private static func overHTTP(
        _ place: Workplace, _ sample: Sample, _ seconds: Double
    ) throws -> (echo: Double, gateway: Double) {
        let echo = try ServerProcess(program: URL(filePath: CommandLine.arguments[0]), ["echo"])
        defer { echo.stop() }
        let gateway = try place.gateway(store: "stages.sqlite")
        defer { gateway.stop() }
        let costs = try [(echo, "/echo"), (gateway, "/v1/referrals")].map { server, path in
            // The first moments are the server's warming up.
            _ = try IntakeBench.over(server, path: path, sample: sample, connections: 8, seconds: min(1, seconds))
            return try IntakeBench.over(
                server, path: path, sample: sample, connections: atOnce, seconds: seconds
            ).microseconds
        }
        return (costs[0], costs[1])
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

    /// The cost of two pieces of work, taken in turns: whatever else the machine does meets both alike. The least of the
    /// rounds counts, since others can only add to it.
    static func costs(
        _ seconds: Double, _ first: () throws -> Void, _ second: () throws -> Void
    ) rethrows -> (Double, Double) {
        let rounds = 5
        var least = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            least.0 = min(least.0, try cost(seconds / Double(2 * rounds), first))
            least.1 = min(least.1, try cost(seconds / Double(2 * rounds), second))
        }
        return least
    }

    private static func threadSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1_000_000_000
    }
}
