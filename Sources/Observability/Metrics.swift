import Synchronization

/// Counters, gauges and histograms for Prometheus, in its text format 0.0.4.
public final class Metrics: Sendable {
    private enum Kind: String { case counter, gauge, histogram }

    private struct Family {
        let kind: Kind
        let help: String
        var samples: [String: Double] = [:]
        var histograms: [String: Histogram] = [:]
    }

    private struct Histogram {
        let bounds: [Double]
        /// One a bound, each without those of the smaller bounds; what is over them all is in `count` alone.
        var counts: [Int]
        var sum = 0.0
        var count = 0

        mutating func observe(_ value: Double) {
            if let index = bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
            sum += value
            count += 1
        }
    }

    /// Seconds, for calls over a network: from a millisecond on the same machine to the longest patience.
    public static let callBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60]

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// Adds one to a counter.
    public func increment(_ name: String, help: String, labels: [(String, String)]) {
        let key = Self.key(labels)
        families.withLock {
            $0[name, default: Family(kind: .counter, help: help)].samples[key, default: 0] += 1
        }
    }

    /// Sets a gauge.
    public func set(_ name: String, help: String, labels: [(String, String)], to value: Double) {
        let key = Self.key(labels)
        families.withLock { $0[name, default: Family(kind: .gauge, help: help)].samples[key] = value }
    }

    /// Drops a gauge's samples, before those that are still true are set again.
    public func forget(_ name: String) { families.withLock { $0[name]?.samples.removeAll() } }

    /// Drops every gauge's samples that bear the label: what they were about has ended.
    public func forget(label: String, _ value: String) {
        let sought = Self.key([(label, value)])
        families.withLock { families in
            for (name, family) in families where family.kind == .gauge {
                families[name]?.samples = family.samples.filter { sample in
                    !sample.key.split(separator: ",").contains { $0 == sought }
                }
            }
        }
    }

    /// Counts a value into a histogram.
    ///
    /// - Parameter bounds: upper bounds, rising; those of the first call stay.
    public func observe(
        _ name: String, help: String, labels: [(String, String)], _ value: Double,
        bounds: [Double] = Metrics.callBounds
    ) {
        let key = Self.key(labels)
        families.withLock { families in
            families[name, default: Family(kind: .histogram, help: help)]
                .histograms[
                    key, default: Histogram(bounds: bounds, counts: Array(repeating: 0, count: bounds.count))
                ].observe(value)
        }
    }

    /// What a counter or gauge stands at, over all its samples that bear the label.
    public func total(_ name: String, label: String, _ value: String) -> Double {
        let sought = Self.key([(label, value)])
        return families.withLock { families in
            (families[name]?.samples ?? [:]).reduce(0) { sum, sample in
                sample.key.split(separator: ",").contains { $0 == sought } ? sum + sample.value : sum
            }
        }
    }

    /// Everything, as a scraper reads it.
    public func exposition() -> String {
        families.withLock { families in
            var text = ""
            for (name, family) in families.sorted(by: { $0.key < $1.key }) {
                text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
                for (labels, value) in family.samples.sorted(by: { $0.key < $1.key }) {
                    text += "\(name)\(Self.braced(labels)) \(value)\n"
                }
                for (labels, histogram) in family.histograms.sorted(by: { $0.key < $1.key }) {
                    text += Self.lines(of: histogram, name, labels)
                }
            }
            return text
        }
    }

    private static func lines(of histogram: Histogram, _ name: String, _ labels: String) -> String {
        let before = labels.isEmpty ? "" : labels + ","
        var text = ""
        var below = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            below += count
            text += "\(name)_bucket{\(before)le=\"\(bound)\"} \(below)\n"
        }
        text += "\(name)_bucket{\(before)le=\"+Inf\"} \(histogram.count)\n"
        return text + "\(name)_sum\(braced(labels)) \(histogram.sum)\n"
            + "\(name)_count\(braced(labels)) \(histogram.count)\n"
    }

    private static func key(_ labels: [(String, String)]) -> String {
        var key = ""
        key.reserveCapacity(64)
        for (name, value) in labels {
            if !key.isEmpty { key += "," }
            key += name
            key += "=\""
            key += escape(value)
            key += "\""
        }
        return key
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == 0x0A }) else {
            return text
        }
        return text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
