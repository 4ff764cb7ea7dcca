import Foundation
import StrictJSON
import Synchronization
import Testing

@testable import gateway

/// A file that is written to all the time, by a thread of its own, which no other test keeps waiting.
private final class GrowingFile: Sendable {
    private let isEnding = Mutex(false)

    init(_ url: URL, _ bytes: [UInt8]) throws {
        try Data(bytes.dropLast()).write(to: url)
        let file = try FileHandle(forWritingTo: url)
        try file.seekToEnd()
        Thread.detachNewThread { [self] in
            while !isEnding.withLock({ $0 }) {
                try? file.write(contentsOf: [0x20])
                usleep(20_000)
            }
            try? file.write(contentsOf: bytes.suffix(1))
            try? file.close()
        }
    }

    func finish() { isEnding.withLock { $0 = true } }
}

/// Whatever lies in a partner's inbox: the good files go through, each bad one is told once, and nothing stops the rest.
@Suite struct ExchangeSituationTests {
    /// Names that transfer programs give to what they still write.
    private static let unfinished = [
        ".hidden.xml", "a.xml.tmp", "b.xml.part", "c.xml.filepart", "d.crdownload", "e.partial", ".f.xml.swp", "g.xml~",
        "h.temp", "i.writing", "j.lock", "K.XML.TMP", "L.FILEPART",
    ]
    /// 测试, as a partner's old machine writes it.
    private static let gbk: [UInt8] = [0xB2, 0xE2, 0xCA, 0xD4] + Array(".xml".utf8)

    private static func gateway(_ home: ExchangeHome, _ exchange: String) throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            courtWays: "<mapping>civil-affairs/referral</mapping>" + home.element)
        try gateway.set(
            "\(exchange)<alerts everySeconds=\"5\" settleSeconds=\"0\"/><limits bodyBytes=\"50000\"/>")
        try gateway.start()
        return gateway
    }

    /// The court's alerts about its folders.
    private static func alerts(_ gateway: GatewayProcess) async throws -> [String] {
        let alerts = try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array ?? []
        return alerts.filter { $0["subject"] == "court" }.compactMap { $0["alert"]?.string }.sorted()
    }

    /// Each lies under a name of its own and goes through.
    private func putGood(_ home: ExchangeHome) throws -> [String] {
        let long = String(repeating: "x", count: 251) + ".xml"
        let chinese = String(repeating: "测", count: 83) + "xx.xml"
        #expect(long.utf8.count == 255 && chinese.utf8.count == 255)
        let names = ["plain.xml", long, chinese, "future.xml", "taken.xml", "空 格&'.xml", "over.xml", "no-ending"]
        for (number, name) in names.enumerated() { try home.put(name, courtNotice("G-\(number)")) }
        try home.put(Self.gbk, courtNotice("G-gbk"))
        try home.put(
            "plain.json", Array(#"{"ywlsh":"G-json","fsdwdm":"320402","ywlx":"FLYZ_ZJ","sqr":{"xm":"测试赵"}}"#.utf8))
        // The sender's clock does not count.
        let times = [timeval(tv_sec: 4_000_000_000, tv_usec: 0), timeval(tv_sec: 4_000_000_000, tv_usec: 0)]
        #expect(utimes(home.url.appending(path: "in/future.xml").path, times) == 0)
        // Its place in the archive is taken, by what no file replaces.
        try FileManager.default.createDirectory(
            at: home.url.appending(path: "archive/taken.xml/full"), withIntermediateDirectories: true)
        // Renamed over: the second is answered whatever became of the first.
        try home.put("over.xml", courtNotice("G-over"))
        return names + ["plain.json"]
    }

    /// - Returns: those that can be read, and those that cannot.
    private func putBad(_ home: ExchangeHome) throws -> (refused: [String], unread: [String]) {
        let inbox = home.url.appending(path: "in")
        let manager = FileManager.default
        try home.put("broken.xml", Array("<ROOT><RECORD>".utf8))
        try home.put("paper.pdf", Array("%PDF-1.7 ".utf8))
        try home.put("large.xml", courtNotice("B-large") + [UInt8](repeating: 0x20, count: 50_000))
        try home.put("empty.xml", [])
        try home.put(String(repeating: "y", count: 251) + ".bad", Array("?".utf8))
        try manager.createDirectory(at: inbox.appending(path: "nested.xml/deeper"), withIntermediateDirectories: true)
        try Data(courtNotice("B-nested")).write(to: inbox.appending(path: "nested.xml/inner.xml"))
        try manager.createSymbolicLink(
            atPath: inbox.appending(path: "dangling.xml").path, withDestinationPath: "/nonexistent")
        try Data(courtNotice("B-link")).write(to: home.url.appending(path: "elsewhere.xml"))
        try manager.createSymbolicLink(
            at: inbox.appending(path: "link.xml"), withDestinationURL: home.url.appending(path: "elsewhere.xml"))
        #expect(mkfifo(inbox.appending(path: "pipe.xml").path, 0o666) == 0)
        #expect(mknod(inbox.appending(path: "socket.xml").path, S_IFSOCK | 0o666, 0) == 0)
        var unread = ["nested.xml", "dangling.xml", "link.xml", "pipe.xml", "socket.xml"]
        // To root permissions mean nothing: for it this one is a good file more, and is left out.
        if geteuid() != 0 {
            try home.put("secret.xml", courtNotice("B-secret"))
            chmod(inbox.appending(path: "secret.xml").path, 0)
            unread.append("secret.xml")
        }
        return (["broken.xml", "paper.pdf", "large.xml", "empty.xml"], unread)
    }

    /// A file that nobody may move. Nothing where this machine knows no way: root needs a file system with attributes.
    private func putImmovable(_ home: ExchangeHome) throws -> String? {
        let name = "immovable"
        let path = home.url.appending(path: "in/" + name).path
        if geteuid() != 0 {
            // Moving a directory changes what `..` in it is.
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            chmod(path, 0o555)
            return name
        }
        try home.put(name, courtNotice("B-immovable"))
        return Self.setImmutable(path, "+i") ? name : nil
    }

    @discardableResult
    private static func setImmutable(_ path: String, _ flag: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/chattr")
        process.arguments = [flag, path]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private func answers(_ name: String, _ home: ExchangeHome) -> [String] {
        home.names("out").filter { $0.hasPrefix(name.prefix(60) + (name.utf8.count > 60 ? "" : ".")) }
    }

    @Test
    func `twenty kinds of file: the good ones go through, each bad one is told once, and it rings until they are gone`()
        async throws
    {
        let home = try ExchangeHome()
        defer { home.remove() }
        let good = try putGood(home)
        let (refused, unread) = try putBad(home)
        let immovable = try putImmovable(home)
        let immovablePath = home.url.appending(path: "in/immovable").path
        defer { if geteuid() == 0 { Self.setImmutable(immovablePath, "-i") } else { chmod(immovablePath, 0o755) } }
        for name in Self.unfinished {
            try Data(courtNotice("U-\(name)")).write(to: home.url.appending(path: "in/" + name))
        }
        let gateway = try Self.gateway(home, #"<exchange pollSeconds="1" quietSeconds="8" receiptSeconds="9"/>"#)
        // Only its end makes it whole.
        let growing = try GrowingFile(home.url.appending(path: "in/growing.xml"), courtNotice("G-growing"))
        defer { growing.finish() }
        try await eventually("the others are answered") {
            let isDone =
                home.names("out").count { $0.contains(".receipt.") } == good.count + 1
                && home.names("error").count == refused.count + unread.count + 1
            return isDone ? true : nil
        }
        #expect(answers("growing.xml", home).isEmpty)
        growing.finish()
        try await eventually("the file that grew is answered") { home.text("archive/growing.xml").isEmpty ? nil : true }
        for name in good + ["growing.xml"] {
            #expect(answers(name, home).filter { $0.contains(".receipt.") }.count == 1, "\(name)")
        }
        let over = try await gateway.remote.ask("GET", "/v1/referrals?messageId=G-over")["referralId"]?.string
        #expect(try home.text("out/over.xml.receipt.xml").contains(#require(over)))
        for name in refused + unread + [immovable].compactMap(\.self) {
            #expect(
                answers(name, home).count == 1 && answers(name, home).allSatisfy { $0.contains(".error.") }, "\(name)")
        }
        #expect(answers(String(repeating: "y", count: 251), home).count == 1)
        #expect(
            home.names("in").sorted()
                == (Self.unfinished.filter { !$0.hasPrefix(".") } + [immovable].compactMap(\.self)).sorted())
        try await ring(gateway, home, unread, immovable)
        // A temporary name that becomes a name is taken.
        try FileManager.default.moveItem(
            at: home.url.appending(path: "in/a.xml.tmp"), to: home.url.appending(path: "in/a.xml"))
        try await eventually("the file that was finished is answered") {
            home.text("archive/a.xml").isEmpty ? nil : true
        }
        // Each of them was told of once, however many rounds there were.
        let lines = gateway.logged.split(separator: "\n")
        #expect(lines.count { $0.contains("exchange file not read") } == unread.count)
        #expect(lines.count { $0.contains("exchange file cannot be moved") } == (immovable == nil ? 0 : 1))
        #expect(!gateway.logged.contains("nested.xml") && !gateway.logged.contains(home.url.path))
        #expect(gateway.stop() == 0)
        gateway.remove()
    }

    /// It rings for what could not be read, and stops once that is gone, or passes.
    private func ring(
        _ gateway: GatewayProcess, _ home: ExchangeHome, _ unread: [String], _ immovable: String?
    ) async throws {
        try await eventually("it rings") {
            try await Self.alerts(gateway).contains("exchangeFolder") ? true : nil
        }
        let count = unread.count + (immovable == nil ? 0 : 1)
        #expect(try await gateway.metrics().contains("gateway_exchange_unread{partner=\"court\"} \(count).0"))
        let overview = try await gateway.desk.client.send(
            .init(
                method: "GET", url: gateway.desk.url + "/v1/alerts",
                headers: [("Authorization", "Bearer \(GatewayProcess.operatorToken)"), ("Accept-Language", "en")],
                body: [], timeout: .seconds(60)))
        #expect(String(decoding: overview.body, as: UTF8.self).contains("put it in again or take it away"))
        for name in unread { try FileManager.default.removeItem(at: home.url.appending(path: "error/" + name)) }
        if let immovable {
            let path = home.url.appending(path: "in/" + immovable).path
            if geteuid() == 0 {
                Self.setImmutable(path, "-i")
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
        }
        try await eventually("it is over") {
            try await Self.alerts(gateway).contains("exchangeFolder") ? nil : true
        }
        // What may be moved now goes through.
        if immovable != nil, geteuid() == 0 {
            try await eventually("it passes") { home.text("archive/immovable").isEmpty ? nil : true }
        }
        #expect(try await gateway.metrics().contains("gateway_exchange_unread{partner=\"court\"} 0.0"))
    }

    @Test func `a file without its receipt rings after the limit, until it has it`() async throws {
        let home = try ExchangeHome()
        defer { home.remove() }
        let obstacle = home.url.appending(path: "out/a.xml.receipt.xml")
        try FileManager.default.createDirectory(
            at: obstacle.appending(path: "full"), withIntermediateDirectories: true)
        let gateway = try Self.gateway(home, #"<exchange pollSeconds="1" quietSeconds="0" receiptSeconds="2"/>"#)
        try home.put("a.xml", courtNotice("L-1"))
        try home.put("b.xml", courtNotice("L-2"))
        try await eventually("it rings") {
            try await Self.alerts(gateway) == ["exchangeFolder", "receiptLate"] ? true : nil
        }
        // The other one was not kept from its receipt.
        #expect(home.names("archive") == ["b.xml"])
        let busy = try await gateway.metrics()
        #expect(busy.contains("gateway_exchange_waiting{partner=\"court\"} 1.0"))
        let wait = try #require(
            busy.first { $0.hasPrefix("gateway_exchange_oldest_wait_seconds{partner=\"court\"} ") }?.split(
                separator: " "
            )
            .last.flatMap { Double($0) })
        #expect(wait >= 2)
        try FileManager.default.removeItem(at: obstacle)
        try await eventually("it is over") { try await Self.alerts(gateway).isEmpty ? true : nil }
        #expect(home.names("archive") == ["a.xml", "b.xml"])
        #expect(try await gateway.metrics().contains("gateway_exchange_oldest_wait_seconds{partner=\"court\"} 0.0"))
        gateway.stop()
        gateway.remove()
    }
}
