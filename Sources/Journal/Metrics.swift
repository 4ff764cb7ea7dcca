import Synchronization

/// Counters and gauges for Prometheus, in its text format 0.0.4.
public final class Metrics: Sendable {
    private enum Kind: String { case counter, gauge }

    private struct Family {
        let kind: Kind
        let help: String
        var samples: [String: Double] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// Adds one to a counter.
    public func increment(_ name: String, help: String, labels: [(String, String)]) {
        change(name, .counter, help, labels) { $0 += 1 }
    }

    /// Sets a gauge.
    public func set(_ name: String, help: String, labels: [(String, String)], to value: Double) {
        change(name, .gauge, help, labels) { $0 = value }
    }

    private func change(
        _ name: String, _ kind: Kind, _ help: String, _ labels: [(String, String)], _ change: (inout Double) -> Void
    ) {
        let key = labels.isEmpty ? "" : "{" + labels.map { "\($0)=\"\(Self.escape($1))\"" }.joined(separator: ",") + "}"
        families.withLock { families in
            change(&families[name, default: Family(kind: kind, help: help)].samples[key, default: 0])
        }
    }

    /// Everything, as a scraper reads it.
    public func exposition() -> String {
        families.withLock { families in
            var text = ""
            for (name, family) in families.sorted(by: { $0.key < $1.key }) {
                text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
                for (labels, value) in family.samples.sorted(by: { $0.key < $1.key }) {
                    text += "\(name)\(labels) \(value)\n"
                }
            }
            return text
        }
    }

    private static func escape(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
