import Messaging
import Testing

@testable import Storage

@Test func `the running clocks are read in the order they come due without sorting`() async throws {
    let home = try await TemporaryStore()
    let plan = try await home.database.read { connection throws(StoreError) in
        try connection.query(
            """
            EXPLAIN QUERY PLAN SELECT c.id FROM clock c JOIN application a ON a.no = c.application_no
            WHERE c.is_running = 1 AND c.due_at <= ? AND (c.due_at, c.application_no, c.id) > (?, ?, ?)
            ORDER BY c.due_at, c.application_no, c.id LIMIT 10
            """, [.integer(1), .integer(0), .text(""), .text("")]
        ) { row throws(StoreError) in try row.text("detail") }
    }
    #expect(plan.contains { $0.contains("clock_running") }, "\(plan)")
    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    await home.remove()
}
