import Messaging

extension SQLMessageStore: DriftStore {
    public func add(_ tallies: [DriftTally]) async throws(StoreError) -> [DriftNews] {
        try await database.write { connection throws(StoreError) in
            var news: [DriftNews] = []
            for tally in tallies {
                let found = try Drift.add(tally, connection)
                if found.fields > 0 || found.codes > 0 { news.append(found) }
            }
            return news
        }
    }

    public func drift(partner: String?, week: String, since: String) async throws(StoreError) -> [DriftReport] {
        try await database.read { connection throws(StoreError) in
            let weeks = try connection.query(
                """
                SELECT partner, mapping, documents FROM drift_week WHERE week = ? AND (CAST(? AS TEXT) IS NULL OR partner = ?)
                ORDER BY partner, mapping
                """, [.text(week), .optional(partner), .optional(partner)]
            ) { row throws(StoreError) in (try row.text("partner"), try row.text("mapping"), try row.int("documents")) }
            var reports: [DriftReport] = []
            for (partner, mapping, documents) in weeks {
                let key = DriftTally.Key(partnerID: partner, mappingID: mapping, week: week)
                reports.append(try Drift.report(key, documents: documents, since: since, connection))
            }
            return reports
        }
    }
}

/// Counts of the drift watch as rows.
private enum Drift {
    static func add(_ tally: DriftTally, _ connection: any SQLConnection) throws(StoreError) -> DriftNews {
        let key = tally.key
        let place = [SQLValue.text(key.partnerID), .text(key.mappingID)]
        let hasPast = try hasPast(key, connection)
        try connection.run(
            """
            INSERT INTO drift_week (partner, mapping, week, documents) VALUES (?, ?, ?, ?)
            ON CONFLICT (partner, mapping, week) DO UPDATE SET documents = drift_week.documents + excluded.documents
            """, place + [.text(key.week), .integer(Int64(tally.documents))])
        let newFields = try addFields(of: tally, at: place, connection)
        let newCodes = try addCodes(of: tally, at: place, connection)
        return DriftNews(key: key, fields: hasPast ? newFields : 0, codes: newCodes)
    }

    /// - Parameter place: partner and mapping.
    /// - Returns: how many of the fields were never seen there before.
    private static func addFields(
        of tally: DriftTally, at place: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> Int {
        var new = 0
        for (path, count) in tally.fields.sorted(by: { $0.key < $1.key }) {
            let isKnown =
                try connection.query(
                    "SELECT 1 FROM drift_field WHERE partner = ? AND mapping = ? AND path = ? LIMIT 1",
                    place + [.text(path)]
                ) { _ in true }.first ?? false
            if !isKnown { new += 1 }
            try connection.run(
                """
                INSERT INTO drift_field (partner, mapping, week, path, documents) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (partner, mapping, path, week)
                DO UPDATE SET documents = drift_field.documents + excluded.documents
                """, place + [.text(tally.key.week), .text(path), .integer(Int64(count))])
        }
        return new
    }

    /// - Returns: how many of the codes were never seen there before.
    private static func addCodes(
        of tally: DriftTally, at place: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> Int {
        var new = 0
        for (code, times) in tally.codes.sorted(by: { ($0.key.list, $0.key.digest) < ($1.key.list, $1.key.digest) }) {
            let isKnown =
                try connection.query(
                    "SELECT 1 FROM drift_code WHERE partner = ? AND mapping = ? AND list = ? AND digest = ? LIMIT 1",
                    place + [.text(code.list), .text(code.digest)]
                ) { _ in true }.first ?? false
            if !isKnown { new += 1 }
            try connection.run(
                """
                INSERT INTO drift_code (partner, mapping, week, list, digest, times) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (partner, mapping, list, digest, week)
                DO UPDATE SET times = drift_code.times + excluded.times
                """, place + [.text(tally.key.week), .text(code.list), .text(code.digest), .integer(Int64(times))])
        }
        return new
    }

    /// Whether there is an earlier week to hold this one against.
    private static func hasPast(_ key: DriftTally.Key, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        try connection.query(
            "SELECT 1 FROM drift_week WHERE partner = ? AND mapping = ? AND week < ? LIMIT 1",
            [.text(key.partnerID), .text(key.mappingID), .text(key.week)]
        ) { _ in true }.first ?? false
    }

    static func report(
        _ key: DriftTally.Key, documents: Int, since: String, _ connection: any SQLConnection
    ) throws(StoreError) -> DriftReport {
        let place = [SQLValue.text(key.partnerID), .text(key.mappingID)]
        let fields: (String, [SQLValue]) throws(StoreError) -> [DriftReport.Field] = { sql, values throws(StoreError) in
            try connection.query(sql, place + values) { row throws(StoreError) in
                DriftReport.Field(path: try row.text("path"), documents: try row.int("documents"))
            }
        }
        let new =
            try hasPast(key, connection)
            ? fields(
                """
                SELECT path, documents FROM drift_field AS f WHERE partner = ? AND mapping = ? AND week = ?
                AND NOT EXISTS (SELECT 1 FROM drift_field AS e WHERE e.partner = f.partner AND e.mapping = f.mapping
                AND e.path = f.path AND e.week < f.week) ORDER BY path
                """, [.text(key.week)]) : []
        let vanished = try fields(
            """
            SELECT path, sum(documents) AS documents FROM drift_field AS f WHERE partner = ? AND mapping = ? AND week >= ? AND week < ?
            AND NOT EXISTS (SELECT 1 FROM drift_field AS n WHERE n.partner = f.partner AND n.mapping = f.mapping
            AND n.path = f.path AND n.week = ?) GROUP BY path ORDER BY path
            """, [.text(since), .text(key.week), .text(key.week)])
        let codes = try connection.query(
            """
            SELECT list, count(*) AS code_values, sum(CASE WHEN EXISTS (SELECT 1 FROM drift_code AS e WHERE e.partner = c.partner
            AND e.mapping = c.mapping AND e.list = c.list AND e.digest = c.digest AND e.week < c.week)
            THEN 0 ELSE 1 END) AS new_values, sum(times) AS times FROM drift_code AS c WHERE partner = ? AND mapping = ? AND week = ?
            GROUP BY list ORDER BY list
            """, place + [.text(key.week)]
        ) { row throws(StoreError) in
            DriftReport.List(
                name: try row.text("list"), values: try row.int("code_values"), newValues: try row.int("new_values"),
                times: try row.int("times"))
        }
        return DriftReport(
            partnerID: key.partnerID, mappingID: key.mappingID, documents: documents, newFields: new,
            vanishedFields: vanished, unknownCodes: codes)
    }
}
