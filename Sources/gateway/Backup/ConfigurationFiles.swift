import Documents
import Foundation

/// The files that the settings consist of, and those that they name. The places within the archive are those that the
/// settings have where they name none.
struct ConfigurationFiles {
    private(set) var files: [ArchiveFile] = []
    let folders: [(name: String, origin: String)]

    /// Those that are read at a start only: a reload reads the folders, but for the kinds of senders.
    var readAtStart: [ArchiveFile] {
        files.filter { file in
            file.role != .store && file.role != .identityKey
                && (file.name == "Mappings/sender-kinds.xml"
                    || !folders.contains { file.name.hasPrefix($0.name + "/") })
        }
    }

    /// - Throws: `CommandFailure` where a folder cannot be read.
    init(of configuration: Configuration) throws(CommandFailure) {
        folders = [
            ("Mappings", configuration.mappings), ("config/rules", configuration.rules),
            ("config/calendar", configuration.calendar),
        ]
        files = [
            ArchiveFile("store/gateway.sqlite", .store, from: configuration.storePath),
            ArchiveFile("keys/identity-key", .identityKey, from: configuration.identityKeyFile),
            ArchiveFile("config/gateway.xml", .configuration, from: configuration.file),
            ArchiveFile("config/partners.xml", .configuration, from: configuration.partnersFile),
            ArchiveFile("config/institutions.xml", .configuration, from: configuration.institutionsFile),
            ArchiveFile("config/credentials.xml", .configuration, from: configuration.credentialsFile),
        ]
        if FileManager.default.fileExists(atPath: configuration.retentionPath) {
            files.append(ArchiveFile("config/retention.xml", .configuration, from: configuration.retentionPath))
        }
        for (name, folder) in folders {
            for path in try Self.paths(in: folder) {
                files.append(ArchiveFile("\(name)/\(path)", .configuration, from: "\(folder)/\(path)"))
            }
        }
        for origin in [
            configuration.file, configuration.partnersFile, configuration.institutionsFile,
            configuration.credentialsFile,
        ] {
            try addNamed(in: origin)
        }
    }

    private static func paths(in folder: String) throws(CommandFailure) -> [String] {
        guard let paths = FileManager.default.paths(below: folder) else {
            throw CommandFailure(at: folder, "无法读取。", "cannot be read.")
        }
        return paths.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    /// Tokens, keys and certificates that elements of a file name, each once.
    ///
    /// - Throws: `CommandFailure` where the file cannot be read any more: what it names would be missing in silence.
    private mutating func addNamed(in file: String) throws(CommandFailure) {
        let root: Node
        do {
            let data = try Data(contentsOf: URL(filePath: file))
            root = try Document.parse([UInt8](data), format: .xml, limits: ParseLimits()).root
        } catch {
            throw CommandFailure(at: file, "无法读取。", "cannot be read.")
        }
        var open = [root]
        while let element = open.popLast() {
            open += element.children
            for (name, value) in element.attributes where NamedPath.isSecret(name) || NamedPath.isCertificate(name) {
                let origin = NamedPath.resolve(value, in: file)
                guard !files.contains(where: { $0.origin == origin }) else { continue }
                let place = NamedPath.isSecret(name) ? "keys" : "config/certificates"
                let number = files.count { $0.name.hasPrefix("\(place)/") }
                let base = URL(filePath: origin).lastPathComponent
                let role: ArchiveFile.Role =
                    element.name == "encryption" ? .masterKey : NamedPath.isSecret(name) ? .secret : .configuration
                files.append(ArchiveFile("\(place)/\(number)-\(base)", role, from: origin))
            }
        }
    }
}

/// Attributes of settings whose values are paths, from the file's own folder.
enum NamedPath {
    static func isSecret(_ attribute: String) -> Bool {
        ["tokenFile", "keyFile", "clientKey", "key"].contains(attribute)
    }
    static func isCertificate(_ attribute: String) -> Bool {
        ["authorities", "clientCertificate", "certificate", "clientAuthorities", "revocationList"].contains(attribute)
    }

    static func resolve(_ value: String, in file: String) -> String {
        URL(filePath: value, relativeTo: URL(filePath: file).deletingLastPathComponent()).standardizedFileURL.path
    }
}
