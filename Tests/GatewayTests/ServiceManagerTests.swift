import Foundation
import Testing

@testable import gateway

/// The socket of a service manager, as systemd listens on it.
private final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init() throws {
        // A socket's name has 107 bytes at most.
        path = "/tmp/notify-\(UUID().uuidString)"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] in
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// What has arrived by now and was not asked for before.
    func waiting() -> [String] {
        var texts: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return texts }
            texts.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}

/// What a service manager is told, which decides whether it takes the gateway for started, reloaded or hung.
@Suite struct ServiceManagerTests {
    @Test func `start, life, reload and end are told to the service manager`() async throws {
        let socket = try NotifySocket()
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start(by: [
            "/usr/bin/env", "NOTIFY_SOCKET=\(socket.path)", "WATCHDOG_USEC=200000",
        ])
        var told: [String] = []
        func hear(_ text: String) async throws {
            try await eventually("the manager was told \(text)") {
                told += socket.waiting()
                return told.contains { $0.hasPrefix(text) } ? true : nil
            }
        }
        try await hear("READY=1")
        try await hear("WATCHDOG=1")
        told = []
        gateway.reload()
        try await hear("RELOADING=1\nMONOTONIC_USEC=")
        try await hear("READY=1")
        #expect(gateway.stop() == 0)
        try await hear("STOPPING=1")
        gateway.remove()
    }

    @Test func `nobody is told where no socket is named, and a socket that is gone stops nothing`() throws {
        try ServiceManager(environment: [:], process: 1).tell(.ready)
        let gone = ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere/notify"], process: 1)
        #expect(throws: ServiceManager.Unreachable(code: ENOENT)) { try gone.tell(.ready) }
        let long = ServiceManager(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "n", count: 200)], process: 1)
        #expect(throws: ServiceManager.Unreachable(code: ENAMETOOLONG)) { try long.tell(.ready) }

        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start(by: ["/usr/bin/env", "NOTIFY_SOCKET=/nowhere/notify"])
        #expect(gateway.stop() == 0)
        gateway.remove()
    }

    @Test func `a watchdog is heard only where it is meant for this process`() {
        let asked = ["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]
        #expect(ServiceManager(environment: asked, process: 7).watchdog == .seconds(30))
        #expect(ServiceManager(environment: asked, process: 8).watchdog == nil)
        #expect(ServiceManager(environment: ["WATCHDOG_USEC": "often"], process: 7).watchdog == nil)
        #expect(ServiceManager(environment: ["WATCHDOG_USEC": "0"], process: 7).watchdog == nil)
    }
}

/// What shells complete.
@Suite struct CompletionTests {
    @Test(arguments: ["bash", "zsh"]) func `every command and option of the help is offered`(shell: String) throws {
        let (code, script) = try GatewayProcess.run(["completion", shell])
        #expect(code == 0)
        for command in GatewayProgram.commands {
            #expect(script.contains(command.name))
            for option in Completion.options(of: command) {
                #expect(command.help.contains(option) || option == "--help")
            }
        }
        #expect(try GatewayProcess.run(["completion", "fish"]).code == 2)
        #expect(try GatewayProcess.run(["completion"]).code == 2)
    }

    @Test func `bash completes commands, actions and options by the script`() throws {
        func completed(_ words: [String]) throws -> Set<Substring> {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            let line = words.map { "'\($0)'" }.joined(separator: " ")
            let call = "COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1); _gateway"
            process.arguments = ["-c", "\(Completion.bash)\n\(call); printf '%s\\n' \"${COMPREPLY[@]}\""]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return Set(output.split(separator: "\n"))
        }
        #expect(try completed(["gateway", "migr"]) == ["migrate"])
        #expect(try completed(["gateway", "dead-letters", "re"]) == ["retry"])
        #expect(try completed(["gateway", "migrate", "--p"]) == ["--plan"])
        #expect(try completed(["gateway", "serve", "--"]) == ["--config", "--help"])
        #expect(try completed(["gateway", "completion", ""]) == ["bash", "zsh"])
    }
}

/// What an upgrade would do is told beforehand, and nothing is done by it.
@Suite struct MigrationPlanTests {
    @Test func `a plan of a store that is not there, is this release's, or an earlier one's changes nothing`()
        async throws
    {
        let gateway = try GatewayProcess(courtWays: "")
        let store = gateway.folder.appending(path: "store.sqlite").path
        let plan = ["migrate", "--plan", "--config", gateway.settings.path]
        #expect(try GatewayProcess.run(plan).output.contains("does not exist yet"))
        #expect(!FileManager.default.fileExists(atPath: store))

        #expect(try GatewayProcess.run(["migrate", "--config", gateway.settings.path]).code == 0)
        let current = try GatewayProcess.run(plan)
        #expect(current.code == 0 && current.output.contains("nothing would change"))
        #expect(try GatewayProcess.run(plan + ["--to", "host=db", "--reason", "迁移"]).code == 2)
        gateway.remove()
    }
}
