import Foundation
import StrictJSON
import Testing

@testable import gateway

/// What time does when an institution does not act.
@Suite struct SilentInstitutionTests {
    @Test func `an application leased as often as allowed is a dead letter although nobody calls again`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.set("<cases sweepSeconds=\"1\"/>")
        try gateway.start()
        try await gateway.send(courtNotice("S-1"))
        for attempt in 1...5 {
            // Given back four times; the last one is left to end.
            let order = Array(#"{"leaseSeconds":\#(attempt < 5 ? 3600 : 10)}"#.utf8)
            let leases = try await gateway.institution.ask("POST", "/v1/queues/CZ-TN/leases", body: order)["leases"]
            let lease = try #require(leases?[0])
            #expect(lease["attempt"]?.int == attempt)
            guard attempt < 5 else { break }
            _ = try await gateway.institution.ask(
                "POST", "/v1/leases/\(lease["leaseId"]?.string ?? "")/release", body: Array("{}".utf8))
        }
        let deadLetter = try await eventually("it is a dead letter") {
            try await gateway.desk.ask("GET", "/v1/dead-letters?reason=exhausted")["deadLetters"]?[0]
        }
        #expect(deadLetter["queue"] == "CZ-TN" && deadLetter["messageId"] == "S-1")
        gateway.stop()
        gateway.remove()
    }
}
