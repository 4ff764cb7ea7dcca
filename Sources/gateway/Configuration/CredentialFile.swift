import Foundation
import Messaging

/// `credentials.xml` as text, so that a line is added or taken out and all else, comments too, stays as it was written.
struct CredentialFile {
    /// One element of it that lets somebody in.
    struct Line {
        fileprivate let range: Range<String.Index>
        /// `partner`, `institution` or `operator`.
        let kind: String
        let attributes: [String: String]

        var holder: String { attributes["id"] ?? attributes["code"] ?? attributes["name"] ?? "" }
        /// What an operator names it by: the key's id, or the beginning of a digest.
        var name: String {
            if let id = attributes["keyId"] { return id }
            if let subject = attributes["certificateSubject"] { return subject }
            return String((attributes["tokenSha256"] ?? bareCertificate ?? "").prefix(12))
        }
        var credential: String {
            if attributes["keyId"] != nil { return "key (\(attributes["algorithm"] ?? ""))" }
            if attributes["certificateSubject"] != nil || bareCertificate != nil { return "certificate" }
            return ["true", "1"].contains(attributes["test"]) ? "test token" : "token"
        }

        private var bareCertificate: String? {
            attributes["certificateSha256"].map { $0.lowercased().filter { $0 != ":" } }
        }

        /// Whether it is meant: by its whole name, or by eight digits or more of its digest.
        func isNamed(_ text: String) -> Bool {
            if text == attributes["keyId"] || text == attributes["certificateSubject"] { return true }
            let digits = text.lowercased().filter { $0 != ":" }
            let digest = attributes["tokenSha256"]?.lowercased() ?? bareCertificate
            return digits.count >= 8 && digest?.hasPrefix(digits) == true
        }
    }

    let path: String
    private(set) var text: String

    init(path: String) throws {
        self.path = path
        do {
            text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw CommandFailure(at: path, "无法按 UTF-8 读取。", "cannot be read as UTF-8.")
        }
    }

    var lines: [Line] {
        tags.filter { ["partner", "institution", "operator"].contains($0.kind) }
    }

    /// The elements' first tags, to their ends where they are empty elements written as two tags; comments are skipped.
    private var tags: [Line] {
        var found: [Line] = []
        var at = text.startIndex
        while let open = text[at...].firstIndex(of: "<") {
            let rest = text[open...]
            if rest.hasPrefix("<!--") {
                guard let end = rest.firstRange(of: "-->") else { break }
                at = end.upperBound
                continue
            }
            guard
                let tag = rest.prefixMatch(of: /<([A-Za-z]+)((?:\s+[A-Za-z0-9:]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/)
            else {
                at = text.index(after: open)
                continue
            }
            var end = tag.range.upperBound
            let kind = String(tag.output.1)
            if tag.output.3.isEmpty, let close = text[end...].prefixMatch(of: /\s*<\/[A-Za-z]+\s*>/) {
                end = close.range.upperBound
            }
            var attributes: [String: String] = [:]
            for pair in tag.output.2.matches(of: /([A-Za-z0-9:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/) {
                attributes[String(pair.output.1)] = Self.unescaped(String(pair.output.2 ?? pair.output.3 ?? ""))
            }
            found.append(Line(range: open..<end, kind: kind, attributes: attributes))
            at = end
        }
        return found
    }

    private static func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")].reduce(text) {
            $0.replacing($1.0, with: $1.1)
        }
    }

    /// - Throws: `CommandFailure` where the file is written in a way that is not to be guessed at.
    mutating func add(_ line: String) throws(CommandFailure) {
        if let end = text.ranges(of: "</credentials>").last {
            text.insert(contentsOf: "  \(line)\n", at: end.lowerBound)
            return
        }
        guard let root = tags.first(where: { $0.kind == "credentials" }), text[root.range].hasSuffix("/>") else {
            throw CommandFailure(at: path, "请手工加入此行：\(line)", "put this line in by hand: \(line)")
        }
        let opened = text[root.range].dropLast(2) + ">\n  \(line)\n</credentials>"
        text.replaceSubrange(root.range, with: opened)
    }

    mutating func replace(_ line: Line, with new: String) { text.replaceSubrange(line.range, with: new) }

    /// With its indent and line end, where nothing else stands on its line.
    mutating func remove(_ line: Line) {
        var (start, end) = (line.range.lowerBound, line.range.upperBound)
        let before = text[..<start].lastIndex { $0 != " " && $0 != "\t" }
        if let before, text[before].isNewline, end < text.endIndex, text[end].isNewline {
            start = text.index(after: before)
            end = text.index(after: end)
        }
        text.removeSubrange(start..<end)
    }

    /// At once: whoever reads it meanwhile finds the old one or the new one. It is its owner's alone afterwards.
    func save() throws {
        let target = URL(filePath: path).resolvingSymlinksInPath()
        let fresh = target.deletingLastPathComponent().appending(
            path: ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
        if FileManager.default.fileExists(atPath: fresh.path) { try FileManager.default.removeItem(at: fresh) }
        let handle = try PrivateFiles.make(fresh)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
        try handle.close()
        var owner = stat()
        // Where an administrator writes what the gateway's user is to read.
        guard stat(target.path, &owner) == 0, chown(fresh.path, owner.st_uid, owner.st_gid) == 0 else {
            let code = errno
            try FileManager.default.removeItem(at: fresh)
            throw CommandFailure(
                at: target.path, "未改动：新文件无法归原属主所有", "nothing was changed: its owner could not be kept", errno: code)
        }
        try PrivateFiles.rename(fresh, to: target)
        try PrivateFiles.synchronizeNames(in: target.deletingLastPathComponent())
    }
}
