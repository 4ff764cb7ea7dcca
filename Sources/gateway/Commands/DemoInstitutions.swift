import StrictJSON
import Vocabulary

/// The institutions' side of the demo: what they take from their queues, and what they do with it.
extension DemoWalk {
    /// Each institution takes what lies in its queue and works it to the end.
    mutating func workQueues() async throws {
        var table = Table(["机构 institution", "受理号 application", "类型 road", "步骤 steps"])
        watched = sent.first { $0.isAccepted && $0.receipt["clocks"]?[0]?["id"] == "CLK-05" && $0.queue != nil }
        for institution in configuration.institutions {
            let remote = self.institution(institution.code)
            let order = JSONValue.object(JSONObject([("max", 100), ("leaseSeconds", 60)])).serialized()
            let leases =
                try await remote.ask("POST", "/v1/queues/\(institution.code)/leases", body: order)["leases"]?
                .array ?? []
            for lease in leases {
                _ = try await remote.ask("POST", "/v1/leases/\(lease["leaseId"]?.string ?? "")/acknowledge")
            }
            let notices = leases.compactMap { lease in
                lease.at("application.notice").map { (number: lease["applicationNo"]?.string ?? "", notice: $0) }
            }
            for lease in leases where lease.at("application.notice") == nil {
                let application = lease["application"] ?? .null
                let number = lease["applicationNo"]?.string ?? ""
                Terminal.progress("\(institution.code) \(number)")
                let told = notices.filter { $0.number == number }.map(\.notice)
                let steps = try await work(application, number, told, remote)
                let isNotice = application["aidRoute"]?.string == "byNotification"
                table.add([
                    institution.name, "…" + number.suffix(8), isNotice ? "通知 notice" : "申请 application",
                    (["signIn"] + steps).joined(separator: " → "),
                ])
            }
        }
        Terminal.progress("")
        Terminal.print(table.text)
    }

    /// - Returns: the steps that were taken.
    private mutating func work(
        _ application: JSONValue, _ number: String, _ notices: [JSONValue], _ remote: Remote
    ) async throws -> [String] {
        let isWatched = number == watched?.number
        if isWatched { noteClock("received", watched?.receipt) }
        var taken: [String] = []
        for step in isWatched ? watchedSteps(application) : steps(for: application, notices) {
            let (status, json) = try await remote.call(
                "POST", "/v1/applications/\(number)/status", body: step.serialized())
            let name = step["event"]?.string ?? "?"
            guard status == 200 else {
                complaints.append("\(name) of \(number): HTTP \(status) \(json["detail"]?.string ?? "")")
                continue
            }
            taken.append(name)
            if isWatched {
                noteClock(name, json)
                if name == "requestSupplement" { try await supplyWatched(application) }
            }
        }
        return taken
    }

    private var assignment: JSONValue {
        [
            "unit": "江苏测试律师事务所", "lawyer": "测律师", "licenceNo": "13204000000000000", "phone": "0519-80000010",
            "letterNo": .string("援函字〔\(today.year)〕第88号"), "date": .string(today.iso),
        ]
    }
    private var granted: JSONValue {
        ["kind": "granted", "no": .string("援决字〔\(today.year)〕第12号"), "date": .string(today.iso)]
    }
    private var lastDay: JSONValue { .string(today.adding(days: 15).iso) }

    /// The aid route that the application takes, and what its senders have told since.
    private func steps(for application: JSONValue, _ notices: [JSONValue]) -> [JSONValue] {
        let codes = Set(notices.compactMap { $0["code"]?.string })
        if application["intakeKind"]?.string == "dutyLawyerHelp" || application["aidRoute"] == "byConsultation" {
            return [["event": "arrangeDutyLawyer", "officer": "测经办"], ["event": "giveHelp"]]
        }
        if application["aidRoute"] == "byNotification" {
            let assign: JSONValue = ["event": "assign", "assignment": assignment, "officer": "测经办"]
            if codes.contains("ownCounselRetained") {
                return [["event": "checkNotice"], ["event": "ownLawyerRetained"]]
            }
            guard codes.contains("defenceRefused") else { return [["event": "checkNotice"], assign] }
            return [
                ["event": "checkNotice"], ["event": "personRefuses"],
                ["event": "renotified", "assignment": assignment],
            ]
        }
        // Whoever has found a lawyer needs none from the institution.
        if codes.contains("ownCounselRetained") { return [["event": "withdraw", "officer": "测经办"]] }
        let decided: [JSONValue] = [
            ["event": "grant", "decision": granted], ["event": "assign", "assignment": assignment],
        ]
        guard let missing = application["missing"]?.array, !missing.isEmpty else {
            return [["event": "accept", "officer": "测经办"]] + decided
        }
        return [
            ["event": "acceptProvisionally", "missing": .array(missing), "due": lastDay, "officer": "测经办"]
        ] + decided
    }

    // MARK: One limit

    private func watchedSteps(_ application: JSONValue) -> [JSONValue] {
        [
            [
                "event": "requestSupplement", "missing": [["kind": "idProof", "title": "身份证复印件"]], "due": lastDay,
                "officer": "测经办",
            ],
            ["event": "supplemented", "officer": "测经办"], ["event": "grant", "decision": granted],
            ["event": "assign", "assignment": assignment],
        ]
    }

    /// The sender hands in what the institution asked for.
    private mutating func supplyWatched(_ application: JSONValue) async throws {
        guard let watched else { return }
        _ = try await Remote(url: url, token: tokens.of(partner: watched.partner)).ask(
            "POST", "/v1/referrals/\(watched.receipt["referralId"]?.string ?? "")/supplements",
            body: JSONValue.compact([("materials", [["kind": "idProof", "title": "身份证复印件"]])]).serialized())
    }

    private mutating func noteClock(_ event: String, _ answer: JSONValue?) {
        let clock = answer?["clocks"]?.array?.first { $0["id"] == "CLK-05" }
        clockRows.append([event, clock?["dueAt"]?.string?.prefix(10).description ?? ""])
    }

    /// The limit of the decision, as each answer told it.
    mutating func showClock() {
        let meanings = [
            "received": "开始 starts", "requestSupplement": "中止：补正的时间不计算在内 stands still: time for papers does not count",
            "supplemented": "继续 goes on", "grant": "办结 stops: decided", "assign": "已办结 over",
        ]
        var table = Table(["事件 event", "CLK-05 审查决定，七日内 the decision", "届满 due"])
        for row in clockRows { table.add([row[0], meanings[row[0]] ?? "", row[1].isEmpty ? "-" : row[1]]) }
        Terminal.print(table.text)
        let due = clockRows.map { !$0[1].isEmpty }
        if due != [true, false, true, false, false] {
            complaints.append("the watched limit did not run, pause, run and stop")
        }
    }
}
