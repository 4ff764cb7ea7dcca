import Canonical
import Foundation
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Which kinds of sender there are, and what each may be told, is data.
@Suite struct SenderKindTests {
    /// What the shipped kinds are told (domain §3.6); a kind that moves to another column shows here.
    private static let shipped: [Audience: [String]] = [
        .court: ["court"], .procuratorate: ["procuratorate"],
        .police: ["publicSecurity", "detentionCentre", "prison", "rehabCentre"],
        .civilAffairs: ["civilAffairs", "reliefPlatform"], .labour: ["labourArbitration", "humanResources"],
        .community: [
            "veteransAffairs", "tradeUnion", "youthLeague", "womensFederation", "disabledFederation", "mediation",
            "hotline12348", "politicalLegalCommittee", "other",
        ], .station: ["workstation", "contactPoint", "legalAidInstitution"],
    ]

    @Test func `each shipped kind is told what its column of the table says`() throws {
        let kinds = try shippedConfiguration().senderKinds
        #expect(Set(kinds.codes) == Set(Self.shipped.values.joined()))
        for (audience, codes) in Self.shipped {
            for code in codes { #expect(kinds[code]?.audience == audience, "\(code)") }
        }
        let suggested = kinds.all.filter { $0.suggestions.contains(.suggestRelief) }.map(\.code)
        #expect(
            Set(suggested) == ["civilAffairs", "reliefPlatform", "court", "procuratorate", "publicSecurity"])
        #expect(kinds.all.filter { $0.suggestions.contains(.suggestSupport) }.map(\.code) == ["procuratorate"])
    }

    @Test(arguments: [
        (#"<kind code="tax" zh="税务" en="tax"/>"#, "needs the attribute tells"),
        (#"<kind code="tax" zh="税务" en="tax" tells=""/>"#, "tells of <kind> cannot be"),
        (#"<kind code="tax" zh="税务" en="tax" tells="everything"/>"#, "it takes court, procuratorate"),
        (#"<kind code="tax" zh="税务" en="tax" tells="community" suggestions="relief"/>"#, "suggestions knows"),
        (#"<kind code="tax" en="tax" tells="community"/>"#, "needs the attribute zh"),
        (#"<kind code="税务" zh="税务" en="tax" tells="community"/>"#, "code must begin"),
        (#"<kind code="tax" zh="税务" en="tax" tells="community" tell="court"/>"#, "has no attribute tell"),
        (#"<kind code="tax" zh="a" en="a" tells="court"/><kind code="tax" zh="b" en="b" tells="labour"/>"#, "twice"),
        (#"<kind code="legalAidInstitution" zh="法援" en="a" tells="community"/>"#, "the gateway's own kind"),
        (#"<agency code="tax"/>"#, "<agency> is not known"),
    ])
    func `a kind that does not say what it may be told, or says it wrongly, is refused`(
        line: String, complaint: String
    ) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "kinds-\(UUID().uuidString).xml")
        try Data("<senderKinds xmlns=\"urn:legal-aid-gateway:sender-kinds:1\">\(line)</senderKinds>".utf8).write(
            to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var reader = ConfigurationReader()
        let kinds = reader.senderKinds(in: file.path)
        #expect(reader.complaints.contains { $0.text.contains(complaint) && $0.line == 1 }, "\(reader.complaints)")
        #expect(kinds.all.count <= 3)
    }

    @Test func `a partner of an unknown kind is refused with the kinds that there are`() throws {
        let gateway = try GatewayProcess()
        let file = gateway.folder.appending(path: "partners.xml")
        let text = try String(contentsOf: file, encoding: .utf8).replacing(
            #"senderType="court"/>"#, with: #"senderType="cuort"/>"#)
        try Data(text.utf8).write(to: file)
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
        }
        let complaint = try #require(error?.complaints.first)
        #expect(complaint.line != nil && complaint.text.contains("cuort"))
        #expect(complaint.text.contains("court, procuratorate, publicSecurity"))
        gateway.remove()
    }

    /// The tax bureau is a folder with its two mappings and one line of sender-kinds.xml.
    @Test func `a tax bureau that data alone adds sends a referral and hears what a community body may`() async throws {
        let gateway = try GatewayProcess()
        let folder = gateway.folder
        let mappings = folder.appending(path: "Mappings")
        try FileManager.default.copyItem(at: repository.appending(path: "Mappings"), to: mappings)
        try Self.add(to: mappings)
        try Self.rewrite(folder.appending(path: "gateway.xml")) {
            $0.replacing(repository.appending(path: "Mappings").path, with: mappings.path)
        }
        try Self.rewrite(folder.appending(path: "partners.xml")) {
            $0.replacing(
                #"<partner id="other" name="另一法院" senderType="court"/>"#,
                with: #"""
                    <partner id="tax" name="常州市税务局" senderType="taxBureau" statusMapping="tax/status">
                    <mapping>tax/referral</mapping></partner>
                    """#)
        }
        try Self.rewrite(folder.appending(path: "credentials.xml")) {
            $0.replacing(#"<partner id="other""#, with: #"<partner id="tax""#)
        }
        try gateway.start()
        let tax = gateway.operator("other-token")
        let document = #"{"tax":"SW-1","name":"测试税","facts":"被拖欠工资，请求援助","where":"320402"}"#
        let receipt = try await tax.call("POST", "/v1/referrals", body: Array(document.utf8))
        #expect(receipt.status == 202, "\(receipt.json.text())")
        let number = receipt.json["applicationNo"]?.string ?? ""
        let application = try await gateway.institution.ask("GET", "/v1/applications/\(number)")
        #expect(application.at("source.senderType")?.string == "taxBureau")
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        let steps = [
            #"{"event":"accept"}"#, #"{"event":"grant","decision":{"no":"常法援2024第1号","date":"2024-05-10"}}"#,
        ]
        for step in steps {
            let taken = try await gateway.institution.call(
                "POST", "/v1/applications/\(number)/status", body: Array(step.utf8))
            #expect(taken.status == 200, "\(taken.json.text())")
        }
        let events = try await tax.ask("GET", "/v1/status-events")["events"]?.array ?? []
        let told = try events.map { event in
            let body = try #require(event["body"]?.string.flatMap { Data(base64Encoded: $0) })
            return try JSONValue(parsing: [UInt8](body))
        }
        #expect(told.contains { $0["zt"] == "05" }, "\(told)")
        #expect(told.allSatisfy { $0["bh"] == "SW-1" && $0["jd"] == nil }, "\(told)")
        gateway.stop()
        gateway.remove()
    }

    private static func rewrite(_ file: URL, _ change: (String) -> String) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        let changed = change(text)
        try #require(changed != text)
        try Data(changed.utf8).write(to: file)
    }

    private static func add(to mappings: URL) throws {
        try rewrite(mappings.appending(path: "sender-kinds.xml")) {
            $0.replacing(
                "</senderKinds>",
                with: #"<kind code="taxBureau" zh="税务部门" en="tax bureau" tells="community"/></senderKinds>"#)
        }
        let files = [
            "referral": """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="tax/referral" version="1" title="税务转介"
                     source="json" accepts="given(/root/tax)" kind="application" route="byApplication">
              <each record="/root">
                <value to="source/messageId" from="tax" required="yes"/>
                <value to="recipient/name" from="name" required="yes"/>
                <value to="matter/factsSummary" from="facts" as="fullText"/>
                <value to="matter/factsDivision" from="where"/>
                <constant to="consent/applyWill" value="self"/>
              </each>
            </mapping>
            """,
            "status": """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="tax/status" version="1" title="税务状态"
                     direction="out" target="json">
              <value to="bh" from="messageId"/><value to="zt" from="code"/><value to="jd" from="decision/no"/>
            </mapping>
            """,
        ]
        for (name, text) in files {
            let folder = mappings.appending(path: "tax/\(name)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: folder.appending(path: "mapping.xml"))
        }
    }
}
