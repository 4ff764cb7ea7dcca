import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Cases
@testable import Intake
@testable import gateway

/// Mappings and rules that are read again while the gateway runs.
@Suite struct ReloadTests {
    @Test func `a mistake in the rules keeps mended mappings out too, and without it both come into force`()
        async throws
    {
        let gateway = try GatewayProcess()
        try FilledDeadLetterQueue.breakMapping(of: gateway)
        let rules = try TriageOverTheGateway.rules(of: gateway)
        try gateway.start()
        func send(_ id: String) async throws -> (status: Int, json: JSONValue) {
            try await gateway.remote.call(
                "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        }
        #expect(try await send("L-1").status == 422)

        try FilledDeadLetterQueue.mendMapping(of: gateway)
        try TriageOverTheGateway.edit(
            rules.appending(path: "routing.xml"), #"<route id="RT-09""#,
            #"<route id="RT-77" title="试行集中受理" by="institution" value="'CZ-SZ'" basis="试行办法"/><route id="RT-09""#)
        try TriageOverTheGateway.edit(rules.appending(path: "prechecks.xml"), "$noticeUrgentHours", "$noticeUrgentHour")
        gateway.reload()
        try await gateway.untilLogged("reload refused, the old set stays")
        #expect(try await send("L-2").status == 422)

        try TriageOverTheGateway.edit(rules.appending(path: "prechecks.xml"), "$noticeUrgentHour", "$noticeUrgentHours")
        gateway.reload()
        try await gateway.untilLogged("mappings and rules reloaded")
        let (status, receipt) = try await send("L-3")
        #expect(status == 202 && receipt["queue"] == "CZ-SZ")
        gateway.stop()
        gateway.remove()
    }

    @Test func `what has begun with one set of mappings and rules ends with it`() throws {
        let pipeline = try Gateway.pipeline(try shippedConfiguration())
        let (before, pinned) = (pipeline.current.inForce, pipeline.pinned())
        let fresh = try Gateway.mappingsAndRules(try shippedConfiguration())
        pipeline.current.replace(with: fresh)
        #expect(pinned.translator === before.translator && pinned.triage === before.triage)
        #expect(pipeline.translator === fresh.translator && pipeline.triage === fresh.triage)
        #expect(fresh.translator !== before.translator && fresh.triage !== before.triage)
    }

    @Test func `mistakes in mappings, rules and institutions are told together, each once`() throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try FilledDeadLetterQueue.breakMapping(of: gateway)
        let rules = try TriageOverTheGateway.rules(of: gateway)
        let institutions = try InstitutionPushTests.institutions(
            of: gateway, holding: #"<push url="https://127.0.0.1:9/"/>"#)
        let configuration = try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
        _ = try Gateway.mappingsAndRules(configuration)

        let mapping = gateway.folder.appending(path: "Mappings/court/defence-notice/mapping.xml")
        try TriageOverTheGateway.edit(mapping, "<mapping ", "<maping ")
        try TriageOverTheGateway.edit(rules.appending(path: "prechecks.xml"), "$noticeUrgentHours", "$noticeUrgentHour")
        try TriageOverTheGateway.edit(institutions, "https://127.0.0.1:9/", "ftp://127.0.0.1/")
        try TriageOverTheGateway.edit(institutions, "<court>苏04</court>", "<curt>苏04</curt>")
        let error = #expect(throws: ConfigurationError.self) { try Gateway.mappingsAndRules(configuration) }
        let complaints = error?.complaints ?? []
        for file in ["mapping.xml", "prechecks.xml"] {
            #expect(complaints.contains { $0.file.hasSuffix(file) && $0.line != nil }, "\(file)")
        }
        let mine = complaints.filter { $0.file == institutions.path }.map(\.text)
        #expect(mine.filter { $0.hasPrefix("url must begin with") }.count == 1)
        #expect(mine.filter { $0.hasPrefix("<curt> is not known") }.count == 1)
        #expect(mine.count == 2)
    }
}
