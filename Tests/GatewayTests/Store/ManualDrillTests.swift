import Foundation
import Testing

@testable import gateway

/// The drill of `config/README.md`, followed to the letter.
@Suite struct ManualDrillTests {
    /// The blocks of commands below a heading.
    private func blocks(below heading: String) throws -> [String] {
        let text = try String(contentsOf: repository.appending(path: "config/README.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading) })
        return section.components(separatedBy: "```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    /// In the gateway's folder, where `gateway` is the program.
    private func run(_ commands: String, in gateway: GatewayProcess) throws -> String {
        let bin = gateway.folder.appending(path: "bin")
        if !FileManager.default.fileExists(atPath: bin.path) {
            try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                at: bin.appending(path: "gateway"), withDestinationURL: GatewayProcess.program)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", "export PATH=\"\(bin.path):$PATH\"\n" + commands]
        process.currentDirectoryURL = gateway.folder
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(commands): \(output)")
        return output
    }

    @Test(arguments: [false, true])
    func `the drill and the restoration of the manual work as they are written`(isEncrypted: Bool) async throws {
        let gateway = try GatewayProcess(courtWays: "")
        let config = gateway.folder.appending(path: "config")
        try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
        for name in ["gateway.xml", "partners.xml", "credentials.xml"] {
            try FileManager.default.moveItem(
                at: gateway.folder.appending(path: name), to: config.appending(path: name))
        }
        gateway.settings = config.appending(path: "gateway.xml")
        if isEncrypted {
            #expect(try GatewayProcess.run(["keys", "master", config.appending(path: "master.key").path]).code == 0)
            try String(contentsOf: gateway.settings, encoding: .utf8)
                .replacing("</gateway>", with: #"<encryption suite="sm4" keyFile="master.key"/></gateway>"#)
                .write(to: gateway.settings, atomically: true, encoding: .utf8)
        }
        try gateway.start()
        _ = try await gateway.send(courtNotice("DRILL-1"))
        let blocks = try blocks(below: "Backup")
        try #require(blocks.count == 2)

        let drill = try run(blocks[0], in: gateway)
        #expect(drill.contains("备份完好") && drill.contains("everything is in order") && drill.contains("intact"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: gateway.folder.path).contains("drill") == false)
        _ = try await gateway.send(courtNotice("DRILL-2"))

        // The day it is needed: the store is gone.
        gateway.stop()
        try FileManager.default.removeItem(at: config.appending(path: "store.sqlite"))
        try FileManager.default.removeItem(at: config.appending(path: "store.sqlite.identity-key"))
        let restored = try run(blocks[1], in: gateway)
        #expect(restored.contains("everything is in order"))
        #expect(try await messageIDs(in: config.appending(path: "store.sqlite")) == ["DRILL-1"])
        try gateway.start()
        #expect(try await gateway.send(courtNotice("DRILL-2"))["outcome"] == "accepted")
        gateway.stop()
        gateway.remove()
    }
}
