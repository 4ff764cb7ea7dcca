import Messaging
import Testing
import Vocabulary

@testable import gateway

/// What the registry says of the way to a partner.
@Suite struct DeliverySettingsTests {
    private func configuration(_ ways: String) throws -> Configuration {
        let gateway = try GatewayProcess(courtWays: ways)
        defer { gateway.remove() }
        return try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
    }

    @Test func `a return address says how long, how many at once and how hard to try`() throws {
        let court = try #require(
            try configuration(
                """
                <returnAddress url="https://127.0.0.1:9/" timeoutSeconds="45" concurrency="2" openAfter="3" probeSeconds="7">
                  <confirm path="/root/code" equals="0"/></returnAddress>
                <retry baseSeconds="4" capSeconds="60" maxAttempts="9" keepHours="2"/>
                """
            ).partners.first { $0.id == "court" })
        let address = try #require(court.returnAddress)
        #expect(address.timeout == .seconds(45))
        #expect(address.concurrency == 2)
        #expect(address.breaker.threshold == 3 && address.breaker.rest == 7_000)
        #expect(address.confirmation == AgreedAnswer(path: "/root/code", equals: "0"))
        #expect(court.retryPolicy.maxAttempts == 9)
    }

    @Test(arguments: ["timeoutSeconds=\"0\"", "timeoutSeconds=\"601\"", "timeoutSeconds=\"soon\"", "concurrency=\"0\""])
    func `a number out of its range is named with its place`(attribute: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try configuration("<returnAddress url=\"https://127.0.0.1:9/\" \(attribute)/>")
        }
        let name = attribute.prefix { $0 != "=" }
        #expect(error?.description.contains(/partners\.xml:\d+.*/) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test func `an upload can be no larger than a body, nor than what is kept of a partner`() throws {
        for (elements, word) in [
            (#"<uploads bytes="4096" quotaBytes="2048"/>"#, "quotaBytes"),
            (#"<uploads bytes="4096"/><limits bodyBytes="2048"/>"#, "bodyBytes"),
        ] {
            let gateway = try GatewayProcess()
            defer { gateway.remove() }
            let file = gateway.folder.appending(path: "gateway.xml").path
            try gateway.set(elements)
            let error = #expect(throws: ConfigurationError.self) { try Configuration(file: file) }
            #expect(error?.description.contains(/gateway\.xml:\d+.*/) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        }
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try gateway.set(#"<limits bodyBytes="2048"/>"#)
        let configuration = try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
        #expect(configuration.uploadLimits.bytes == 2048)
    }
}
