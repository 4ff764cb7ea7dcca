import Foundation
import Translation

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
            throw CommandFailure(
                at: folder.path, "不是空目录，未做任何改动。", "is not empty, and nothing was changed.")
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
                    throw CommandFailure(
                        at: file.name, "读出的内容与摘要不符。", "was not read as its digests say.")
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

    /// The settings with every path that leads to a file or folder of the archive naming it here. What they need and the
    /// archive does not have, such as a master key, they name where it stood.
    private func settings(_ file: ArchiveFile) throws -> [UInt8] {
        var text = try String(contentsOf: archive.appending(path: file.name), encoding: .utf8)
        var places: [String: String] = [:]
        for other in manifest.files {
            places[other.origin] =
                (other.content == nil ? other.origin : "../" + Self.place(of: other)).escapedForAttribute
        }
        for (name, origin) in manifest.folders { places[origin] = "../" + name }
        var named: Set<String> = []
        text.replace(/([A-Za-z]+)(\s*=\s*)("[^"<]*"|'[^'<]*')/) { match -> Substring in
            let (attribute, value) = (String(match.1), String(match.3.dropFirst().dropLast()))
            // The copy hands out heads of its own: the original's file is not for it.
            if attribute == "headFile" { return "\(match.1)\(match.2)\"audit-heads.jsonl\"" }
            guard attribute == "path" || NamedPath.isSecret(attribute) || NamedPath.isCertificate(attribute),
                let place = places[NamedPath.resolve(Self.unescaped(value), in: file.origin)]
            else { return match.0 }
            named.insert(place)
            return "\(match.1)\(match.2)\"\(place)\""
        }
        guard file.name == "config/gateway.xml" else { return Array(text.utf8) }
        let key = manifest.files.first { $0.role == .identityKey && $0.content == nil }
        text.replace(/\/>\s*$/, with: "></gateway>")
        // Settings need name neither; the key's own place would be beside the copy's store.
        for (element, unnamed) in [("store", manifest.store), ("identityKey", key)] {
            guard let place = unnamed.flatMap({ places[$0.origin] }), !named.contains(place) else { continue }
            text.replace("</gateway>", with: "<\(element) path=\"\(place)\"/></gateway>")
        }
        return Array(text.utf8)
    }

    private static func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
            .reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}
