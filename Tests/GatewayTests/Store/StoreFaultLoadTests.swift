import Foundation
import Messaging
import Storage
import StrictJSON
import Testing

@testable import gateway

/// Mounts within a namespace of the gateway's own, which nothing else sees and which ends with it.
private let mayMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-m", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()

/// A store's file that something happens to while eight senders send: what was acknowledged is there afterwards.
@Suite struct StoreFaultLoadTests {
    private let gateway: GatewayProcess
    /// The store lies in a folder of its own.
    private let disk: URL
    private let pager: ToldStatusTests.Receiver
    private var store: URL { disk.appending(path: "store.sqlite") }

    init() throws {
        gateway = try GatewayProcess(courtWays: "")
        disk = gateway.folder.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        let file = gateway.folder.appending(path: "gateway.xml")
        try String(contentsOf: file, encoding: .utf8).replacing("store.sqlite", with: "disk/store.sqlite")
            .write(to: file, atomically: true, encoding: .utf8)
        pager = try ToldStatusTests.Receiver()
        try "pager-token-of-a-test-0123456789".write(
            to: gateway.folder.appending(path: "pager.token"), atomically: true, encoding: .utf8)
        try gateway.set(
            #"<alerts everySeconds="5" settleSeconds="0"><webhook url="\#(pager.url)" tokenFile="pager.token"/></alerts>"#
        )
    }

    /// Lets something happen under load.
    ///
    /// - Parameters:
    ///   - happen: what happens.
    ///   - fault: what is told of it, by `/readyz` and an alert.
    ///   - mend: undoes it.
    /// - Returns: what was acknowledged.
    private func under(
        _ fault: StoreFault, _ alert: String, happen: () throws -> Void, mend: () throws -> Void
    ) async throws -> [String] {
        let senders = LoadSenders(gateway, fault.rawValue)
        async let sending: Void = senders.send()
        try await eventually("much was acknowledged") { senders.acknowledged.count > 40 ? true : nil }
        try happen()
        try await eventually("it is not ready") {
            let ready = try await gateway.remote.call("GET", "/readyz")
            return ready.status == 503 && ready.json["store"]?.string == fault.rawValue ? true : nil
        }
        try await gateway.untilLogged("\"alert\":\"\(alert)\"")
        try await eventually("the alarm system hears of it") {
            pager.heard.contains { heard in
                let text = String(decoding: heard.body, as: UTF8.self)
                return text.contains("\"\(alert)\"") && text.contains("\"began\"")
            } ? true : nil
        }
        // A device that refuses a commit leaves open what it has of it.
        try await eventually("senders are refused") {
            senders.refused + (fault == .unwritable ? senders.unknown : 0) > 0 ? true : nil
        }
        let metrics = String(decoding: try await gateway.desk.download("/metrics"), as: UTF8.self)
        #expect(metrics.contains("gateway_store_fault{fault=\"\(fault.rawValue)\"} 1"))
        try mend()
        senders.stop()
        try await sending
        return senders.acknowledged
    }

    private func untilReady() async throws {
        try await eventually("it is ready again") {
            try await gateway.remote.call("GET", "/readyz").status == 200 ? true : nil
        }
        let after = LoadSenders(gateway, "after")
        after.stop()
        try await after.send()
        #expect(after.acknowledged.count == 8)
    }

    private func expect(_ acknowledged: [String], in file: URL) async throws {
        let database = try SQLiteDatabase(path: file.path, maxPending: 4)
        try await database.inspect()
        await database.close()
        #expect(Set(acknowledged).subtracting(try await messageIDs(in: file)) == [])
    }

    /// - Parameter name: which of the two files.
    private func aside(_ name: String) -> URL { gateway.folder.appending(path: "aside-\(name)") }

    /// On a device of its own, where the system has one.
    private func elsewhere(_ name: String) -> URL {
        let folder = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : gateway.folder.path
        return URL(filePath: "\(folder)/\(gateway.folder.lastPathComponent)-\(name)")
    }

    private static let both = ["store.sqlite", "store.sqlite-wal"]

    @Test(arguments: ["removed", "replaced", "moved to another device"])
    func `a store whose files are taken away acknowledges nothing until they are back`(deed: String) async throws {
        try gateway.start()
        let acknowledged = try await under(.lost, "storeLost") {
            for name in Self.both {
                let file = disk.appending(path: name)
                switch deed {
                case "removed":
                    // A second name keeps what is removed.
                    try FileManager.default.linkItem(at: file, to: aside(name))
                    try FileManager.default.removeItem(at: file)
                case "replaced":
                    try FileManager.default.moveItem(at: file, to: aside(name))
                    try FileManager.default.copyItem(at: aside(name), to: file)
                default:
                    // As `mv` does it, with a link left behind.
                    try FileManager.default.moveItem(at: file, to: aside(name))
                    try FileManager.default.copyItem(at: aside(name), to: elsewhere(name))
                    try FileManager.default.createSymbolicLink(at: file, withDestinationURL: elsewhere(name))
                }
            }
        } mend: {
            for name in Self.both {
                let file = disk.appending(path: name)
                try? FileManager.default.removeItem(at: elsewhere(name))
                if deed != "removed" { try FileManager.default.removeItem(atPath: file.path) }
                try FileManager.default.moveItem(at: aside(name), to: file)
            }
        }
        try await untilReady()
        gateway.stop()
        try await expect(acknowledged, in: store)
        await pager.stop()
        gateway.remove()
    }

    @Test func `a store that is overwritten acknowledges nothing, and has everything once its bytes are back`()
        async throws
    {
        try gateway.start()
        let first = Data([0x53])
        let acknowledged = try await under(.damaged, "storeDamaged") {
            let file = try FileHandle(forUpdating: store)
            // The first byte alone is never another.
            try file.write(contentsOf: Data([0]))
            try file.close()
        } mend: {
        }
        gateway.kill()
        let file = try FileHandle(forUpdating: store)
        try file.write(contentsOf: first)
        try file.close()
        try gateway.start()
        try await untilReady()
        gateway.stop()
        try await expect(acknowledged, in: store)
        await pager.stop()
        gateway.remove()
    }

    private func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words)")
    }

    /// What a quota that is used up, a failing disk and a limit of the process look like: an error of input and output.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit"), "prlimit is not here"))
    func `a device that refuses to be written is told, and is over when it takes writes again`() async throws {
        try gateway.start()
        func limit(_ bytes: String) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/prlimit")
            process.arguments = ["--pid", "\(gateway.identifier)", "--fsize=\(bytes):"]
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }
        let acknowledged = try await under(.unwritable, "storeUnwritable") {
            try limit("4096")
        } mend: {
            try limit("unlimited")
        }
        try await untilReady()
        gateway.kill()
        try await expect(acknowledged, in: store)
        await pager.stop()
        gateway.remove()
    }

    @Test(.enabled(if: mayMount, "mounting is not allowed here, so these are skipped"))
    func `a disk that is mounted over the store is told, and ends when it is gone`() async throws {
        try gateway.start(by: ["/usr/bin/unshare", "-m", "--propagation", "private"])
        let within = ["nsenter", "-t", "\(gateway.identifier)", "-m"]
        let acknowledged = try await under(.lost, "storeLost") {
            try run(within[0], within[1], within[2], within[3], "mount", "-t", "tmpfs", "tmpfs", disk.path)
        } mend: {
            try run(within[0], within[1], within[2], within[3], "umount", disk.path)
        }
        try await untilReady()
        gateway.stop()
        try await expect(acknowledged, in: store)
        await pager.stop()
        gateway.remove()
    }

    @Test(.enabled(if: mayMount, "mounting is not allowed here, so these are skipped"))
    func `a full disk is told, and is over when room is made`() async throws {
        let mount = "mount -t tmpfs -o size=40m tmpfs \(disk.path) && exec \"$@\""
        try gateway.start(
            by: ["/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", mount, "sh"])
        // The same folder as the gateway sees it.
        let seen = URL(filePath: "/proc/\(gateway.identifier)/root\(disk.path)")
        let filler = seen.appending(path: "filler")
        let acknowledged = try await under(.full, "storeFull") {
            _ = FileManager.default.createFile(atPath: filler.path, contents: nil)
            let file = try FileHandle(forWritingTo: filler)
            // Until there is no room for a block more.
            while (try? file.write(contentsOf: Data(repeating: 1, count: 4096))) != nil {}
            try? file.close()
        } mend: {
            try FileManager.default.removeItem(at: filler)
        }
        try await untilReady()
        // What a crash would leave: the disk ends with the gateway.
        for name in Self.both { try FileManager.default.copyItem(at: seen.appending(path: name), to: aside(name)) }
        gateway.kill()
        for name in Self.both { try FileManager.default.moveItem(at: aside(name), to: disk.appending(path: name)) }
        try await expect(acknowledged, in: store)
        await pager.stop()
        gateway.remove()
    }
}
