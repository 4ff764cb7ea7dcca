import Foundation

/// A PostgreSQL cluster of the tests' own: a folder, a Unix socket in it, no TCP, and one for a whole test process. It goes
/// with the process, however that ends: the server's keeper reads from a pipe that the process holds.
public final class PrivatePostgreSQL: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Tests of PostgreSQL say that they skip where this is not so.
    public static let isInstalled = FileManager.default.isExecutableFile(atPath: programs + "/initdb") && account != nil
    public static let skipped = "PostgreSQL is not installed (apt package postgresql), so the tests of it are skipped"

    private static let programs = "/usr/lib/postgresql/15/bin"

    /// Debian's own user for it: PostgreSQL refuses to run as root.
    private static let account: String? =
        getuid() == 0 ? (getpwnam("postgres") == nil ? nil : "postgres") : NSUserName()

    /// Started when it is first asked for.
    public static func shared() throws -> PrivatePostgreSQL { try started.get() }
    private static let started = Result { try PrivatePostgreSQL() }

    public let folder: String
    private let pipe: Pipe

    public init() throws {
        guard let account = Self.account else { throw Failure(description: Self.skipped) }
        // The path of a socket is short, so not where the tests' own files are.
        folder = "/tmp/pg-\(UUID().uuidString.prefix(8))"
        pipe = Pipe()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let become = getuid() == 0 ? "setpriv --reuid=\(account) --regid=\(account) --clear-groups" : ""
        let script = """
            cd "$1" || exit 1
            [ -z "\(become)" ] || chown \(account) .
            \(become) "$2/initdb" -D data -U gateway -N --auth=trust --locale=C -E UTF8 >log 2>&1 </dev/null || exit 1
            \(become) "$2/postgres" -D "$1/data" -c listen_addresses= -c unix_socket_directories="$1" \\
                -c fsync=off -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=4GB >>log 2>&1 </dev/null &
            server=$!
            read -r end
            kill -QUIT $server
            wait $server
            rm -rf "$1"
            """
        let keeper = Process()
        keeper.executableURL = URL(filePath: "/bin/sh")
        keeper.arguments = ["-c", script, "sh", folder, Self.programs]
        keeper.standardInput = pipe
        try keeper.run()
        // Neither initialised nor started at once; a keeper that has ended says that it never will be.
        while !accepts() {
            guard keeper.isRunning else { throw Failure(description: "PostgreSQL did not start: see \(folder)/log") }
            usleep(50_000)
        }
    }

    /// Ends it before the process does.
    public func stop() { try? pipe.fileHandleForWriting.close() }

    private func accepts() -> Bool {
        FileManager.default.fileExists(atPath: folder + "/.s.PGSQL.5432")
            && (try? Self.run("psql", ["-h", folder, "-U", "gateway", "-d", "postgres", "-c", ""])) != nil
    }

    /// How a database of it is reached.
    public func connection(to database: String) -> String { "host=\(folder) user=gateway dbname=\(database)" }

    /// An empty database.
    ///
    /// - Returns: its name.
    public func makeDatabase() throws -> String {
        let name = "d" + UUID().uuidString.replacing("-", with: "").lowercased()
        try execute("CREATE DATABASE \(name)", in: "postgres")
        return name
    }

    /// Whoever is connected is thrown out.
    public func dropDatabase(_ name: String) throws {
        try execute("DROP DATABASE \(name) WITH (FORCE)", in: "postgres")
    }

    /// - Returns: what the statements answer, a line a row.
    @discardableResult
    public func execute(_ sql: String, in database: String, as user: String = "gateway") throws -> String {
        try Self.run(
            "psql", ["-h", folder, "-U", user, "-d", database, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql])
    }

    /// Runs a file of statements and commands of psql.
    public func runScript(_ path: String) throws {
        try Self.run(
            "psql", ["-h", folder, "-U", "gateway", "-d", "postgres", "-qX", "-v", "ON_ERROR_STOP=1", "-f", path])
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "\(programs)/\(program)")
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let said = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: said) }
        return text
    }
}
