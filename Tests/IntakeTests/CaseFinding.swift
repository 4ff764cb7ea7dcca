import StrictJSON

/// A warning or an error in an answer.
struct CaseFinding: CustomStringConvertible {
    let code: String
    let isPlaced: Bool
    private let message: String
    private let path: String
    private let place: String

    static func list(in answer: JSONValue) -> [CaseFinding] {
        (answer["findings"]?.array ?? []).filter { ["warning", "error"].contains($0["severity"]?.string) }
            .map(CaseFinding.init)
    }

    private init(_ json: JSONValue) {
        code = json["code"]?.string ?? ""
        message = json["message"]?.string ?? ""
        path = Self.unnumbered(json["path"]?.string ?? "")
        let place = json["location"]?["path"]?.string ?? ""
        isPlaced = json["location"]?["line"]?.int != nil || !["", "/"].contains(place)
        self.place = Self.unnumbered(place)
    }

    var description: String { "\(code) \(path) \(place)" }

    /// Tells of an unusual spelling that was understood, not of a doubt.
    private var isOfSpelling: Bool { code.hasPrefix("normalized") }

    /// - Parameter pattern: a code; a star stands for any text.
    func hasCode(_ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, code.hasPrefix(first) else { return false }
        if parts.count == 1 { return code == pattern }
        var rest = code.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    func says(_ word: String) -> Bool { "\(code) \(message)".lowercased().contains(word.lowercased()) }

    /// At the value, below it, or at what holds it.
    func isAt(_ path: String) -> Bool {
        let isInside = path.contains(".") || path.contains("[")
        let wanted = Self.unnumbered(path.replacing("[*]", with: ""))
        let holder = wanted.lastIndex(of: ".").map { String(wanted[..<$0]) } ?? wanted
        return !isOfSpelling && !self.path.isEmpty
            && (self.path == wanted || self.path.hasPrefix(wanted + ".") || (self.path == holder && isInside))
    }

    func isAtSource(_ name: String) -> Bool { !isOfSpelling && place.hasSuffix("/" + name) }

    /// Without the places in lists: `a[0].b` and `/a/0/b`.
    private static func unnumbered(_ path: String) -> String {
        path.replacing(/\[\d+\]/, with: "").split(separator: "/", omittingEmptySubsequences: false)
            .filter { $0.isEmpty || !$0.allSatisfy(\.isNumber) }.joined(separator: "/")
    }
}
