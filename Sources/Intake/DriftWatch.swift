import Canonical
import Documents
import Messaging
import Observability
import StrictJSON
import Synchronization
import Translation
import Transport
import Vocabulary

/// Watches how partners' documents change: which fields come and go, which code values nobody knows. Counts only.
///
/// Counts gather in memory and reach the store now and then; a crash loses at most the counts of that time, never a
/// message.
public final class DriftWatch: Sendable {
    /// Fields and unknown values kept of one partner, mapping and week between two flushes: names of JSON members are the
    /// sender's to choose.
    fileprivate static let mostFields = 2000
    private static let mostCodes = 500

    private let store: any DriftStore
    private let hash: KeyedHash
    private let log: Log
    private let metrics: Metrics
    /// Documents of one shape are counted together: to count each one's fields would cost more than to look at it.
    private static let mostShapes = 64
    private static let largestShape = 16 << 10

    private struct Gathering {
        var tally: DriftTally
        var shapes: [DocumentShape: Int] = [:]

        /// With the fields of the documents that were counted by their shape.
        var whole: DriftTally {
            var whole = tally
            for (shape, documents) in shapes { whole.add(shape, documents) }
            return whole
        }
    }

    private let gathered = Mutex<[DriftTally.Key: Gathering]>([:])

    /// - Parameter hash: under it unknown values are counted; its first ten digits are kept. Without the key nobody can
    ///   find a value by trying likely ones.
    public init(store: any DriftStore, hash: KeyedHash, log: Log, metrics: Metrics) {
        self.store = store
        self.hash = hash
        self.log = log
        self.metrics = metrics
    }

    /// Counts one document that was taken.
    func observe(_ translation: TranslatedDocument, partner: String, at time: Timestamp) {
        guard let mapping = translation.mapping?.id, let shape = translation.shape else { return }
        let key = DriftTally.Key(partnerID: partner, mappingID: mapping, week: time.date.isoWeek)
        let codes = translation.unknownCodes.map { unknown in
            // With partner and list, so that equal texts of two partners cannot be told to be equal.
            let text = "drift:\(partner)\u{0}\(unknown.list)\u{0}\(unknown.text)"
            return DriftTally.Code(list: unknown.list, digest: String(hash.hash(text).prefix(10)))
        }
        gathered.withLock { gathered in
            var gathering = gathered.removeValue(forKey: key) ?? Gathering(tally: DriftTally(key: key))
            gathering.tally.documents += 1
            if shape.size <= Self.largestShape,
                gathering.shapes[shape] != nil || gathering.shapes.count < Self.mostShapes
            {
                gathering.shapes[shape, default: 0] += 1
            } else {
                gathering.tally.add(shape, 1)
            }
            for code in codes
            where gathering.tally.codes[code] != nil || gathering.tally.codes.count < Self.mostCodes {
                gathering.tally.codes[code, default: 0] += 1
            }
            gathered[key] = gathering
        }
    }

    /// Writes what has gathered. What the store does not take waits for the next time.
    public func flush() async {
        let tallies = gathered.withLock { gathered in
            defer { gathered.removeAll(keepingCapacity: true) }
            return gathered.values.map(\.whole)
        }
        guard !tallies.isEmpty else { return }
        do {
            for news in try await store.add(tallies) { report(news) }
        } catch {
            log.warning("drift counts not stored", [("code", .string(error.code))])
            gathered.withLock { gathered in
                for tally in tallies {
                    gathered[tally.key] = Gathering(tally: tally.merged(with: gathered[tally.key]?.whole))
                }
            }
        }
    }

    private func report(_ news: DriftNews) {
        for (kind, count) in [("field", news.fields), ("code", news.codes)] where count > 0 {
            for _ in 0..<count {
                metrics.increment(
                    "gateway_drift_total", help: "Source fields and unknown code values that came for the first time.",
                    labels: [("partner", news.key.partnerID), ("mapping", news.key.mappingID), ("kind", kind)])
            }
        }
        log.info(
            "documents changed",
            [
                ("partner", .string(news.key.partnerID)), ("mapping", .string(news.key.mappingID)),
                ("newFields", LogValue(news.fields)), ("newCodes", LogValue(news.codes)),
            ])
    }

}

extension DriftTally {
    /// Counts the fields of so many documents of one shape.
    fileprivate mutating func add(_ shape: DocumentShape, _ documents: Int) {
        for path in shape.paths where fields[path] != nil || fields.count < DriftWatch.mostFields {
            fields[path, default: 0] += documents
        }
    }

    fileprivate func merged(with other: DriftTally?) -> DriftTally {
        guard let other else { return self }
        var merged = self
        merged.documents += other.documents
        merged.fields.merge(other.fields, uniquingKeysWith: +)
        merged.codes.merge(other.codes, uniquingKeysWith: +)
        return merged
    }
}
