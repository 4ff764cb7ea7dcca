import CPQ
import Messaging

/// How a PostgreSQL store is reached: a connection string of libpq, in either of its forms. Several hosts, TLS and time limits
/// are said in it; a password is not, since settings are read and copied by many.
public struct PostgreSQLSettings: Sendable, Hashable {
    /// For people: hosts and database.
    public let name: String
    private let text: String

    /// What is so where the connection string says nothing else. A server that has become a replica takes nothing.
    private static let usual = [
        ("target_session_attrs", "read-write"), ("connect_timeout", "5"), ("application_name", "legal-aid-gateway"),
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "15000"),
    ]

    /// - Throws: `StoreError.failed` where the text is no connection string, or holds a password.
    public init(_ text: String) throws(StoreError) {
        var message: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(text, &message)
        defer {
            PQconninfoFree(parsed)
            PQfreemem(message)
        }
        // What libpq says of it may quote a password.
        guard let parsed else {
            throw .failed(
                "数据库连接串无法识别。the connection string cannot be read: keyword=value pairs, or postgresql://host/database")
        }
        var options: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        guard options["password"] == nil, options["sslpassword"] == nil else {
            throw .failed(
                "连接串中不得写口令：请用 PGPASSFILE 指向的文件或 PGPASSWORD 环境变量。"
                    + "the connection string must hold no password: use the file that PGPASSFILE names, or PGPASSWORD")
        }
        let hosts = options["host"] ?? options["hostaddr"] ?? "local"
        name = "postgresql \(hosts)/\(options["dbname"] ?? options["user"] ?? "")"
        self.text = text
    }

    /// Opens a connection.
    ///
    /// - Throws: `StoreError.unreachable`.
    func connect() throws(StoreError) -> OpaquePointer {
        let parameters = Self.usual + [("dbname", text), ("client_encoding", "UTF8")]
        let opened = Self.withCStrings(parameters.map(\.0)) { keywords in
            Self.withCStrings(parameters.map(\.1)) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let handle = opened.flatMap({ $0 }).flatMap({ $0 }) else {
            throw .unreachable("no memory for a connection")
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: "; ")
            PQfinish(handle)
            throw .unreachable(message)
        }
        // Otherwise it writes the server's notices, with values, to standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        return handle
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result? {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes += text.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let pointers: [UnsafePointer<CChar>?] = starts.map { base + $0 } + [nil]
            return pointers.withUnsafeBufferPointer { $0.baseAddress.map(body) }
        }
    }
}
