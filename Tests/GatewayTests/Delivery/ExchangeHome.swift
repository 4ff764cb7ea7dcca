import Foundation

/// The four folders of a partner, as its own machine sees them.
struct ExchangeHome {
    let url = FileManager.default.temporaryDirectory.appending(path: "exchange-\(UUID().uuidString)")

    init() throws {
        for name in ["in", "out", "archive", "error"] {
            try FileManager.default.createDirectory(
                at: url.appending(path: name), withIntermediateDirectories: true)
        }
    }

    /// The element of the partner's registration.
    var element: String {
        let path = url.path
        return "<exchange in=\"\(path)/in\" out=\"\(path)/out\" archive=\"\(path)/archive\" error=\"\(path)/error\"/>"
    }

    /// As a partner does it: written under another name, then renamed.
    func put(_ name: String, _ bytes: [UInt8]) throws { try put(Array(name.utf8), bytes) }

    /// - Parameter name: in whatever encoding.
    func put(_ name: [UInt8], _ bytes: [UInt8]) throws {
        let unfinished = url.appending(path: "in/.\(UUID().uuidString).tmp").path
        try Data(bytes).write(to: URL(filePath: unfinished))
        let target = (Array(url.path.utf8) + Array("/in/".utf8) + name + [0]).map(CChar.init(bitPattern:))
        guard rename(unfinished, target) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// Of any encoding: what is no UTF-8 comes with signs of replacement.
    func names(_ folder: String) -> [String] {
        guard let directory = opendir(url.appending(path: folder).path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    func text(_ path: String) -> String {
        FileManager.default.contents(atPath: url.appending(path: path).path)
            .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}
