import Foundation
import Testing

/// Authorities and certificates of a test's own, made by the `openssl` program, in a folder that goes with it.
///
/// `@unchecked`: each belongs to one test.
final class CertificateWorkshop: @unchecked Sendable {
    let folder: URL

    init(in place: URL? = nil) throws {
        folder =
            place ?? FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "[ca]\ndefault_ca=own\n[own]\ndatabase=revoked\ndefault_md=sha256\n".write(
            to: folder.appending(path: "ca.cnf"), atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }
    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

    @discardableResult
    func openssl(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
        return String(decoding: text, as: UTF8.self)
    }

    private static let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    func authority(_ name: String) throws {
        try openssl(
            ["req", "-x509"] + Self.curve
                + ["-keyout", "\(name).key", "-out", "\(name).pem", "-days", "30", "-subj", "/CN=\(name)"])
    }

    /// - Parameters:
    ///   - use: `serverAuth` or `clientAuth`.
    ///   - days: 0 for one that ends at once.
    func certificate(_ name: String, of authority: String, for use: String, days: Int = 20) throws {
        try openssl(
            ["req"] + Self.curve
                + ["-utf8", "-keyout", "\(name).key", "-out", "\(name).csr", "-subj", "/O=天宁区人民法院/CN=\(name)"])
        try "extendedKeyUsage=\(use)\nsubjectAltName=IP:127.0.0.1\n".write(
            to: folder.appending(path: "\(name).ext"), atomically: true, encoding: .utf8)
        try openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
            "-set_serial", "\(UInt32.random(in: 1 ... .max))", "-days", "\(days)", "-extfile", "\(name).ext", "-out",
            "\(name).pem",
        ])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("\(name).key"))
    }

    /// Writes the authority's list of those revoked so far.
    func list(of authority: String, revoking names: [String] = [], lasting seconds: Int = 86_400) throws {
        let files = ["-config", "ca.cnf", "-cert", "\(authority).pem", "-keyfile", "\(authority).key"]
        if !FileManager.default.fileExists(atPath: path("revoked")) {
            try Data().write(to: folder.appending(path: "revoked"))
        }
        for name in names { try openssl(["ca"] + files + ["-revoke", "\(name).pem"]) }
        try openssl(["ca"] + files + ["-gencrl", "-crlsec", "\(seconds)", "-out", "\(authority).crl"])
    }

    /// As `openssl` prints it, with colons.
    func fingerprint(_ name: String) throws -> String {
        let line = try openssl(["x509", "-in", "\(name).pem", "-noout", "-fingerprint", "-sha256"])
        return line.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    }

    /// Of a certificate's public key, as settings and curl write a pin.
    func pin(_ name: String) throws -> String {
        try openssl(["x509", "-in", "\(name).pem", "-pubkey", "-noout", "-out", "\(name).pub"])
        try openssl(["pkey", "-pubin", "-in", "\(name).pub", "-outform", "der", "-out", "\(name).der"])
        try openssl(["dgst", "-sha256", "-binary", "-out", "\(name).digest", "\(name).der"])
        return "sha256//" + Data(try bytes("\(name).digest")).base64EncodedString()
    }

    /// What an independent client is answered: the status, and the body; 0 where there was no answer.
    func curl(
        _ url: String, showing name: String? = nil, _ more: [String] = []
    ) throws -> (status: Int, body: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/curl")
        let shown = name.map { ["--cert", path("\($0).pem"), "--key", path("\($0).key")] } ?? []
        process.arguments =
            ["-sS", "--max-time", "60", "--cacert", path("root.pem"), "-w", "\n%{http_code}"] + shown + more + [url]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.last.flatMap { Int($0) } ?? 0, lines.dropLast().joined(separator: "\n"))
    }
}
