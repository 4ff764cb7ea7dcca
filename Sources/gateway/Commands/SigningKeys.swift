import Foundation
import Transport
import Vocabulary

/// The keys that messages are signed with, as `gateway keys pair` makes them.
enum SigningKeys {
    /// Never over a file that is there.
    static func make(_ algorithm: String, _ path: String) throws -> Int32 {
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm) else {
            let known = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(
                "没有算法 \(algorithm)；可用：\(known)", "\(algorithm) is no algorithm; take one of \(known)")
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
        let caller = "  <partner id=\"…\" \(attributes) keyFile=\"\(given.path.escapedForAttribute)\"/>"
        let signer = "  <sign \(attributes) keyFile=\"\(file.path.escapedForAttribute)\"/>"
        Terminal.print(
            algorithm.isShared
                ? LocalizedText("新的共享密钥，另一方也需要它。", "holds a new secret; its other holder needs it too.")
                    .at(file.path)
                : LocalizedText(
                    "新的私钥；旁边的 \(given.lastPathComponent) 是公钥，交给对方。",
                    "holds a new private key, and \(given.lastPathComponent) beside it the public one, for the other side."
                ).at(file.path))
        Terminal.print("对方用它为调用签名，写入 credentials.xml：", "who signs calls with it, in credentials.xml:")
        Terminal.print(caller)
        Terminal.print(
            "网关用它为推送签名，写在 <returnAddress>、<push> 或 <webhook> 中：",
            "where the gateway signs what it pushes, within <returnAddress>, <push> or <webhook>:")
        Terminal.print(signer)
        return 0
    }

    private static func write(_ text: String, to file: URL) throws {
        let handle = try PrivateFiles.make(file)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
        try handle.close()
    }
}
