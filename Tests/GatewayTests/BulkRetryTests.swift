import Foundation
import StrictJSON
import Testing

@testable import gateway

/// Ten thousand dead letters of one cause, a mapping that is mended, and an operator with a browser.
@Suite(.enabled(if: Browser.isInstalled, "chromium-driver is not installed"), .serialized) struct BulkRetryInABrowser {
    private static let count = 10_000
    private static let others = 40
    /// Rules of the fragments that the mapping includes: line 3 of the one in line 22, line 6 of the one in line 7.
    private static let cause = "invalid/missing/court/defence-notice:22003"
    private static let otherCause = "invalid/missing/court/defence-notice:7006"

    /// A court's notice that names no sender: no mapping of the name makes it pass.
    private static func anonymous(_ id: String) -> [UInt8] {
        Array(String(decoding: courtNotice(id), as: UTF8.self).replacing("<FSDW>320402</FSDW>", with: "").utf8)
    }

    @Test func `ten thousand deadLetters pass after a mapping is mended, once each, while the page shows it`()
        async throws
    {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try FilledDeadLetterQueue.breakMapping(of: gateway)
        let ids = (0..<Self.count).map { "N-\($0)" }
        try await FilledDeadLetterQueue.fill(
            gateway, ids.map { courtNotice($0) } + (0..<Self.others).map { Self.anonymous("X-\($0)") })
        try gateway.addOperator()
        try gateway.start()
        let consumer = Consumer(gateway)
        #expect(try await consumer.takeAll() == 0)

        let browser = try await Browser()
        let outcome = await Task { try await mend(gateway, browser, consumer) }.result
        await browser.close()
        try outcome.get()

        while try await consumer.takeAll() > 0 {}
        #expect(consumer.taken.count == Self.count)
        #expect(Set(consumer.taken) == Set(ids))
        let left = try await gateway.desk.ask("GET", "/v1/dead-letters/causes")["causes"]?.array ?? []
        #expect(left.map { $0["cause"] } == [.string(Self.otherCause)])
        #expect(left.first?["count"]?.int == Self.others)
        let jobs = try await gateway.desk.ask("GET", "/v1/jobs")["jobs"]?.array ?? []
        #expect(jobs.compactMap { $0["state"]?.string } == ["stopped", "finished", "stopped"])
    }

    /// What the operator does at the screen.
    private func mend(_ gateway: GatewayProcess, _ browser: Browser, _ consumer: Consumer) async throws {
        let site = "http://127.0.0.1:\(gateway.port)/console"
        try await browser.signIn(to: gateway)
        try await browser.screenshot("bulk-1-overview")
        try await browser.open("\(site)/dead-letters")
        try await browser.screenshot("bulk-2-list")
        try await browser.click("a[href='/console/dead-letters?cause=\(Self.cause.urlEscaped)']")
        // Each page is waited for by what only it holds.
        _ = try await browser.value("form.filter option[selected][value='\(Self.cause)']")
        try await browser.click("form[action$='/bulk'] button")
        _ = try await browser.value("#rate")
        #expect(try await browser.text("table caption").contains("\(Self.count)"))
        #expect(try await browser.text("table tbody").contains(Self.cause))
        #expect(try await !browser.text("table tbody").contains(Self.otherCause))
        try await browser.screenshot("bulk-3-preview")

        try FilledDeadLetterQueue.mendMapping(of: gateway)
        gateway.reload()
        try await gateway.untilLogged("mappings and rules reloaded")
        // First carefully, with work for many minutes.
        try await browser.order(rate: 20, "映射已更正")
        try await browser.untilItMoved(4) { _ = try await consumer.takeAll() }
        // The page moved by itself: it was opened once.
        #expect(try await browser.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate")
        try await browser.screenshot("bulk-4-running")
        try await browser.press("pause")
        #expect(try await browser.text("#job[data-state=paused] .badge") == "已暂停")
        try await browser.screenshot("bulk-5-paused")
        try await browser.press("resume")
        _ = try await browser.text("#job[data-state=running] .badge")
        try await browser.untilItMoved(2) { _ = try await consumer.takeAll() }
        try await browser.press("stop")
        _ = try await browser.text("#job[data-state=stopped] .badge")
        let done = try await browser.progress()

        // Then the rest.
        try await browser.open("\(site)/dead-letters?cause=\(Self.cause.urlEscaped)")
        try await browser.click("form[action$='/bulk'] button")
        #expect(try await browser.text("table caption").contains("\(Self.count - done)"))
        try await browser.order(rate: 500, "其余一并处理")
        _ = try await browser.text("#job .badge")
        while try await !browser.isFinished() { _ = try await consumer.takeAll() }
        #expect(try await browser.progress() == Self.count - done)
        #expect(try await browser.text("#job .tile.good strong") == "\(Self.count - done)")
        #expect(try await browser.evaluate("document.querySelectorAll('#job .tile.bad, #job .tile.warn').length") == 0)
        try await browser.screenshot("bulk-6-finished")

        try await browser.open("\(site)/dead-letters?cause=\(Self.otherCause.urlEscaped)")
        try await browser.click("form[action$='/bulk'] button")
        try await browser.order(rate: 1, "试一试")
        try await browser.press("stop")
        #expect(try await browser.text("#job[data-state=stopped] .badge") == "已停止")
        #expect(
            try await browser.evaluate("document.querySelectorAll('form[action*=\"/console/jobs/\"]').length") == 0)
        try await browser.screenshot("bulk-7-stopped")
        try await browser.show(width: 400, height: 900)
        try await browser.screenshot("bulk-8-phone")
        try await browser.open("\(site)/jobs")
        #expect(try await browser.text("tbody").contains("\(Self.count - done) / \(Self.count - done)"))
        try await browser.screenshot("bulk-9-jobs-phone")
    }
}

extension Browser {
    /// Fills in the form of a bulk retry and sends it.
    fileprivate func order(rate: Int, _ reason: String) async throws {
        try await paste("\(rate)", into: "#rate")
        try await type(reason, into: "#reason")
        try await click("form[action='/console/jobs'] button")
    }

    /// Watches the job on the page until it has shown so many different counts.
    fileprivate func untilItMoved(_ times: Int, meanwhile act: () async throws -> Void) async throws {
        var seen = Set([try await progress()])
        while seen.count < times {
            seen.insert(try await progress())
            try await act()
        }
    }

    /// How far the job on the page has come.
    fileprivate func progress() async throws -> Int {
        try await evaluate("document.querySelector('#job progress')?.value").int ?? 0
    }

    /// Asked of the page at once, since it draws the job anew again and again.
    fileprivate func isFinished() async throws -> Bool {
        try await evaluate("document.querySelector('#job')?.dataset.state") == "finished"
    }

    fileprivate func press(_ act: String) async throws {
        try await click("details:has(form[action$='/\(act)']) summary")
        try await type("演练", into: "form[action$='/\(act)'] input[name=reason]")
        try await click("form[action$='/\(act)'] button")
    }
}

/// An institution that fetches whatever lies in its queue, and keeps its leases.
///
/// `@unchecked`: each belongs to one test, whose steps use it in turn.
private final class Consumer: @unchecked Sendable {
    private let institution: Remote
    private(set) var taken: [String] = []

    init(_ gateway: GatewayProcess) { institution = gateway.institution }

    /// - Returns: how many this call gave.
    func takeAll() async throws -> Int {
        let batch = try await institution.leases().compactMap { $0.at("application.source.messageId")?.string }
        taken += batch
        return batch.count
    }
}
