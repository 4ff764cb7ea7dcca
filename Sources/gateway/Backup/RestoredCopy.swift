import Foundation

/// Lays an archive out in a folder of its own, with settings that name its own files: to look at, or to go on with on
/// another machine.
struct RestoredCopy {
    let archive: URL
    let manifest: ArchiveManifest

    /// Where the keys stand that settings need not name.
    private static func place(of file: ArchiveFile) -> String {
        file.role == .identityKey ? "store/gateway.sqlite.identity-key" : file.name
    }

    /// - Parameter folder: must be empty, or not be there yet.
    /// - Throws: `CommandFailure`; nothing is left then.
    func make(in folder: URL) throws {
        guard (FileManager.default.subpaths(atPath: folder.path) ?? []).isEmpty else {
            throw CommandFailure("\(folder.path): 不是空目录，未做任何改动。is not empty, and nothing was changed")
        }
        let partial = folder.deletingLastPathComponent().appending(
            path: ".restoring-\(folder.lastPathComponent)-\(getpid())")
        do {
            for file in manifest.files where file.content != nil {
                let target = partial.appending(path: Self.place(of: file))
                try PrivateFiles.makeFolder(target.deletingLastPathComponent())
                if file.name.hasPrefix("config/"), file.name.hasSuffix(".xml"), !file.name.dropFirst(7).contains("/") {
                    try PrivateFiles.write(try settings(file), to: target)
                } else if try PrivateFiles.copy(archive.appending(path: file.name), to: target) != file.content {
                    throw CommandFailure("\(file.name): 读出的内容与摘要不符。was not read as its digests say")
                }
            }
            try PrivateFiles.synchronizeAll(within: partial)
            try PrivateFiles.rename(partial, to: folder)
            try PrivateFiles.synchronizeNames(in: folder.deletingLastPathComponent())
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }

    /// The settings with every path that leads to a file or folder of the archive naming it here.
    private func settings(_ file: ArchiveFile) throws -> [UInt8] {
        var text = try String(contentsOf: archive.appending(path: file.name), encoding: .utf8)
        var places = Dictionary(manifest.files.map { ($0.origin, Self.place(of: $0)) }) { one, _ in one }
        for (name, origin) in manifest.folders { places[origin] = name }
        var isStoreNamed = false
        text.replace(/([A-Za-z]+)(\s*=\s*)("[^"<]*"|'[^'<]*')/) { match -> Substring in
            let (attribute, value) = (String(match.1), String(match.3.dropFirst().dropLast()))
            guard attribute == "path" || NamedPath.isSecret(attribute) || NamedPath.isCertificate(attribute),
                let place = places[NamedPath.resolve(value, in: file.origin)]
            else { return match.0 }
            if place == manifest.store?.name { isStoreNamed = true }
            return "\(match.1)\(match.2)\"../\(place)\""
        }
        if file.name == "config/gateway.xml", !isStoreNamed, let store = manifest.store {
            text.replace("</gateway>", with: "<store path=\"../\(store.name)\"/></gateway>")
        }
        return Array(text.utf8)
    }
}
