import Foundation
import PrivatePostgreSQL

/// What is done to a gateway under torture.
enum TortureFault: String, CaseIterable {
    /// SIGKILL at a moment that the seed chooses, and a start.
    case kill
    /// SIGTERM and a start.
    case stop
    /// SIGSTOP for longer than a lease lasts.
    case freeze
    /// The store's device has no block left for a while.
    case fillDisk
    /// Killed while its disk is full.
    case killOnFullDisk
    /// Every connection to the database is cut.
    case cutConnections
    /// One of the database's processes is killed: it recovers, and refuses everybody meanwhile.
    case crashDatabase
    /// One of the database's processes stands still for a while.
    case freezeDatabase

    /// How often, of a hundred.
    static func weights(onPostgreSQL: Bool, mayFillDisk: Bool) -> [(fault: TortureFault, weight: Int)] {
        guard !onPostgreSQL else {
            return [
                (.kill, 55), (.stop, 10), (.freeze, 4), (.cutConnections, 18), (.crashDatabase, 9),
                (.freezeDatabase, 4),
            ]
        }
        return [(.kill, 82), (.stop, 8), (.freeze, 3)] + (mayFillDisk ? [(.fillDisk, 4), (.killOnFullDisk, 3)] : [])
    }
}

/// A small disk of the test's own, which outlives the gateway: a mount namespace that a process of its own keeps.
final class SmallDisk: Sendable {
    private let keeper: Process
    private let input: Pipe
    /// Where the gateway sees it.
    let folder: URL

    /// Nothing where mounting is not allowed.
    init?(at folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        let (keeper, input, output) = (Process(), Pipe(), Pipe())
        keeper.executableURL = URL(filePath: "/usr/bin/unshare")
        keeper.arguments = [
            "-m", "--propagation", "private", "/bin/sh", "-c",
            "mount -t tmpfs -o size=96m tmpfs \"$1\" && echo ready && read -r end", "sh", folder.path,
        ]
        keeper.standardInput = input
        keeper.standardOutput = output
        keeper.standardError = FileHandle.nullDevice
        do { try keeper.run() } catch { return nil }
        (self.keeper, self.input) = (keeper, input)
        guard try output.fileHandleForReading.read(upToCount: 5) == Data("ready".utf8) else {
            keeper.waitUntilExit()
            return nil
        }
    }

    /// What a program is started by so that it sees the disk.
    var launcher: [String] { ["/usr/bin/nsenter", "-t", "\(keeper.processIdentifier)", "-m"] }

    /// The disk's folder from outside.
    var seen: URL { URL(filePath: "/proc/\(keeper.processIdentifier)/root\(folder.path)") }

    /// Until there is no room for a block more.
    func fill() throws {
        let filler = seen.appending(path: "filler")
        _ = FileManager.default.createFile(atPath: filler.path, contents: nil)
        let file = try FileHandle(forWritingTo: filler)
        while (try? file.write(contentsOf: Data(repeating: 1, count: 4096))) != nil {}
        try? file.close()
    }

    func makeRoom() throws { try FileManager.default.removeItem(at: seen.appending(path: "filler")) }

    func remove() {
        try? input.fileHandleForWriting.close()
        keeper.waitUntilExit()
    }
}
