import Messaging
import StrictJSON
import Vocabulary

extension RetentionTarget {
    /// Shares on file. A period that was shortened since holds for those that came before as well.
    static let shareEvidence = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                "SELECT id AS name FROM evidence WHERE (keep_until <= ? OR received_at <= ?) AND id > ? ORDER BY id LIMIT ?",
                [.instant(terms.now), .instant(terms.cutoff), .text(name), .int(limit)], connection)
        },
        verdict: { name, _, connection throws(StoreError) in
            let received = try connection.query("SELECT received_at FROM evidence WHERE id = ?", [.text(name)]) {
                row throws(StoreError) in try row.instant("received_at")
            }
            return received.first.map { .due($0) } ?? .early
        },
        erase: { name, eraser, connection throws(StoreError) in
            var content = ErasedContent()
            let found = try connection.query("SELECT content FROM evidence WHERE id = ?", [.text(name)]) {
                row throws(StoreError) in try row.blob("content")
            }
            for row in found { content.add(row, eraser.sm3) }
            try connection.run("DELETE FROM evidence WHERE id = ?", [.text(name)])
            return content
        })

    /// What was derived from shares, in applications that go on as well.
    static let shareTraces = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                "SELECT subject AS name FROM share_trace WHERE until <= ? AND subject > ? ORDER BY subject LIMIT ?",
                [.instant(terms.now), .text(name), .int(limit)], connection)
        },
        verdict: { name, _, connection throws(StoreError) in try ShareTraces.verdict(name, connection) },
        erase: { name, eraser, connection throws(StoreError) in try ShareTraces.erase(name, eraser, connection) })
}

/// Where something stands that was derived from a share.
enum ShareTraces {
    /// Kept until the first of the shares that it rests on must go.
    static func note(_ subject: String, until: Instant?, _ connection: any SQLConnection) throws(StoreError) {
        guard let until else { return }
        try connection.run(
            """
            INSERT INTO share_trace (subject, until) VALUES (?, ?)
            ON CONFLICT (subject) DO UPDATE SET until = excluded.until WHERE excluded.until < share_trace.until
            """, [.text(subject), .instant(until)])
    }

    /// What quotes something that rests on a share rests on it as well.
    static func inherit(
        from subject: String, to other: String, _ connection: any SQLConnection
    ) throws(StoreError) {
        let until = try connection.query("SELECT until FROM share_trace WHERE subject = ?", [.text(subject)]) {
            row throws(StoreError) in try row.instant("until")
        }
        try note(other, until: until.first, connection)
    }

    /// A message that still waits for its institution is read by it first.
    static func verdict(_ subject: String, _ connection: any SQLConnection) throws(StoreError) -> RetentionVerdict {
        let until = try connection.query("SELECT until FROM share_trace WHERE subject = ?", [.text(subject)]) {
            row throws(StoreError) in try row.instant("until")
        }
        guard let until = until.first else { return .early }
        let isWaiting = try connection.query(
            "SELECT 1 FROM message WHERE id = ? AND payload IS NOT NULL AND finished_at IS NULL", [.text(subject)]
        ) { _ in true }
        return isWaiting.isEmpty ? .due(until) : .held
    }

    static func erase(
        _ subject: String, _ eraser: Eraser, _ connection: any SQLConnection
    ) throws(StoreError) -> ErasedContent {
        var content = ErasedContent()
        let key = [SQLValue.text(subject)]
        for (name, place) in [
            ("no", SealedColumn.applicationContent), ("id", .followUpContent), ("id", .referralAnswer),
        ] {
            let (table, column) = place.name
            let found = try connection.query(
                "SELECT \(column) FROM \(table) WHERE \(name) = ? AND length(\(column)) > 0", key
            ) { row throws(StoreError) in try row.json(column) }
            guard let stored = found.first else { continue }
            let told = try JSONObject(stored: stored, "the \(column) of \(table) \(subject)")
            let cleaned = ShareWords.removed(from: told)
            guard cleaned != told else { continue }
            content.add(stored, eraser.sm3)
            let version = table == "application" ? ", version = version + 1" : ""
            try connection.run(
                "UPDATE \(table) SET \(column) = ?\(version) WHERE \(name) = ?",
                [.sealed(JSONValue.object(cleaned).serialized(), place)] + key)
            if table == "application" {
                try History.append(subject, .sharesErased, "gateway", nil, at: eraser.now, connection)
            }
        }
        let payloads = try connection.query("SELECT payload FROM message WHERE id = ? AND payload IS NOT NULL", key) {
            row throws(StoreError) in try row.blob("payload")
        }
        for payload in payloads { content.add(payload, eraser.sm3) }
        try connection.run(
            "UPDATE message SET payload = NULL, erased_at = ? WHERE id = ? AND payload IS NOT NULL",
            [.instant(eraser.now)] + key)
        try connection.run("DELETE FROM share_trace WHERE subject = ?", key)
        return content
    }
}

/// What an application, a follow-up or a receipt says because of a share.
enum ShareWords {
    /// Hints whose evidence is a share, the exemption that rules derived, and the shares themselves. Grounds that rest on
    /// something else are derived anew when the rules are next asked.
    static func removed(from object: JSONObject) -> JSONObject {
        var cleaned = object
        cleaned["shares"] = nil
        for list in ["precheck", "hints"] {
            guard let hints = object[list]?.array else { continue }
            let kept = hints.filter { !restsOnShare($0) }
            guard kept.count < hints.count else { continue }
            cleaned[list] = .array(kept)
            if var economic = object["economic"]?.object, let derived = economic["exemptionGroundDerived"]?.array {
                let rest = (economic["exemptionGround"]?.array ?? []).filter { !derived.contains($0) }
                economic["exemptionGround"] = rest.isEmpty ? nil : .array(rest)
                economic["exemptionGroundDerived"] = nil
                cleaned["economic"] = economic.members.isEmpty ? nil : .object(economic)
            }
        }
        if let results = object["results"]?.array {
            cleaned["results"] = .array(results.map { $0.object.map { .object(removed(from: $0)) } ?? $0 })
        }
        return cleaned
    }

    private static func restsOnShare(_ hint: JSONValue) -> Bool {
        (hint["evidence"]?.array ?? []).contains { $0.string?.hasPrefix("shares[") ?? false }
    }
}
