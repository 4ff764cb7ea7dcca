import Canonical
import Documents

/// What the sender itself calls the field that a finding is about, by the field table of the mapping.
struct FindingNames: Sendable {
    /// The sender's paths, without positions and predicates: by the rule that reads them, and by the canonical field, or the
    /// group above it, that they are read for.
    private var byLine: [Int: [String]] = [:]
    private var byTarget: [String: [String]] = [:]
    private var byGroup: [String: [String]] = [:]

    /// Alternatives that are named at most where a group is meant.
    private static let most = 4

    init(_ mapping: Mapping) {
        var writer = FieldTableWriter(mapping, examples: nil)
        writer.write()
        for row in writer.rows {
            for part in row.source.split(separator: "|") {
                let place = SourcePath.withoutPredicates(
                    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
                guard place.hasPrefix("/") else { continue }
                Self.add(place, to: &byLine[row.line, default: []])
                Self.add(place, to: &byTarget[row.target, default: []])
                for group in Self.groups(above: row.target) { Self.add(place, to: &byGroup[group, default: []]) }
            }
        }
    }

    private static func add(_ place: String, to places: inout [String]) {
        if !places.contains(place) { places.append(place) }
    }

    /// Of `opposingParties[]/name`, `opposingParties[]` and `opposingParties`.
    private static func groups(above target: String) -> [String] {
        target.indices.filter { target[$0] == "/" || target[$0...].hasPrefix("[]") }.map { String(target[..<$0]) }
    }

    /// The finding with the field's name. A value's own place says it; what is missing has none, and there the rule that
    /// would read it does.
    func named(_ finding: Finding) -> Finding {
        guard finding.field == nil else { return finding }
        var named = finding
        let place = finding.location.map { Self.plain($0.path) } ?? ""
        let read = sources(of: finding)
        if place.isEmpty {
            if !read.isEmpty { named.field = read.prefix(Self.most).joined(separator: " | ") }
        } else if read.contains(where: { $0.utf8.count == place.utf8.count && $0.utf8.elementsEqual(place.utf8) }) {
            named.field = place
        } else {
            let below = read.lazy.filter { Self.lies($0, below: place) }.prefix(Self.most)
            named.field = below.isEmpty ? place : below.joined(separator: " | ")
        }
        return named
    }

    /// By bytes: Swift looks for equivalent forms of Chinese characters.
    private static func lies(_ path: String, below place: String) -> Bool {
        path.utf8.count > place.utf8.count && path.utf8.starts(with: place.utf8)
            && path.utf8.dropFirst(place.utf8.count).first == UInt8(ascii: "/")
    }

    /// The sender's paths that its rule reads, or else that its canonical field is read from.
    private func sources(of finding: Finding) -> [String] {
        let line = finding.rule.flatMap { rule in
            rule.utf8.lastIndex(of: UInt8(ascii: ":")).flatMap { Int(rule[rule.utf8.index(after: $0)...]) }
        }
        if let read = line.flatMap({ byLine[$0] }) { return read }
        guard let target = finding.path.map(Self.target) else { return [] }
        // A field that no rule fills is a group, of which everything below is meant.
        return byTarget[target] ?? byGroup[target] ?? []
    }

    /// A finding's path as field tables write it: `attachments[2].title` is `attachments[]/title`.
    private static func target(of path: String) -> String {
        var target: [UInt8] = []
        target.reserveCapacity(path.utf8.count)
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "."): target.append(UInt8(ascii: "/"))
            case 0x30...0x39 where isWithinBrackets(target): continue
            default: target.append(byte)
            }
        }
        return String(decoding: target, as: UTF8.self)
    }

    private static func isWithinBrackets(_ text: [UInt8]) -> Bool { text.last == UInt8(ascii: "[") }

    /// Without positions: `/ROOT/RECORD[2]/XM` and `/body/0/name` are told as `/ROOT/RECORD/XM` and `/body/name`.
    static func plain(_ path: String) -> String {
        var kept: [UInt8] = []
        kept.reserveCapacity(path.utf8.count + 1)
        var (depth, step) = (0, 0)
        // Steps of nothing but figures, and empty ones, are left out.
        func endStep() {
            if kept[step...].dropFirst().allSatisfy(Converter.isDigit) { kept.removeSubrange(step...) }
        }
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            case _ where depth > 0: continue
            case UInt8(ascii: "/"):
                endStep()
                step = kept.count
                kept.append(byte)
            default:
                if kept.isEmpty { kept.append(UInt8(ascii: "/")) }
                kept.append(byte)
            }
        }
        endStep()
        return String(decoding: kept, as: UTF8.self)
    }
}

extension Finding {
    /// Of a canonical document, whose fields have their canonical names.
    var canonical: Finding {
        var named = self
        named.field = field ?? path
        return named
    }
}
