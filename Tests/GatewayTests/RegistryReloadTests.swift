import Foundation
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import gateway

/// Partners and institutions that come, change and go while the gateway runs.
@Suite struct RegistryReloadTests {
    private func edit(_ gateway: GatewayProcess, _ file: String, _ old: String, _ new: String) throws {
        try TriageOverTheGateway.edit(gateway.folder.appending(path: file), old, new)
    }

    /// With an administrator, and institutions of its own.
    private func gateway(courtWays: String? = nil) throws -> GatewayProcess {
        let gateway = try GatewayProcess(courtWays: courtWays)
        _ = try InstitutionPushTests.institutions(of: gateway, holding: "")
        try edit(
            gateway, "credentials.xml", "</credentials>",
            #"<operator name="admin" role="administrator" tokenSha256="\#(Token.hash("admin"))"/></credentials>"#)
        return gateway
    }

    private func reload(_ gateway: GatewayProcess) async throws -> [String] {
        try await gateway.operator("admin").ask("POST", "/v1/reload")["changes"]?.array?.compactMap(\.string) ?? []
    }

    private func send(_ gateway: GatewayProcess, _ id: String, as token: String) async throws -> JSONValue {
        try await gateway.operator(token).ask(
            "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
    }

    private func figures(_ gateway: GatewayProcess) async throws -> String {
        String(decoding: try await gateway.remote.download("/metrics"), as: UTF8.self)
    }

    @Test func `a partner and an institution that are added are served at once, by every way`() async throws {
        let home = try ExchangeHome()
        defer { home.remove() }
        let gateway = try gateway()
        try gateway.start()
        try edit(
            gateway, "partners.xml", "</partners>",
            #"<partner id="station" name="新法院" senderType="court" statusMapping="court/status"><mapping>court/defence-notice</mapping>\#(home.element)</partner></partners>"#
        )
        try edit(
            gateway, "institutions.xml", "</institutions>",
            #"<institution code="CZ-XX" name="新设法律援助中心" division="320499" phone="0519-80000990"><court>苏0499</court></institution></institutions>"#
        )
        try edit(
            gateway, "credentials.xml", "</credentials>",
            """
            <partner id="station" tokenSha256="\(Token.hash("station-token"))"/>
            <institution code="CZ-XX" tokenSha256="\(Token.hash("xx-token"))"/></credentials>
            """)
        let changes = try await reload(gateway)
        #expect(changes.contains { $0.contains("单位 station 新增：交换目录") }, "\(changes)")
        #expect(changes.contains { $0.contains("机构 CZ-XX 新增") }, "\(changes)")

        // By its token, and through its folders.
        #expect(try await send(gateway, "N-1", as: "station-token")["queue"] == "CZ-TN")
        try home.put("N-2.xml", courtNotice("N-2"))
        _ = try await eventually("the new partner's file was answered") {
            home.names("out").contains { $0.hasPrefix("N-2.xml") } ? true : nil
        }
        // What the rules lead to the new institution lies in its queue, which it reads by its token.
        let notice = String(decoding: courtNotice("N-3"), as: UTF8.self).replacing("苏0402", with: "苏0499")
        let receipt = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: Array(notice.utf8), mediaType: "application/xml")
        #expect(receipt["queue"] == "CZ-XX")
        let leases = try await gateway.operator("xx-token").leases(of: "CZ-XX")
        #expect(leases.map { $0["applicationNo"] } == [receipt["applicationNo"]])
        try await gateway.operator("xx-token").acknowledge(try #require(leases.first))
        let queues = try await gateway.desk.ask("GET", "/v1/queues")["queues"]?.array ?? []
        #expect(queues.contains { $0["queue"] == "CZ-XX" && $0["name"] == "新设法律援助中心" })

        // The audit trail says who, what and which files.
        let rows = try await gateway.operator("auditor").ask("GET", "/v1/audit?limit=50")["entries"]?.array ?? []
        let row = try #require(rows.first { $0["action"] == "reload" }?["detail"]?.string)
        let detail = try JSONValue(parsing: Array(row.utf8))
        #expect(detail["by"] == "admin" && detail["mappings"]?.string?.count == 64 && detail["rules"] != nil)
        #expect(detail["changes"]?.array?.contains("partner station added: exchange") == true, "\(row)")
        let files = rows.filter { $0["action"] == "changeConfiguration" }.compactMap { $0["detail"]?.string }
        #expect(Set(files).count == 2 && files.allSatisfy { $0.contains("partners.xml") })
        gateway.stop()
        gateway.remove()
    }

    @Test func `who ends is stopped in order, and what waits for it stays for whoever comes in its place`() async throws
    {
        let home = try ExchangeHome()
        defer { home.remove() }
        let gateway = try gateway(courtWays: home.element)
        try gateway.start()
        _ = try await gateway.send(courtNotice("E-1"))
        let court = try String(contentsOf: gateway.folder.appending(path: "partners.xml"), encoding: .utf8)
        let start = try #require(court.range(of: "<partner id=\"court\""))
        let end = try #require(court.range(of: "</partner>"))
        let registered = String(court[start.lowerBound..<end.upperBound])
        let token = #"<partner id="court" tokenSha256="\#(Token.hash(GatewayProcess.partnerToken))"/>"#

        // A credential of somebody who is not registered is a mistake.
        try edit(gateway, "partners.xml", registered, "")
        #expect(try await gateway.operator("admin").call("POST", "/v1/reload").status == 409)
        #expect(try await gateway.send(courtNotice("E-2"))["outcome"] == "accepted")
        try edit(gateway, "credentials.xml", token, "")
        let changes = try await reload(gateway)
        #expect(changes.contains { $0.contains("单位 court 停用") }, "\(changes)")
        #expect(try await gateway.remote.call("GET", "/v1/code-lists").status == 401)
        // What its institution reports is taken; there is nobody to tell.
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        try home.put("E-3.xml", courtNotice("E-3"))
        #expect(home.names("out") == [] && home.names("in") == ["E-3.xml"])

        // It comes again, with what was put there meanwhile.
        try edit(gateway, "partners.xml", "</partners>", registered + "</partners>")
        try edit(gateway, "credentials.xml", "</credentials>", token + "</credentials>")
        #expect(try await reload(gateway).contains { $0.contains("单位 court 新增") })
        _ = try await eventually("the file was answered") {
            home.names("out").contains { $0.hasPrefix("E-3.xml") } ? true : nil
        }
        gateway.stop()
        gateway.remove()
    }

    @Test func `statuses that wait go to the address that a reload names, and the feed is open to whom it names none`()
        async throws
    {
        let told = Mutex<[HTTPRequest]>([])
        let receiver = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            told.withLock { $0.append(request) }
            return HTTPResponse(status: 200)
        }
        // Nobody listens at the first address.
        let gateway = try gateway()
        try gateway.start()
        _ = try await gateway.send(courtNotice("A-1"))
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        #expect(try await gateway.remote.call("GET", "/v1/status-events").status == 409)
        try edit(gateway, "partners.xml", "http://127.0.0.1:9/", "http://127.0.0.1:\(receiver.port)/")
        let changes = try await reload(gateway)
        #expect(changes == ["单位 court 已变更：回传地址"], "\(changes)")
        _ = try await eventually("the status was pushed to the new address") { told.withLock { $0.first } }

        try edit(
            gateway, "partners.xml",
            "<returnAddress url=\"http://127.0.0.1:\(receiver.port)/\" timeoutSeconds=\"600\"/>", "")
        #expect(try await reload(gateway) == ["单位 court 已变更：回传地址"])
        #expect(try await gateway.remote.call("GET", "/v1/status-events").status == 200)
        #expect(try await gateway.desk.ask("GET", "/v1/outlets")["outlets"]?.array?.isEmpty == true)
        gateway.stop()
        gateway.remove()
        await receiver.stop(drain: .seconds(1))
    }

    @Test func `an institution that is pushed to from now on is, and leases again afterwards`() async throws {
        let pushed = Mutex<[JSONValue]>([])
        let receiver = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            guard let application = try? JSONValue(parsing: request.body) else { return HTTPResponse(status: 400) }
            pushed.withLock { $0.append(application) }
            return HTTPResponse(status: 204)
        }
        let gateway = try gateway(courtWays: "")
        try gateway.start()
        let receipt = try await gateway.send(courtNotice("P-1"))
        let place = "<court>苏0402</court>"
        let push = #"<push url="http://127.0.0.1:\#(receiver.port)/" timeoutSeconds="600"/>"#
        try edit(gateway, "institutions.xml", place, place + push)
        #expect(try await reload(gateway).contains("机构 CZ-TN 已变更：推送"))
        _ = try await eventually("what lay in its queue was pushed") { pushed.withLock { $0.first } }
        #expect(pushed.withLock { $0.first?["applicationNo"] } == receipt["applicationNo"])
        try edit(gateway, "institutions.xml", push, "")
        #expect(try await reload(gateway).contains("机构 CZ-TN 已变更：推送"))
        let second = try await gateway.send(courtNotice("P-2"))
        #expect(try await gateway.institution.leases().map { $0["applicationNo"] } == [second["applicationNo"]])
        gateway.stop()
        gateway.remove()
        await receiver.stop(drain: .seconds(1))
    }

    @Test(arguments: [
        "rules/prechecks.xml", "Mappings/court/defence-notice/mapping.xml", "partners.xml", "gateway.xml",
    ])
    func `a refused reload rings until another succeeds, also one by a signal`(file: String) async throws {
        let gateway = try gateway()
        try FilledDeadLetterQueue.breakMapping(of: gateway)
        try FilledDeadLetterQueue.mendMapping(of: gateway)
        _ = try TriageOverTheGateway.rules(of: gateway)
        try gateway.start()
        let seen = try await ConsoleVisitor.add("li", "viewer", to: gateway)
        let broken = gateway.folder.appending(path: file)
        let good = try String(contentsOf: broken, encoding: .utf8)
        try (good + "<").write(to: broken, atomically: true, encoding: .utf8)
        gateway.reload()
        try await gateway.untilLogged("reload refused, the old set stays")
        let alert = try await eventually("it rings") {
            try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array?.first { $0["alert"] == "reloadRefused" }
        }
        #expect(alert["text"]?.string?.contains("重新加载被拒绝") == true)
        #expect(alert["advice"]?.string?.contains("gateway check") == true)
        func warnings() async throws -> [String] {
            let ready = try await gateway.remote.ask("GET", "/readyz")
            #expect(ready["status"] == "ready")
            return ready["warnings"]?.array?.compactMap(\.string) ?? []
        }
        #expect(try await warnings().contains { $0.contains("被拒绝") && $0.contains("处错误") })
        #expect(try await seen.get("/").html.contains("重新加载被拒绝"))
        let row = try #require(
            try await gateway.operator("auditor").ask("GET", "/v1/audit?limit=20")["entries"]?.array?.first {
                $0["action"] == "reloadRefused"
            })
        #expect(row["detail"]?.string?.wholeMatch(of: /mistakes: \d+, by: SIGHUP/) != nil)
        #expect(try await figures(gateway).contains("gateway_reload_refused 1.0\n"))

        try good.write(to: broken, atomically: true, encoding: .utf8)
        gateway.reload()
        try await gateway.untilLogged("mappings and rules reloaded")
        #expect(try await warnings().allSatisfy { !$0.contains("被拒绝") })
        #expect(try await !seen.get("/").html.contains("重新加载被拒绝"))
        #expect(try await figures(gateway).contains("gateway_reload_refused 0.0\n"))
        await seen.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `what takes a start is named, and the first token for rehearsals takes none`() async throws {
        let gateway = try gateway()
        try gateway.start()
        try gateway.set(#"<limits headerSeconds="600" bodySeconds="600" heldBytes="104857600" callsPerMinute="900"/>"#)
        try edit(
            gateway, "credentials.xml", "</credentials>",
            #"<partner id="court" tokenSha256="\#(Token.hash("practice"))" test="true"/></credentials>"#)
        #expect(try await gateway.operator("practice").call("GET", "/v1/code-lists").status == 401)
        let changes = try await reload(gateway)
        #expect(changes.contains("<limits heldBytes> 已改动，须重新启动网关才生效"), "\(changes)")
        #expect(changes.contains("gateway.xml 的 <limits callsPerMinute> 已生效"), "\(changes)")
        #expect(changes.contains { $0.contains("测试令牌") })
        let rehearsed = try await send(gateway, "R-1", as: "practice")
        #expect(rehearsed["outcome"] == "accepted")
        #expect(try await gateway.institution.leases().isEmpty)
        // It is told as long as it is so, whatever else was reloaded since.
        #expect(try await reload(gateway).contains("<limits heldBytes> 已改动，须重新启动网关才生效"))
        gateway.stop()
        gateway.remove()
    }
}
