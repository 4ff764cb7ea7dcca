import Foundation
import Messaging
import Storage
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Personal data at rest: what a thief of the files finds, and what becomes of keys.
@Suite struct EncryptionTests {
    static let suites = SealedBox.Suite.allCases.map(\.rawValue)

    private static func element(_ suite: String) -> String { #"<encryption suite="\#(suite)" keyFile="master.key"/>"# }

    private static func makeKey(_ folder: URL) throws {
        let made = try GatewayProcess.run(["keys", "master", folder.appending(path: "master.key").path])
        #expect(made.code == 0)
    }

    private func encrypted(_ suite: String = "aes-256-gcm") throws -> FlowGateway {
        try FlowGateway(settings: Self.element(suite), prepare: Self.makeKey)
    }

    private func command(_ flow: FlowGateway, _ words: String...) throws -> (code: Int32, output: String) {
        try GatewayProcess.run(
            words + ["--config", flow.gateway.folder.appending(path: "gateway.xml").path], complaints: true)
    }

    private func mode(_ file: URL) throws -> Int {
        try #require(
            try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int)
    }

    // MARK: What is in the files

    @Test(arguments: suites)
    func `nothing that was planted stands in the store, its log, backups or the journal`(_ suite: String) async throws {
        let flow = try encrypted(suite)
        try await PlantedRun(flow: flow).everything()
        let folder = flow.gateway.folder
        // One beside the running gateway, one after it; whole, with keys and settings.
        let backups = folder.appending(path: "backups")
        #expect(try command(flow, "backup", backups.path).code == 0)
        #expect(try PlantedRun.found(in: folder, flow.gateway.logged) == [])
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "master.key"] {
            #expect(try mode(folder.appending(path: name)) == 0o600, "\(name)")
        }
        #expect(flow.gateway.stop() == 0)
        #expect(try command(flow, "backup", folder.appending(path: "later").path).code == 0)
        #expect(try PlantedRun.found(in: folder, flow.gateway.logged) == [])
        let check = try command(flow, "check")
        #expect(check.code == 0, "\(check.output)")
        #expect(check.output.contains("sealed by data key 1"), "\(check.output)")
        #expect(try command(flow, "audit", "verify").code == 0)
        await flow.end()
    }

    @Test func `without encryption the same run leaves everything that was planted in the file`() async throws {
        let flow = try FlowGateway()
        try await PlantedRun(flow: flow).everything()
        #expect(try command(flow, "backup", flow.gateway.folder.appending(path: "backups").path).code == 0)
        #expect(flow.gateway.stop() == 0)
        #expect(try PlantedRun.found(in: flow.gateway.folder.appending(path: "backups"), "") == Set(PlantedRun.planted))
        // So the search finds what is there.
        #expect(try PlantedRun.found(in: flow.gateway.folder, "") == Set(PlantedRun.planted))
        #expect(try PlantedRun.found(in: flow.gateway.folder.appending(path: "Mappings"), flow.gateway.logged).isEmpty)
        await flow.end()
    }

    /// What callers are told, by where they ask.
    private func answers(_ flow: FlowGateway) async throws -> [String: JSONValue] {
        var answers: [String: JSONValue] = [:]
        let desk = flow.gateway.desk
        let found = try await desk.ask("GET", "/v1/messages?q=\(Remote.escaped(PlantedRun.reference))")
        answers["search"] = found
        for message in found["messages"]?.array ?? [] {
            let id = message["referralId"]?.string ?? ""
            answers["trace \(id)"] = try await desk.ask("GET", "/v1/messages/\(id)/trace")["timeline"]
            answers["referral \(id)"] = try await flow.partner("court").ask("GET", "/v1/referrals/\(id)")
            for application in message["applications"]?.array ?? [] {
                let no = application["applicationNo"]?.string ?? ""
                let code = application["queue"]?.string ?? "CZ-TN"
                answers["application \(no)"] = try await flow.institution(code).call(
                    "GET", "/v1/applications/\(no)"
                ).json
            }
        }
        for path in ["/v1/dead-letters", "/v1/jobs", "/v1/outlets", "/v1/leads"] {
            answers[path] = try await desk.ask("GET", path)
        }
        return answers
    }

    @Test func `a store of before is read on, sealed beside a running gateway, and nothing of before is left`()
        async throws
    {
        let flow = try FlowGateway()
        try await PlantedRun(flow: flow).everything()
        try await flow.gateway.untilIndexed(PlantedRun.reference, count: 3)
        flow.gateway.stop()
        let folder = flow.gateway.folder
        try Self.makeKey(folder)
        try flow.gateway.set(Self.element("sm4"))
        try flow.gateway.start()
        let before = try await answers(flow)
        #expect(before["search"]?["messages"]?.array?.isEmpty == false)
        #expect(try command(flow, "check").output.contains("run `gateway keys rotate-data --reason TEXT`"))

        let ids = (0..<200).map { "L-\($0)" }
        let rotation = Task.detached { try command(flow, "keys", "rotate-data", "--reason", "定期轮换") }
        try await inConnections(4, ids) { id in
            _ = try await flow.partner("court").ask(
                "POST", "/v1/referrals", body: courtNotice(id, name: PlantedRun.name), mediaType: "application/xml")
        }
        let rotated = try await rotation.value
        #expect(rotated.code == 0, "\(rotated.output)")
        #expect(try PlantedRun.found(in: folder, flow.gateway.logged) == [])
        let after = try await answers(flow)
        for (place, answer) in before { #expect(after[place] == answer, "\(place)") }
        for id in ids {
            #expect(try await flow.gateway.desk.ask("GET", "/v1/messages?q=\(id)")["messages"]?.array?.count == 1)
        }
        flow.gateway.stop()
        #expect(try PlantedRun.found(in: folder, "") == [])
        let check = try command(flow, "check")
        #expect(check.code == 0 && check.output.contains("sealed by data key"), "\(check.output)")
        await flow.end()
    }
}

extension GatewayProcess {
    /// Returns when the number is found.
    func untilIndexed(_ number: String, count: Int) async throws {
        try await eventually("\(number) is found") {
            let found = try await desk.ask("GET", "/v1/messages?q=\(Remote.escaped(number))")["messages"]?.array
            return found?.count == count ? true : nil
        }
    }
}
