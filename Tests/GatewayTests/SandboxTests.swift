import Foundation
import Testing

/// The sandboxes of the shipped units, as `systemd-analyze security` judges them without a running systemd.
@Suite struct SandboxTests {
    /// The units, and the most exposure that each may have, in tenths.
    static let units = [
        ("config/package/legal-aid-gateway.service", 11), ("config/package/legal-aid-gateway-backup.service", 4),
        ("config/deploy/legal-aid-alert-robot.service", 11),
    ]
    private static let program = "/usr/bin/systemd-analyze"

    /// - Throws: where the program is missing: without it nothing is known of the sandbox, and nobody would see that.
    private func analyze(_ arguments: [String]) throws -> (code: Int32, output: String) {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.program),
            "systemd-analyze is missing: install Debian's package systemd (config/apt-packages.txt names it)")
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = arguments
        process.environment = ["LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Another release of systemd looks at other things.
    private func isDebianTwelve() throws -> Bool { try analyze(["--version"]).output.hasPrefix("systemd 252 ") }

    @Test(arguments: units)
    func `a unit's exposure is what it was measured at`(unit: String, most: Int) throws {
        let path = repository.appending(path: unit).path
        let slack = try isDebianTwelve() ? 0 : 10
        let judged = try analyze(["security", "--offline=true", "--threshold=\(most + slack)", path])
        #expect(judged.code == 0, "\(judged.output)")
        let figure = try #require(judged.output.firstMatch(of: /Overall exposure level for \S+: ([0-9]+)\.([0-9])/))
        if slack == 0 { #expect(figure.1 + figure.2 == (most < 10 ? "0\(most)" : "\(most)")) }
    }

    @Test func `the pages state the figure`() throws {
        let (unit, tenths) = Self.units[0]
        let figure = "\(tenths / 10).\(tenths % 10)"
        for page in ["Sources/threats.md", "config/manuals/security.md", "config/manuals/security.zh-CN.md"] {
            let text = try String(contentsOf: repository.appending(path: page), encoding: .utf8)
            let lines = text.split(separator: "\n").filter { $0.contains("systemd-analyze security") }
            #expect(!lines.isEmpty, "\(page) says nothing of \(unit)")
            for line in lines { #expect(line.contains(figure), "\(page): \(line)") }
        }
    }

    /// A line that systemd did not understand, or that counts for nothing there, would hold nobody off.
    @Test func `the gateway's sandbox is worse without any part of it`() throws {
        let (unit, most) = Self.units[0]
        let text = try String(contentsOf: repository.appending(path: unit), encoding: .utf8)
        let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let parts = [
            "CapabilityBoundingSet", "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateUsers",
            "PrivateDevices", "PrivateMounts", "ProtectClock", "ProtectControlGroups", "ProtectKernelLogs",
            "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc", "RestrictAddressFamilies",
            "RestrictNamespaces", "RestrictRealtime", "SystemCallFilter",
        ]
        for part in parts {
            let rest = text.split(separator: "\n").filter { !$0.hasPrefix("\(part)=") }
            let file = folder.appending(path: "\(part).service")
            try (rest.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
            let (code, output) = try analyze(["security", "--offline=true", "--threshold=\(most)", file.path])
            #expect(code != 0, "\(part): \(output)")
        }
    }
}
