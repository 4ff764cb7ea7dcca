import Foundation

/// Where a person's gateway is and which file holds the token: a few lines that commands read instead of options.
struct Profile {
    private(set) var url: String?
    private(set) var tokenFile: String?

    /// - Parameter named: the file that was asked for; it must be there. Without one the usual place is looked at.
    init(_ named: String?, _ environment: [String: String]) throws(CommandFailure) {
        let asked = named ?? environment["LEGAL_AID_GATEWAY_PROFILE"]
        let file = asked ?? Self.usualPlace(environment)
        guard asked != nil || FileManager.default.fileExists(atPath: file) else { return }
        let text = String(decoding: try bytes(of: file), as: UTF8.self)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            switch (parts.first, parts.count) {
            case ("url", 2): url = parts[1]
            case ("token-file", 2): tokenFile = Self.place(parts[1], beside: file)
            default:
                throw CommandFailure(
                    at: "\(file):\(index + 1)", "每行应为“url = …”或“token-file = …”。",
                    "a line is `url = …` or `token-file = …`.")
            }
        }
    }

    private static func usualPlace(_ environment: [String: String]) -> String {
        let home = environment["HOME"] ?? NSHomeDirectory()
        return (environment["XDG_CONFIG_HOME"] ?? home + "/.config") + "/legal-aid-gateway/profile"
    }

    /// As in other settings: from the folder of the file that names it.
    private static func place(_ path: String, beside file: String) -> String {
        if path.hasPrefix("~/") { return NSHomeDirectory() + path.dropFirst() }
        return path.hasPrefix("/") ? path : (file as NSString).deletingLastPathComponent + "/" + path
    }
}
