import Foundation
import Transport

/// The keys that messages are signed with, as `gateway keys pair` makes them.
enum SigningKeys {
    /// Never over a file that is there.
    static func make(_ algorithm: String, _ path: String) throws -> Int32 {
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm) else {
            let known = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(algorithm) is no algorithm; take one of \(known)")
        }
        let (own, handedOut) = try SignatureKey.make(algorithm)
        let key = try SignatureKey(algorithm, text: own, isPrivate: true)
        let file = URL(filePath: path).standardizedFileURL
        try write(own, to: file)
        var given = file
        if !algorithm.isShared {
            given = file.appendingPathExtension("pub")
            try write(handedOut, to: given)
        }
        let name = "\(file.deletingPathExtension().lastPathComponent)-\(key.fingerprint.prefix(6))"
        let attributes = "keyId=\"\(name)\" algorithm=\"\(algorithm.rawValue)\""
        Terminal.print(
            """
            \(file.path) holds a new \(algorithm.isShared ? "secret; its other holder needs it too" : "private key, and \(given.lastPathComponent) beside it the public one, for the other side").
            who signs calls with it, in credentials.xml:
              <partner id="…" \(attributes) keyFile="\(given.path.escapedForAttribute)"/>
            where the gateway signs what it pushes, within <returnAddress>, <push> or <webhook>:
              <sign \(attributes) keyFile="\(file.path.escapedForAttribute)"/>
            """)
        return 0
    }

    private static func write(_ text: String, to file: URL) throws {
        let handle = try PrivateFiles.make(file)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
        try handle.close()
    }
}
