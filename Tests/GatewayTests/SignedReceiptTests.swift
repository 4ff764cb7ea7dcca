import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

@Suite struct SignedReceiptTests {
    @Test(arguments: ["ed25519", "sm2-sm3"])
    func `a receipt is held against the public key alone, and any change of it is told`(algorithm: String) async throws
    {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        let key = gateway.folder.appending(path: "receipts.key").path
        #expect(try GatewayProcess.run(["keys", "pair", algorithm, key]).code == 0)
        try gateway.set("<receipts keyId=\"r-1\" algorithm=\"\(algorithm)\" keyFile=\"receipts.key\"/>")
        try gateway.start()
        let document = courtNotice("R-1")
        let sent = try await gateway.remote.call(
            "POST", "/v1/referrals", body: document, mediaType: "application/xml")
        let id = try #require(sent.json["referralId"]?.string)
        let answer = try await gateway.remote.ask("GET", "/v1/referrals/\(id)/receipt")
        // Signatures of most kinds differ each time; what is signed does not.
        let again = try await gateway.remote.ask("GET", "/v1/referrals/\(id)/receipt")
        #expect(again["statement"] != nil && again["statement"] == answer["statement"])
        let other = Remote(url: gateway.remote.url, token: "other-token")
        #expect(try await other.call("GET", "/v1/referrals/\(id)/receipt").status == 404)
        gateway.stop()

        // A machine that has the public key, the receipt and the message.
        let place = gateway.folder.appending(path: "elsewhere")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        func file(_ name: String, _ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: place.appending(path: name))
            return place.appending(path: name).path
        }
        let publicKey = key + ".pub"
        let receipt = try file("receipt.json", answer.serialized())
        func verify(_ receipt: String, _ more: String...) throws -> (code: Int32, output: String) {
            try GatewayProcess.run(["verify-receipt", receipt, "--key", publicKey] + more, complaints: true)
        }
        let held = try verify(receipt, "--document", try file("notice.xml", document))
        #expect(held.code == 0 && held.output.contains("送达回证") && held.output.contains(id))
        #expect(try verify(receipt, "--document", try file("other.xml", document + [0x20])).code == 1)
        let told = try JSONValue(parsing: Array(try verify(receipt, "--json").output.utf8))
        #expect(told["referralId"]?.string == id && told["partner"] == "court" && told == answer["statement"])

        let line = try #require(answer["receipt"]?.string)
        for (place, letter) in line.enumerated() where place % 17 == 0 && letter != "." {
            var letters = Array(line)
            letters[place] = letter == "A" ? "B" : "A"
            #expect(try verify(try file("changed", Array(String(letters).utf8))).code == 1, "\(place)")
        }
        let noKey = try GatewayProcess.run(
            ["verify-receipt", receipt, "--key", receipt], complaints: true)
        #expect(noKey.code == 1 && noKey.output.contains("no public key") && !noKey.output.contains("is wrong"))
        let foreign = gateway.folder.appending(path: "foreign.key").path
        _ = try GatewayProcess.run(["keys", "pair", algorithm, foreign])
        #expect(try GatewayProcess.run(["verify-receipt", receipt, "--key", foreign + ".pub"]).code == 1)
    }

    @Test func `without a key for receipts it is said so`() async throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try gateway.start()
        let sent = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice("R-1"), mediaType: "application/xml")
        let id = try #require(sent.json["referralId"]?.string)
        #expect(try await gateway.remote.call("GET", "/v1/referrals/\(id)/receipt").status == 409)
    }
}
