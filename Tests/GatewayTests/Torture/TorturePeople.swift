import Foundation
import StrictJSON
import Synchronization
import Transport

@testable import gateway

/// The partners, institutions and operators of a tortured gateway. Whatever is not answered is asked again.
final class TorturePeople: Sendable {
    private let nodes: [TortureNode]
    private let ledger: TortureLedger
    private let exchange: ExchangeHome
    private let seed: UInt64
    private let ended = Atomic(false)
    private let last = Atomic(false)

    init(_ nodes: [TortureNode], _ ledger: TortureLedger, _ exchange: ExchangeHome, seed: UInt64) {
        (self.nodes, self.ledger, self.exchange, self.seed) = (nodes, ledger, exchange, seed)
    }

    /// Ends the senders; institutions and operators go on until nothing is left.
    func stop() { ended.store(true, ordering: .relaxed) }
    /// What is leased from now on is the last of it: everything is signed in.
    func finish() { last.store(true, ordering: .relaxed) }
    private var isEnded: Bool { ended.load(ordering: .relaxed) }

    private func caller(_ token: String, _ number: Int) -> TortureCaller {
        TortureCaller(nodes, token: token, seed: seed &* 1000 &+ UInt64(number))
    }

    /// Nothing where the call was not answered.
    private func ask(
        _ caller: inout TortureCaller, _ method: String, _ path: String, _ body: [UInt8] = [],
        mediaType: String = "application/json"
    ) async throws -> (status: Int, json: JSONValue)? {
        do {
            return try await caller.remote().call(method, path, body: body, mediaType: mediaType)
        } catch is CommandFailure {
            ledger.wentUnanswered()
            try await Task.sleep(for: .milliseconds(20))
            return nil
        }
    }

    // MARK: Partners

    /// A court that sends, sends again, sends what is broken, and withdraws.
    func send(_ stream: Int) async throws {
        var caller = caller(GatewayProcess.partnerToken, stream)
        var number = 0
        while !isEnded {
            number += 1
            let id = "T-\(stream)-\(number)"
            let dice = caller.chances.percent()
            let notice = dice < 4 ? Array(courtNotice(id).dropLast(30)) : courtNotice(id)
            try await refer(id, notice, by: &caller)
            // The same again, as after an answer that was lost: one application, the same receipt.
            if dice > 92 { try await refer(id, notice, by: &caller) }
        }
    }

    private func refer(_ id: String, _ notice: [UInt8], by caller: inout TortureCaller) async throws {
        while true {
            guard let answer = try await ask(&caller, "POST", "/v1/referrals", notice, mediaType: "application/xml")
            else { continue }
            switch answer.status {
            case 200, 202: return ledger.acknowledge(id, answer.json["applicationNo"]?.string ?? "")
            case 422: return ledger.keptAsInvalid(id)
            case 429, 503: try await Task.sleep(for: .milliseconds(20))
            default: return ledger.violate("\(id) was answered \(answer.status)")
            }
        }
    }

    /// Another court, which lays files into its exchange folder.
    func layFiles() async throws {
        var number = 0
        while !isEnded {
            number += 1
            let id = "F-\(number)"
            // The folder's disk is not the store's.
            try exchange.put("\(id).xml", courtNotice(id))
            ledger.layInFolder(id)
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    // MARK: An institution

    /// Leases, signs in, gives back, forgets and reports, until there is nothing left.
    func work(_ number: Int) async throws {
        var caller = caller(GatewayProcess.institutionToken, 100 + number)
        while true {
            let last = last.load(ordering: .relaxed)
            let order = Array(#"{"max":10,"leaseSeconds":10}"#.utf8)
            guard let answer = try await ask(&caller, "POST", "/v1/queues/CZ-TN/leases", order) else { continue }
            let leases = answer.json["leases"]?.array ?? []
            for lease in leases { ledger.lease(lease["idempotencyKey"]?.string ?? "") }
            for lease in leases { try await settle(lease, isLast: last, by: &caller) }
            if leases.isEmpty {
                if last { return }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func settle(_ lease: JSONValue, isLast: Bool, by caller: inout TortureCaller) async throws {
        let path = "/v1/leases/\(lease["leaseId"]?.string ?? "")"
        let dice = caller.chances.percent()
        // What was leased as often as it may be would lie with the operators.
        if !isLast, lease["attempt"]?.int ?? 1 < 3 {
            if dice < 5 { return }
            if dice < 10 {
                _ = try await ask(&caller, "POST", path + "/release", Array(#"{"reason":"later"}"#.utf8))
                return
            }
        }
        while true {
            guard let answer = try await ask(&caller, "POST", path + "/acknowledge") else { continue }
            switch answer.status {
            case 200..<300: ledger.signIn(lease["idempotencyKey"]?.string ?? "")
            // It ended meanwhile, or the answer to the try before was lost.
            case 404, 409, 410: return
            case 429, 503:
                try await Task.sleep(for: .milliseconds(20))
                continue
            default: ledger.violate("a lease's acknowledgement was answered \(answer.status)")
            }
            break
        }
        guard lease["reason"] == "new", dice % 3 == 0 else { return }
        try await report(lease["applicationNo"]?.string ?? "", by: &caller)
    }

    private func report(_ application: String, by caller: inout TortureCaller) async throws {
        let body = Array(
            #"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#.utf8)
        while true {
            guard let answer = try await ask(&caller, "POST", "/v1/applications/\(application)/status", body) else {
                continue
            }
            switch answer.status {
            // Taken; or taken at the try before, whose answer was lost.
            case 200..<300, 409: return
            case 429, 503: try await Task.sleep(for: .milliseconds(20))
            default: return ledger.violate("a report on \(application) was answered \(answer.status)")
            }
        }
    }

    // MARK: An operator

    /// Orders one bulk job after the other for what is kept as invalid.
    func operate() async throws {
        var caller = caller(GatewayProcess.operatorToken, 200)
        while !isEnded {
            _ = try await ask(
                &caller, "POST", "/v1/dead-letters/retry",
                Array(#"{"filter":{"partner":"court"},"reason":"映射已更正","ratePerSecond":100}"#.utf8))
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}

/// The court's receiver and the alarm system. Of statuses some are not taken at the first try.
final class TortureReceiver: Sendable {
    private let server: HTTPServer
    private let hearing: Hearing

    private final class Hearing: Sendable {
        let ledger: TortureLedger
        let chances: Mutex<SeededChances>

        init(_ ledger: TortureLedger, seed: UInt64) {
            self.ledger = ledger
            chances = Mutex(SeededChances(seed))
        }

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            if request.path == "/alarm" { return ring(request) }
            if chances.withLock({ $0.percent() }) < 5 { return HTTPResponse(status: 503) }
            guard let key = request.header("Idempotency-Key"), let number = request.header("X-Correlation-Id") else {
                ledger.violate("a push had no key or no application")
                return HTTPResponse(status: 400)
            }
            ledger.push(key, of: number)
            return HTTPResponse(status: 200)
        }

        private func ring(_ request: HTTPRequest) -> HTTPResponse {
            guard let alert = try? JSONValue(parsing: request.body), let rule = alert["alert"]?.string else {
                ledger.violate("an alert was no JSON")
                return HTTPResponse(status: 400)
            }
            // What concerns the store itself is told past it, and once more by each start; open circuits are each node's own.
            if !rule.hasPrefix("store") {
                let words = ["alert", "subject", "phase", "beganAt"].map { alert[$0]?.string ?? "" }
                ledger.ring(words.joined(separator: " "), id: alert["id"]?.string ?? "")
            }
            return HTTPResponse(status: 200)
        }
    }

    init(_ ledger: TortureLedger, seed: UInt64) throws {
        let hearing = Hearing(ledger, seed: seed)
        self.hearing = hearing
        server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            hearing.answer(request)
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }
    func stop() async { await server.stop(drain: .zero) }
}
