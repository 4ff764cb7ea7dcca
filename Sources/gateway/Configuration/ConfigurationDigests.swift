import Foundation
import StrictJSON
import Transport

/// What the settings, credentials and keys of a start are, without what stands in them: SM3 of each file, of secrets under
/// the identity key.
enum ConfigurationDigests {
    /// - Parameter key: its fingerprint stands for the identity key.
    static func files(of configuration: Configuration, key: KeyedHash) -> JSONValue {
        var members: [(String, JSONValue)]
        do {
            members = try ConfigurationFiles(of: configuration).readAtStart.map { file in
                let digest = digest(ofFile: file.origin)
                return (
                    file.name, file.role.isKey ? .text(digest.map { key.hash($0) }) ?? .null : .text(digest) ?? .null
                )
            }
        } catch {
            members = [("unreadable", .string(error.text.en))]
        }
        return .object(JSONObject(members + [("identityKey", .string(key.fingerprint))]))
    }

    /// Of all files in a folder and those below it, with their names.
    static func folder(_ path: String) -> String {
        let base = URL(filePath: path)
        let lines = (FileManager.default.paths(below: path) ?? []).compactMap { name -> String? in
            guard let bytes = FileManager.default.contents(atPath: base.appending(path: name).path) else { return nil }
            return "\(name) \(Digest.hex(Digest.sm3([UInt8](bytes))))\n"
        }
        return Digest.hex(Digest.sm3(Array(lines.joined().utf8)))
    }

    /// Nothing where there is no such file.
    static func digest(ofFile path: String) -> String? {
        FileManager.default.contents(atPath: path).map { Digest.hex(Digest.sm3([UInt8]($0))) }
    }
}
