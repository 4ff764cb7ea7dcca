import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

private let promtool = "/usr/bin/promtool"
private let hasPromtool = FileManager.default.isExecutableFile(atPath: promtool)

/// Runs Prometheus's own checker.
private func check(_ arguments: [String], input: String = "") throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: promtool)
    process.arguments = ["check"] + arguments
    let (feed, output) = (Pipe(), Pipe())
    process.standardInput = feed
    process.standardOutput = output
    process.standardError = output
    try process.run()
    try feed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try feed.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
}

extension GatewayProcess {
    func metrics() async throws -> [String] {
        let response = try await desk.client.send(
            OutgoingRequest(
                method: "GET", url: desk.url + "/metrics", headers: [], body: [], timeout: .seconds(60)))
        return String(decoding: response.body, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

@Suite struct MetricsTests {
    @Test func `what came in, lies dead and waits is told, and an emptied queue is told as empty`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        _ = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice("P-1"), mediaType: "application/xml")
        _ = try await gateway.remote.call("POST", "/v1/referrals", body: Array("<R>".utf8))
        _ = try await gateway.remote.call("GET", "/v1/secret/320402197901019994")
        let busy = try await gateway.metrics()
        #expect(busy.contains("gateway_queue_depth{queue=\"CZ-TN\"} 1.0"))
        #expect(busy.contains("gateway_dead_letters{reason=\"invalid\"} 1.0"))
        #expect(
            busy.contains("gateway_http_requests_total{route=\"POST /v1/referrals\",status=\"2xx\"} 1.0"))
        #expect(
            busy.contains("gateway_http_requests_total{route=\"POST /v1/referrals\",status=\"4xx\"} 1.0"))
        #expect(busy.contains("gateway_http_requests_total{route=\"none\",status=\"4xx\"} 1.0"))
        #expect(busy.contains { $0.hasPrefix("gateway_store_commit_units_bucket{le=\"1.0\"} ") })
        #expect(!busy.contains { $0.contains("320402197901019994") })
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        let idle = try await gateway.metrics()
        #expect(idle.contains("gateway_queue_depth{queue=\"CZ-TN\"} 0.0"))
        #expect(idle.contains("gateway_queue_oldest_seconds{queue=\"CZ-TN\"} 0.0"))
        if hasPromtool {
            let (code, output) = try check(["metrics"], input: idle.joined(separator: "\n") + "\n")
            #expect(code == 0, "\(output)")
        }
        gateway.stop()
        gateway.remove()
    }

    @Test(.enabled(if: hasPromtool, "promtool, of Debian's package prometheus, is not installed"))
    func `Prometheus accepts the rules that ship`() throws {
        let rules = repository.appending(path: "config/deploy/prometheus-rules.yml").path
        let (code, output) = try check(["rules", rules])
        #expect(code == 0, "\(output)")
    }

    @Test(arguments: ["prometheus-rules.yml", "grafana-dashboard.json"])
    func `rules and dashboard ask for figures that the gateway gives`(file: String) throws {
        let text = try String(contentsOf: repository.appending(path: "config/deploy/\(file)"), encoding: .utf8)
        if file.hasSuffix(".json") { #expect(throws: Never.self) { try JSONValue(parsing: Array(text.utf8)) } }
        let sources = repository.appending(path: "Sources")
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
        let code = try files.map { try String(contentsOf: sources.appending(path: $0), encoding: .utf8) }.joined()
        let names = Set(text.matches(of: /gateway_[a-z_]+/).map { String($0.output) })
        #expect(names.count > 5)
        for name in names {
            let family = name.replacing(/_(bucket|sum|count)$/, with: "")
            #expect(code.contains("\"\(name)\"") || code.contains("\"\(family)\""), "\(name)")
        }
    }
}
