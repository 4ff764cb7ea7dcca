import Documents
import Foundation
import Messaging
import Observability
import Operations
import StrictJSON
import Transport
import Vocabulary

enum Demo: Command {
    static let name = "demo"
    static let synopsis = "[--config FILE] [--port N] [--once]"
    static let summary = LocalizedText(
        "启动带模拟机构的网关，让样例转介走一遍",
        "start a gateway with simulated agencies and walk the sample referrals through it")
    static let details: [HelpLine] =
        [
            .item(
                "--config FILE", "设置文件（默认 config/gateway.xml）；存储是新的，演示结束即消失",
                "settings (default config/gateway.xml); the store is a fresh one and goes with the demo"),
            .item("--port N", "监听端口（默认 8480；0 为任意）", "port to listen on (default 8480; 0 for any)"),
            .item("--once", "走完即结束，而不是等到 Ctrl-C", "end when the walk is over instead of staying up until Ctrl-C"),
            .note("有不如预期之处则退出码 1。", "Exit code 1 when something in the walk did not go as it should."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "port"], flags: ["once"])
        try arguments.allowWords(0)
        var configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        if let port = arguments["port"] {
            guard let number = UInt16(port) else {
                throw UsageError("--port 为 0 到 65535", "--port takes a number from 0 to 65535")
            }
            configuration.port = number
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "legal-aid-gateway-demo-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        configuration.storePath = folder.appending(path: "gateway.sqlite").path

        let mailbox = try Mailbox()
        let tokens = try DemoTokens(&configuration)
        configuration.partners = configuration.partners.map { partner in
            var partner = partner
            partner.returnAddress = ReturnAddress(url: "http://127.0.0.1:\(mailbox.port)/\(partner.id)", token: nil)
            return partner
        }
        let log = Log(
            sink: .file(folder.appending(path: "gateway.log").path), now: { Instant(Date()).rfc3339 })
        let gateway = try await Gateway(configuration, log: log)
        let url = "http://\(configuration.host):\(gateway.server.port)"
        var walk = try DemoWalk(
            url: url, configuration: configuration, tokens: tokens, mailbox: mailbox,
            today: Instant(Date()).timestamp.date)
        let wentWell = try await walk.run()
        if !arguments.has("once") {
            let password = String(try Token.make().prefix(20))
            try await gateway.accounts.add(
                "demo", role: .administrator, password: password,
                by: Caller(role: .operator, id: "demo", operatorRole: .administrator), reason: "演示")
            invite(to: url, password: password, tokens, partner: configuration.partners.first?.id ?? "")
            for await signal in Signals.stream(SIGINT, SIGTERM) where signal != 0 { break }
        }
        await gateway.stop()
        await mailbox.stop()
        return wentWell ? 0 : 1
    }

    /// Says how to go on by hand.
    private static func invite(to url: String, password: String, _ tokens: DemoTokens, partner: String) {
        Terminal.print(
            """

            网关在 \(url) 运行，直到 Ctrl-C。The gateway stays up until Ctrl-C.

              控制台 Console  \(url)/console/  用户名 name: demo  密码 password: \(password)

            可以试试 Try it:

              curl -s \(url)/readyz
              curl -s -H 'Authorization: Bearer \(tokens.operator)' \(url)/v1/dead-letters
              curl -s -H 'Authorization: Bearer \(tokens.of(partner: partner))' \\
                   -H 'Content-Type: application/xml' --data-binary @Mappings/court/defence-notice/examples/all-fields.gb18030.xml \\
                   \(url)/v1/referrals

            密码和令牌只在本次运行中有效。The password and the tokens are good for this run only.
            """)
    }
}
