import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Ends on 2027-03-04.
let sampleAuthority = """
    -----BEGIN CERTIFICATE-----
    MIIBjjCCATOgAwIBAgIUez6hd957A+ajpBq8e37Qr7N4ASUwCgYIKoZIzj0EAwIw
    HDEaMBgGA1UEAwwRRXhhbXBsZSBBdXRob3JpdHkwHhcNMjYxMTI0MjI0MzEwWhcN
    MjcwMzA0MjI0MzEwWjAcMRowGAYDVQQDDBFFeGFtcGxlIEF1dGhvcml0eTBZMBMG
    ByqGSM49AgEGCCqGSM49AwEHA0IABHO5M70hOeJxy8wotNEDxpqQ2cZywjrKU64q
    ndUK9QoLPR6raFh1wU78VwL4woveMZ6mvHpRQYlPhyNUwI1uSumjUzBRMB0GA1Ud
    DgQWBBRCXE8LPrlBHsT69gMdB1ZOJ5n/nTAfBgNVHSMEGDAWgBRCXE8LPrlBHsT6
    9gMdB1ZOJ5n/nTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQD+
    eTP3Czdi8uFw/ihRwQjGOuAxz1d1ZG1HPZ6PL9A7GQIhAOluv+ruk1N6TezOuR+V
    sLdI2NTAHQV2qN3WilkAQ1Yt
    -----END CERTIFICATE-----
    """

/// Ends on 2051-07-16.
private let later = """
    -----BEGIN CERTIFICATE-----
    MIIBdjCCAR2gAwIBAgIUWdnIQ0SMqeAdL5jkq2l210pd6pgwCgYIKoZIzj0EAwIw
    EDEOMAwGA1UEAwwFTGF0ZXIwIBcNMjYxMTI0MjI0MzEwWhgPMjA1MTA3MTYyMjQz
    MTBaMBAxDjAMBgNVBAMMBUxhdGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
    uVlBvGWMiaYRSd2ixUzrpBzKADjyg1NLLsOEoc5nhZKJ0RzhH6WWq8o2Js3l6L8H
    2QmCQdAnfkQo3Hcsa8WFL6NTMFEwHQYDVR0OBBYEFI6CevLMFVNN6mjYDxwegx2p
    kwc4MB8GA1UdIwQYMBaAFI6CevLMFVNN6mjYDxwegx2pkwc4MA8GA1UdEwEB/wQF
    MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgE6AjVVz3Pbd9Arn4zREC2SM76yrJzpKp
    ernELEGv9IgCIHSRaVHrcOp13TyMcAPvv+p4WlnJvBFJHyLHiTh1KMcZ
    -----END CERTIFICATE-----
    """

/// A configuration whose credentials and authorities are the test's.
private struct Settings {
    let gateway: GatewayProcess

    init(credentials: String, authority: String = sampleAuthority) throws {
        gateway = try GatewayProcess(
            courtWays: "<returnAddress url=\"https://127.0.0.1:9/\" authorities=\"ca.pem\"/>")
        try write(authority, to: "ca.pem")
        try write(
            "<credentials xmlns=\"urn:legal-aid-gateway:credentials:1\">\n\(credentials)\n</credentials>",
            to: "credentials.xml")
    }

    func write(_ text: String, to file: String) throws {
        try text.write(to: gateway.folder.appending(path: file), atomically: true, encoding: .utf8)
    }

    func configuration() throws(ConfigurationError) -> Configuration {
        try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
    }
}

private func credential(_ token: String, _ rest: String = "", of caller: String = "partner id=\"court\"") -> String {
    "<\(caller) tokenSha256=\"\(Token.hash(token))\" \(rest)/>"
}

@Suite struct ExpiryTests {
    @Test func `a certificate file tells when the first of its certificates ends`() {
        #expect(CertificateFile.firstEnd(in: Array(sampleAuthority.utf8)) == 1_804_200_190)
        #expect(CertificateFile.firstEnd(in: Array((later + "\n" + sampleAuthority).utf8)) == 1_804_200_190)
        for nothing in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            #expect(CertificateFile.firstEnd(in: Array(nothing.utf8)) == nil)
        }
    }

    @Test func `an expired token is refused with what to do, and the newer one of the same partner is taken`()
        async throws
    {
        let settings = try Settings(
            credentials: credential("old", "validUntil=\"2020-01-31\"")
                + credential("new", "validUntil=\"2199-12-31\"")
                + credential("desk", of: "operator name=\"wang\""))
        let gateway = settings.gateway
        try gateway.start()
        let refused = try await gateway.operator("old").call("GET", "/v1/referrals?messageId=none")
        #expect(refused.status == 401)
        #expect(refused.json["type"] == "urn:legal-aid-gateway:problem:credential-expired")
        #expect(refused.json["detail"]?.string?.contains("新令牌") == true)
        #expect(try await gateway.operator("new").call("GET", "/v1/referrals?messageId=none").status == 404)
        let partners = try await gateway.operator("desk").ask("GET", "/v1/partners")["partners"]?.array ?? []
        let court = partners.first { $0["partner"] == "court" }
        #expect(court?["tokenValidUntil"]?.string?.hasPrefix("2199-12-31T23:59:59") == true)
        gateway.stop()
        gateway.remove()
    }

    @Test func `what has no day or no certificate is complained of with its line`() throws {
        let settings = try Settings(credentials: credential("a", "validUntil=\"next year\""), authority: "none")
        do throws(ConfigurationError) {
            _ = try settings.configuration()
            Issue.record("it was taken")
        } catch {
            #expect(error.complaints.contains { $0.text.hasPrefix("validUntil must be") && $0.line == 2 })
            #expect(error.complaints.contains { $0.text == "authorities holds no certificate in PEM" })
        }
        settings.gateway.remove()
    }

    @Test func `a token that another one outlasts raises nothing`() throws {
        let settings = try Settings(
            credentials: credential("old", "validUntil=\"2027-02-01\"") + credential("new")
                + credential("x", "validUntil=\"2027-02-01\"", of: "institution code=\"CZ-TN\"")
                + credential("y", "validUntil=\"2028-02-01\"", of: "institution code=\"CZ-TN\""))
        let found = try settings.configuration().tokenExpiries
        #expect(found.map(\.name) == ["token of institution CZ-TN"])
        #expect(found.first?.at.rfc3339 == "2028-02-01T23:59:59.000+08:00")
        settings.gateway.remove()
    }

    @Test func `a certificate that is replaced while the gateway runs ends later from then on`() throws {
        let settings = try Settings(credentials: credential("a", "validUntil=\"2027-03-20\""))
        let configuration = try settings.configuration()
        func ends() -> [String] { configuration.expiries().map { "\($0.name) \($0.at.rfc3339.prefix(4))" } }
        #expect(ends() == ["token of partner court 2027", "certificate ca.pem of partner court 2027"])
        try settings.write(later, to: "ca.pem")
        #expect(ends() == ["token of partner court 2027", "certificate ca.pem of partner court 2051"])
        settings.gateway.remove()
    }
}
