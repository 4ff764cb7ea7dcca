import Canonical
import Documents

/// What the sender itself calls the field that a finding is about, by the field table of the mapping.
struct FindingNames: Sendable {
    private struct Row: Sendable {
        let target: String
        /// The sender's paths, without positions and predicates.
        let places: [String]
    }

    private var byLine: [Int: [String]] = [:]
    private var byTarget: [String: [String]] = [:]
    private var rows: [Row] = []

    /// Alternatives that are named at most where a group is meant.
    private static let most = 4

    init(_ mapping: Mapping) {
        var writer = FieldTableWriter(mapping, examples: nil)
        writer.write()
        for row in writer.rows {
            let places = row.source.split(separator: "|").map { part in
                SourcePath.withoutPredicates(
                    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
            }.filter { $0.hasPrefix("/") }
            guard !places.isEmpty else { continue }
            byLine[row.line, default: []] += places
            byTarget[row.target, default: []] += places
            rows.append(Row(target: row.target, places: places))
        }
    }

    /// The finding with the field's name. A value's own place says it; what is missing has none, and there the rule that
    /// would read it does.
    func named(_ finding: Finding) -> Finding {
        guard finding.field == nil else { return finding }
        var named = finding
        let place = finding.location.map { Self.plain($0.path) } ?? ""
        let read = sources(of: finding)
        let below = place.isEmpty ? read : read.filter { $0.hasPrefix(place + "/") }
        if read.contains(place) {
            named.field = place
        } else if !below.isEmpty {
            named.field = below.prefix(Self.most).joined(separator: " | ")
        } else if !place.isEmpty {
            named.field = place
        } else if !read.isEmpty {
            named.field = read.prefix(Self.most).joined(separator: " | ")
        }
        return named
    }

    /// The sender's paths that its rule reads, or else that its canonical field is read from.
    private func sources(of finding: Finding) -> [String] {
        let line = finding.rule.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        var seen: Set<String> = []
        return (line.flatMap { byLine[$0] } ?? finding.path.map(places(of:)) ?? []).filter { seen.insert($0).inserted }
    }

    private func places(of path: String) -> [String] {
        var target = path.replacing(".", with: "/")
        // An expression is slow to make, and few paths need it.
        if target.contains("[") { target = target.replacing(/\[\d+\]/, with: "[]") }
        // A field that no rule fills is a group, of which everything below is meant.
        return byTarget[target]
            ?? rows.filter { $0.target.hasPrefix(target + "/") || $0.target.hasPrefix(target + "[]") }.flatMap(\.places)
    }

    /// Without positions: `/ROOT/RECORD[2]/XM` and `/body/0/name` are told as `/ROOT/RECORD/XM` and `/body/name`.
    static func plain(_ path: String) -> String {
        let steps = SourcePath.withoutPredicates(path).split(separator: "/").filter { step in
            !step.allSatisfy { $0.isASCII && $0.isNumber }
        }
        return steps.map { "/" + $0 }.joined()
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
