import StrictJSON

/// One file of an archive.
struct ArchiveFile: Sendable, Hashable {
    enum Role: String, Sendable, CaseIterable {
        case store, identityKey, secret, configuration
        /// Opens what is sealed in the store; never in an archive, which would be as good as in clear by it.
        case masterKey

        /// Whether it lets its reader into something.
        var isKey: Bool {
            switch self {
            case .identityKey, .secret, .masterKey: true
            case .store, .configuration: false
            }
        }
    }

    /// Its place within the archive, with slashes.
    let name: String
    let role: Role
    /// The absolute path where it stood.
    let origin: String
    /// Of its content; nothing in an archive without keys, where it only tells what was left out.
    var content: FileDigests?

    init(_ name: String, _ role: Role, from origin: String) {
        (self.name, self.role, self.origin) = (name, role, origin)
    }

    var json: JSONValue {
        .compact([
            ("name", .string(name)), ("role", .string(role.rawValue)), ("origin", .string(origin)),
            ("bytes", content.map { JSONValue($0.bytes) }), ("sha256", .text(content?.sha256)),
            ("sm3", .text(content?.sm3)),
        ])
    }

    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let role = json["role"]?.string.flatMap(Role.init(rawValue:)),
            let origin = json["origin"]?.string, Self.isSafe(name), Self.isPlace(origin)
        else { return nil }
        self.init(name, role, from: origin)
        if let bytes = json["bytes"]?.int, let sha256 = json["sha256"]?.string, let sm3 = json["sm3"]?.string {
            content = FileDigests(bytes: bytes, sha256: sha256, sm3: sm3)
        } else if json["bytes"] != nil || json["sha256"] != nil || json["sm3"] != nil {
            return nil
        }
    }

    /// A path from the root, in which nothing is hidden from whoever reads it.
    static func isPlace(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/") && path.utf8.count <= ArchiveManifest.longestPath
            && !path.split(separator: "/").contains("..")
            && !path.unicodeScalars.contains {
                switch $0.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                case _: false
                }
            }
    }

    /// No name of an archive leads out of it.
    private static func isSafe(_ name: String) -> Bool {
        let steps = name.split(separator: "/", omittingEmptySubsequences: false)
        return steps.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !name.contains("\0")
    }
}
