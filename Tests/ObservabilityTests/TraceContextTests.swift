import Foundation
import Observability
import StrictJSON
import Testing

private let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

@Test func `a valid trace is carried on with a step of its own`() throws {
    let trace = try #require(TraceContext(valid))
    #expect(trace.traceParent == valid)
    let step = trace.step { 7 }
    #expect(step.traceParent == "00-0af7651916cd43dd8448eb211c80319c-0000000000000007-01")
    #expect(TraceContext("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later") != nil)
    #expect(TraceContext(TraceContext { 0 }.traceParent) != nil)
}

@Test(arguments: [
    "", "00", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
    "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
    " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
])
func `what is not a trace by the deadLetter is none`(header: String) { #expect(TraceContext(header) == nil) }

@Test func `every line of a journey carries its trace`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = Log(sink: .file(path), now: { "now" })
    TraceContext.$current.withValue(TraceContext(valid)) { log.info("received", []) }
    log.info("alone", [])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(try JSONValue(parsing: Array(lines[0].utf8))["traceId"] == "0af7651916cd43dd8448eb211c80319c")
    #expect(try JSONValue(parsing: Array(lines[1].utf8))["traceId"] == nil)
}

@Test func `a histogram counts into rising buckets`() {
    let metrics = Metrics()
    for value in [0.5, 1, 3, 99] {
        metrics.observe("t_seconds", help: "T.", labels: [("a", "b")], value, bounds: [1, 5])
    }
    #expect(
        metrics.exposition() == """
            # HELP t_seconds T.
            # TYPE t_seconds histogram
            t_seconds_bucket{a="b",le="1.0"} 2
            t_seconds_bucket{a="b",le="5.0"} 3
            t_seconds_bucket{a="b",le="+Inf"} 4
            t_seconds_sum{a="b"} 103.5
            t_seconds_count{a="b"} 4

            """)
}
