import Messaging
import Vocabulary

extension SQLMessageStore: ReviewCaseStore {
    public func keepReviewCases(_ keys: Set<String>, of partner: String, month: String) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            try connection.run(
                "DELETE FROM review_case WHERE partner = ? AND month = ?", [.text(partner), .text(month)])
            for key in keys.sorted() {
                try connection.run(
                    "INSERT INTO review_case (partner, month, key) VALUES (?, ?, ?)",
                    [.text(partner), .text(month), .text(key)])
            }
        }
    }

    public func reviewCoverage(month: String) async throws(StoreError) -> [ReviewCoverage] {
        try await database.read { connection throws(StoreError) in
            func facts(_ name: String) -> String { connection.dialect.member(name, of: "a.facts") }
            return try connection.query(
                """
                SELECT c.partner AS partner, count(*) AS cases, sum(CASE WHEN EXISTS (SELECT 1 FROM case_key k
                JOIN application a ON a.no = k.application_no WHERE k.quarter IN (q.first, q.first + 1, q.first + 2)
                AND k.key = c.key AND \(facts("partner")) = c.partner
                AND instr(\(facts("measures")), '"reviewStageDefence"') > 0) THEN 1 ELSE 0 END) AS notified
                FROM review_case c, (SELECT CAST(substr(?1, 1, 4) AS INTEGER) * 4
                + (CAST(substr(?1, 6, 2) AS INTEGER) - 1) / 3 - 1 AS first) q WHERE c.month = ?1
                GROUP BY c.partner ORDER BY c.partner
                """, [.text(month)]
            ) { row throws(StoreError) in
                ReviewCoverage(
                    partner: try row.text("partner"), cases: try row.int("cases"), notified: try row.int("notified"))
            }
        }
    }
}
