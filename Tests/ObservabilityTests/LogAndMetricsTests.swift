import Foundation
import Observability
import StrictJSON
import Testing

@Test func `a line is one JSON object, and personal data is struck out whoever asks`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = Log(sink: .file(path), now: { "now" })
    log.info("received", [("referralId", "R1"), ("idNumber", "320402193803159916"), ("bytes", 4)])
    log.error("failed", [("detail", "line\nbreak")])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
    let first = try JSONValue(parsing: Array(lines[0].utf8))
    #expect(
        first == [
            "at": "now", "level": "info", "event": "received", "referralId": "R1", "idNumber": "[redacted]", "bytes": 4,
        ])
}

@Test func `figures are written as Prometheus reads them`() {
    let metrics = Metrics()
    metrics.increment("b_total", help: "B.", labels: [("partner", "a\"b\n")])
    metrics.increment("b_total", help: "B.", labels: [("partner", "a\"b\n")])
    metrics.set("a", help: "A.", labels: [], to: 2.5)
    #expect(
        metrics.exposition() == """
            # HELP a A.
            # TYPE a gauge
            a 2.5
            # HELP b_total B.
            # TYPE b_total counter
            b_total{partner="a\\"b\\n"} 2.0

            """)
}
