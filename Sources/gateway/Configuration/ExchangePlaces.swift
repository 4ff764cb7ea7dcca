import Foundation

/// Exchange folders by where they really are, whatever links and `..` their paths go through.
struct ExchangePlaces: Sendable {
    private struct Place {
        let partner: String
        let name: String
        let path: String
    }

    private var places: [Place] = []

    /// Adds a partner's folders, and tells which of them is the same as another, lies in one, or meets the gateway's own
    /// files: what one of them puts there the other would read.
    mutating func complaints(
        adding folders: [(name: String, path: String)], of partner: String, besides own: OwnPlaces
    ) -> [String] {
        var complaints: [String] = []
        let (ownFolders, ownFiles) = (own.folders.map(Self.real), own.files.map(Self.real))
        for (name, path) in folders {
            let place = Place(partner: partner, name: name, path: Self.real(path))
            for other in places where Self.meet(place.path, other.path) {
                let (zh, en) =
                    other.partner == partner ? (" ", "") : ("单位 \(other.partner) 的 ", "partner \(other.partner)'s ")
                complaints.append(
                    "\(name) 与\(zh)\(other.name) 是同一目录或一个在另一个之内，应分开 / \(name) and \(en)\(other.name) are one directory, or one lies in the other: keep them apart"
                )
            }
            if let folder = ownFolders.first(where: { Self.lies(place.path, in: $0) }) {
                complaints.append(
                    "\(name) 在 \(folder) 之内，来件会被当作映射、规则或日历读取 / \(name) lies in \(folder), where its files would be read as mappings, rules or calendars"
                )
            }
            if name == "in", let file = (ownFiles + ownFolders).first(where: { Self.lies($0, in: place.path) }) {
                complaints.append(
                    "\(name) 之内有网关自己的 \(file)，会被当作来件取走 / \(name) holds the gateway's own \(file), which would be taken for a message"
                )
            }
            places.append(place)
        }
        return complaints
    }

    private static func meet(_ one: String, _ other: String) -> Bool { lies(one, in: other) || lies(other, in: one) }

    /// Also where both are the same.
    private static func lies(_ path: String, in folder: String) -> Bool {
        path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    /// Without links; of what is not there yet at least its folder.
    private static func real(_ path: String) -> String {
        func resolve(_ path: String) -> String? {
            guard let resolved = realpath(path, nil) else { return nil }
            defer { free(resolved) }
            return String(cString: resolved)
        }
        if let resolved = resolve(path) { return resolved }
        let url = URL(filePath: path)
        return resolve(url.deletingLastPathComponent().path).map { $0 + "/" + url.lastPathComponent } ?? path
    }
}
