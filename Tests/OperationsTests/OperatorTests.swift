import Foundation
import Messaging
import Observability
import Storage
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Operations

private let password = "correct horse battery"
private let administrator = Caller(role: .operator, id: "root", operatorRole: .administrator)

/// Which roles each of the operator services's calls is open to.
private let openings: [String: Set<OperatorRole>] = {
    let all = Set(OperatorRole.allCases)
    let repair: Set<OperatorRole> = [.operator, .administrator]
    return [
        "GET /v1/dead-letters": all, "GET /v1/dead-letters/causes": all, "GET /v1/dead-letters/{id}": all,
        "POST /v1/dead-letters/{id}/document": [.operator, .auditor],
        "POST /v1/dead-letters/{id}/preview": repair, "POST /v1/dead-letters/{id}/retry": repair,
        "POST /v1/dead-letters/{id}/discard": repair, "POST /v1/dead-letters/retry": repair,
        "GET /v1/jobs": all, "GET /v1/jobs/{id}": all, "POST /v1/jobs/{id}/pause": repair,
        "POST /v1/jobs/{id}/resume": repair, "POST /v1/jobs/{id}/stop": repair,
        "GET /v1/audit": [.auditor, .administrator], "GET /v1/audit/verify": [.auditor, .administrator],
        "GET /v1/queues": all, "GET /v1/partners": all, "GET /v1/messages": all, "GET /v1/messages/{id}/trace": all,
        "GET /v1/messages/{id}/document": all, "POST /v1/messages/{id}/document": [.operator, .auditor],
        "POST /v1/messages/find": all, "POST /v1/parked/{id}/attach": repair,
        "POST /v1/parked/{id}/end-waiting": repair, "POST /v1/parked/{id}/discard": repair,
        "POST /v1/queues/{queue}/retry-now": repair, "POST /v1/partners/{id}/retry-now": repair,
        "GET /v1/applications/{id}/triage": all, "GET /v1/reports/monthly": all, "GET /v1/alerts": all,
        "GET /v1/clocks": all, "GET /v1/clocks/moved": all, "GET /v1/drift": all,
        "GET /v1/leads": all, "GET /v1/code-lists": all, "GET /v1/code-lists/{name}": all,
        "GET /v1/outlets": all, "POST /v1/queues/{queue}/pause": repair, "POST /v1/queues/{queue}/resume": repair,
        "POST /v1/partners/{id}/pause": repair, "POST /v1/partners/{id}/resume": repair,
        "GET /v1/operators": [.administrator], "POST /v1/operators": [.administrator],
        "POST /v1/operators/{name}/role": [.administrator], "POST /v1/operators/{name}/password": [.administrator],
        "POST /v1/operators/{name}/disable": [.administrator], "POST /v1/operators/{name}/enable": [.administrator],
        "POST /v1/reload": [.administrator],
        "POST /v1/ping": all, "POST /v1/partners/{id}/test": repair,
        "GET /v1/mappings": all, "GET /v1/mappings/{folder}/{name}": all,
        "GET /v1/partners/{id}/reconciliation": all, "POST /v1/partners/{id}/reconciliation": all,
        // Partners' own.
        "GET /v1/reconciliation": [], "POST /v1/reconciliation": [],
        "POST /v1/ping/return": [], "POST /v1/statuses/{id}/replay": [], "POST /v1/statuses/replay": [],
    ]
}()

/// Who else they are open to.
private let others: [String: Set<String>] = [
    "GET /v1/leads": ["institution"], "GET /v1/code-lists": ["partner", "institution"],
    "GET /v1/code-lists/{name}": ["partner", "institution"],
    "POST /v1/ping": ["partner", "institution"], "GET /v1/mappings": ["partner"],
    "GET /v1/mappings/{folder}/{name}": ["partner"], "POST /v1/ping/return": ["partner"],
    "GET /v1/reconciliation": ["partner"], "POST /v1/reconciliation": ["partner"],
    "POST /v1/statuses/{id}/replay": ["partner"], "POST /v1/statuses/replay": ["partner"],
]

@Suite struct OperatorTests {
    @Test func `every operator call is open to its roles and to nobody else`() async throws {
        let bench = try await Bench()
        let sessions = ["POST /v1/session", "GET /v1/session", "DELETE /v1/session"]
        #expect(Set(bench.services.routes.map(\.name)) == Set(openings.keys).union(sessions))
        for (name, roles) in openings {
            let parts = name.split(separator: " ").map(String.init)
            let path = parts[1].replacing(/\{\w+\}/, with: "X")
            #expect(await bench.call(parts[0], path).status == 401)
            for stranger in ["partner", "institution"] {
                let answer = await bench.call(parts[0], path, [("Authorization", "Bearer \(stranger)")])
                let isOpen = others[name]?.contains(stranger) ?? false
                #expect((answer.status != 403) == isOpen, "\(name) for \(stranger)")
            }
            for role in OperatorRole.allCases {
                let answer = await bench.call(parts[0], path, [("Authorization", "Bearer \(role.rawValue)")])
                #expect((answer.status != 403) == roles.contains(role), "\(name) for \(role)")
            }
        }
        await bench.remove()
    }

    @Test func `a session lets its holder in until it idles out, and writes only with its forgery token`() async throws
    {
        let bench = try await Bench()
        try await bench.services.accounts.add(
            "li", role: .operator, password: password, by: administrator, reason: "测试")
        let entry = await bench.signIn("li", password)
        #expect(entry.status == 201)
        let cookie = try #require(entry.header("Set-Cookie"))
        #expect(cookie.contains("HttpOnly; SameSite=Strict") && !cookie.contains("Secure"))
        let session = ("Cookie", String(cookie.prefix { $0 != ";" }))
        let csrf = try JSONValue(parsing: entry.body)["csrfToken"]?.string ?? ""
        #expect(await bench.call("GET", "/v1/dead-letters", [session]).status == 200)
        #expect(await bench.call("POST", "/v1/jobs/X/pause", [session]).status == 403)
        #expect(await bench.call("POST", "/v1/jobs/X/pause", [session, ("X-CSRF-Token", csrf + "0")]).status == 403)
        #expect(await bench.call("POST", "/v1/jobs/X/pause", [session, ("X-CSRF-Token", csrf)]).status == 400)
        let reason: JSONValue = ["reason": "测试"]
        #expect(
            await bench.call("POST", "/v1/jobs/X/pause", [session, ("X-CSRF-Token", csrf)], body: reason).status == 404)
        #expect(await bench.call("GET", "/v1/operators", [session]).status == 403)
        bench.clock.advance(29 * 60)
        #expect(await bench.call("GET", "/v1/session", [session]).status == 200)
        bench.clock.advance(29 * 60)
        #expect(await bench.call("GET", "/v1/session", [session]).status == 200)
        bench.clock.advance(31 * 60)
        #expect(await bench.call("GET", "/v1/session", [session]).status == 401)
        await bench.remove()
    }

    @Test func `a session ends by its absolute end, by signing out, and by any change of the account`() async throws {
        let bench = try await Bench()
        try await bench.services.accounts.add("li", role: .viewer, password: password, by: administrator, reason: "测试")
        func enter() async throws -> (name: String, value: String) {
            let cookie = try #require(await bench.signIn("li", password).header("Set-Cookie"))
            return ("Cookie", String(cookie.prefix { $0 != ";" }))
        }
        let first = try await enter()
        for _ in 0..<25 {
            bench.clock.advance(29 * 60)
            _ = await bench.call("GET", "/v1/session", [first])
        }
        #expect(await bench.call("GET", "/v1/session", [first]).status == 401)
        let second = try await enter()
        let csrf = try JSONValue(parsing: await bench.call("GET", "/v1/session", [second]).body)["csrfToken"]?.string
        #expect(await bench.call("DELETE", "/v1/session", [second]).status == 403)
        #expect(await bench.call("DELETE", "/v1/session", [second, ("X-CSRF-Token", csrf ?? "")]).status == 204)
        #expect(await bench.call("GET", "/v1/session", [second]).status == 401)
        let third = try await enter()
        try await bench.services.accounts.setRole(.auditor, of: "li", by: administrator, reason: "测试")
        #expect(await bench.call("GET", "/v1/session", [third]).status == 401)
        try await bench.services.accounts.setDisabled(true, of: "li", by: administrator, reason: "测试")
        #expect(await bench.signIn("li", password).status == 401)
        let actions = try await bench.services.audit.entries(AuditFilter(), before: nil, limit: 50).map(\.action)
        #expect(
            actions == [
                "signInFailed", "disableAccount", "changeRole", "signIn", "signOut", "signIn", "signIn", "addAccount",
            ])
        await bench.remove()
    }

    @Test func `guesses lock the account alike whether it exists or not, and a flood of them counts each`() async throws
    {
        let bench = try await Bench()
        try await bench.services.accounts.add("li", role: .viewer, password: password, by: administrator, reason: "测试")
        for name in ["li", "nobody"] {
            var answers: [HTTPResponse] = []
            for number in 0..<5 { answers.append(await bench.signIn(name, "wrong\(number)")) }
            #expect(answers.map(\.status) == [401, 401, 401, 401, 401])
            #expect(Set(answers.map(\.body)).count == 1)
            let locked = await bench.signIn(name, password)
            #expect(locked.status == 429)
            #expect(locked.header("Retry-After") == "900")
        }
        bench.clock.advance(900)
        #expect(await bench.signIn("li", password).status == 201)
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<12 { group.addTask { await bench.signIn("li", "wrong").status } }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 401 }.count == 5)
        #expect(statuses.filter { $0 == 429 }.count == 7)
        await bench.remove()
    }

    @Test func `a flood of guesses keeps strangers out, not who has signed in from there before`() async throws {
        let bench = try await Bench()
        try await bench.services.accounts.add(
            "li", role: .administrator, password: password, by: administrator, reason: "测试")
        var settings = SignInService.Settings()
        settings.anywhere = LockPolicy(failures: 4, window: .seconds(900))
        settings.perAccount = LockPolicy(failures: 3, window: .seconds(900))
        let store = try await SQLMessageStore(database: bench.database)
        let refusals = RefusedCredentials(store: store, now: { bench.clock.now })
        let desk = SignInService(
            store: store, settings: settings, now: { bench.clock.now },
            deviceKey: try KeyedHash(key: Array(repeating: 3, count: 32)), refusals: refusals)
        func kind(_ word: String, from source: String, cookies: String? = nil) async -> Problem.Kind? {
            let request = HTTPRequest(
                method: "POST", path: "/", query: [], headers: cookies.map { [("Cookie", $0)] } ?? [], body: [])
            do {
                _ = try await desk.signIn(name: "li", password: word, source: source, request: request)
                return nil
            } catch { return (error as? Problem)?.kind }
        }
        let entry = try await desk.signIn(name: "li", password: password, source: "192.0.2.1")
        let cookies = try entry.cookies(secure: true).map { $0.value.prefix { $0 != ";" } }.joined(separator: "; ")
        for number in 0..<3 { #expect(await kind("guess", from: "198.51.100.\(number)") == .unauthorized) }
        // Three addresses have guessed once: a fourth may still come in, and a wrong word of its own closes the account.
        #expect(await kind(password, from: "203.0.113.1") == nil)
        #expect(await kind("guess", from: "203.0.113.2") == .unauthorized)
        #expect(await kind(password, from: "203.0.113.1") == .tooManyAttempts)
        #expect(await kind(password, from: "198.51.100.1", cookies: cookies) == nil)
        // Another number, and one for another account, are none.
        let forged = cookies.replacing(/device=(.)/) { "device=" + ($0.output.1 == "0" ? "1" : "0") }
        #expect(forged != cookies)
        #expect(await kind(password, from: "198.51.100.1", cookies: forged) == .tooManyAttempts)
        for _ in 0..<3 { #expect(await kind("wrong", from: "192.0.2.1", cookies: cookies) == .unauthorized) }
        #expect(await kind(password, from: "192.0.2.1", cookies: cookies) == .tooManyAttempts)
        // An administrator's word ends both locks.
        try await bench.services.accounts.setDisabled(false, of: "li", by: administrator, reason: "测试")
        #expect(await kind(password, from: "203.0.113.1") == nil)
        await bench.remove()
    }

    @Test func `of many failed sign-ins the audit trail has ten rows, and one that counts the rest`() async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        let refusals = RefusedCredentials(store: store, now: { bench.clock.now })
        var settings = SignInService.Settings()
        settings.perSource = LockPolicy(failures: 100, window: .seconds(900))
        let desk = SignInService(
            store: store, settings: settings, now: { bench.clock.now }, refusals: refusals)
        for number in 0..<14 {
            await #expect(throws: Problem.self) {
                try await desk.signIn(name: "name-\(number)", password: "x", source: "198.51.100.7")
            }
        }
        try await refusals.flush()
        let rows = try await store.auditEntries(
            AuditFilter(), after: nil, newestFirst: true, limit: 100)
        #expect(rows.count { $0.action == AuditAction.signInFailed.rawValue } == 10)
        let counted = rows.filter { $0.action == AuditAction.credentialRefused.rawValue }
        #expect(counted.map(\.detail) == ["wrongPassword ×4 198.51.100.7"])
        await bench.remove()
    }

    @Test func `one address that tries many names is locked out`() async throws {
        let bench = try await Bench()
        var settings = SignInService.Settings()
        settings.perSource = LockPolicy(failures: 3, window: .seconds(900))
        let desk = SignInService(
            store: try await SQLMessageStore(database: bench.database), settings: settings,
            now: { bench.clock.now })
        func kind(_ number: Int, from source: String) async -> Problem.Kind? {
            do {
                _ = try await desk.signIn(name: "name-\(number)", password: "x", source: source)
                return nil
            } catch { return (error as? Problem)?.kind }
        }
        for number in 0..<3 { #expect(await kind(number, from: "198.51.100.7") == .unauthorized) }
        #expect(await kind(9, from: "198.51.100.7") == .tooManyAttempts)
        #expect(await kind(9, from: "198.51.100.8") == .unauthorized)
        let proxied = HTTPRequest(
            method: "GET", path: "/", query: [], headers: [("X-Forwarded-For", "203.0.113.1, 198.51.100.9")], body: [],
            peer: "127.0.0.1")
        #expect(proxied.source == "198.51.100.9")
        await bench.remove()
    }
}
