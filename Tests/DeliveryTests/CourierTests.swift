import Foundation
import Messaging
import Observability
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Delivery

@Suite struct CourierTests {
    @Test func `a partner that is down for a day gets everything in order, and holds up nobody else`() async throws {
        let gone = RawListener(.refuse)
        let healthy = try Receiver()
        let hall = try await DeliveryHall(partners: [
            partner("court", gone.url), partner("police", healthy.url),
        ])
        var applications: [String] = []
        for number in 1...4 {
            let application = try await hall.application()
            applications.append(application)
            for step in 1...3 { try await hall.status(application, to: "court", "\(number).\(step)") }
            try await hall.status(application, to: "police", "\(number)")
        }
        // A day, minute by minute.
        for _ in 0..<1440 {
            _ = try await hall.courier.drain()
            hall.advance(seconds: 60)
        }
        #expect(healthy.confirmed.count == 4)
        #expect(hall.report("court")?.circuit.name == .open)
        let back = try Receiver(port: gone.port)
        // As late as the longest rest of a circuit.
        for _ in 0..<15 {
            hall.advance(seconds: 60)
            _ = try await hall.courier.drain()
        }
        #expect(back.confirmed.count == 12)
        for number in 1...4 {
            #expect(back.confirmed.filter { $0.hasPrefix("\(number).") } == (1...3).map { "\(number).\($0)" })
        }
        #expect(try await hall.deadLetters().isEmpty)
        #expect(hall.report("court")?.circuit == .closed(failures: 0))
        await back.stop()
        gone.stop()
        await healthy.stop()
        await hall.remove()
    }

    @Test func `a partner that does not answer holds its own slots only`() async throws {
        let gate = Gate()
        let slow = try Receiver { _ in
            await gate.pass()
            return HTTPResponse(status: 200)
        }
        let quick = try Receiver()
        let hall = try await DeliveryHall(partners: [partner("slow", slow.url), partner("quick", quick.url)])
        for number in 1...40 {
            let application = try await hall.application()
            try await hall.status(application, to: "slow", "\(number)")
        }
        let running = Task { await hall.courier.run() }
        for number in 1...20 {
            let application = try await hall.application()
            try await hall.status(application, to: "quick", "\(number)")
        }
        await quick.answers(20)
        #expect(slow.confirmed.isEmpty)
        #expect(slow.requests.count <= 4)
        gate.open()
        await slow.answers(40)
        running.cancel()
        await running.value
        #expect(Set(slow.confirmed).count == 40)
        #expect(try await hall.backlog() == 0)
        await slow.stop()
        await quick.stop()
        await hall.remove()
    }

    @Test func `what one application's messages fail with holds back that application alone`() async throws {
        let receiver = try Receiver { HTTPResponse(status: $0.hasPrefix("poison") ? 500 : 200) }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        let poisoned = try await hall.application()
        let sound = try await hall.application()
        try await hall.status(poisoned, to: "court", "poison")
        try await hall.status(poisoned, to: "court", "behind it")
        var sent = 0
        for minute in 0..<600 {
            if minute % 20 == 0 {
                try await hall.status(sound, to: "court", "\(sent)")
                sent += 1
            }
            _ = try await hall.courier.drain()
            hall.advance(seconds: 60)
        }
        #expect(receiver.confirmed == (0..<30).map { "\($0)" })
        for _ in 0..<20_000 where try await hall.deadLetters().isEmpty {
            hall.advance(seconds: 600)
            _ = try await hall.courier.drain()
        }
        let dead = try await hall.deadLetters()
        #expect(dead.map(\.reason) == [.undeliverable])
        #expect(dead.first?.attempts == 100)
        hall.advance(seconds: 900)
        _ = try await hall.courier.drain()
        #expect(receiver.confirmed.last == "behind it")
        await receiver.stop()
        await hall.remove()
    }

    @Test func `200 with something else than what was agreed does not confirm`() async throws {
        let isMended = Mutex(false)
        let receiver = try Receiver { _ in
            let body = isMended.withLock { $0 } ? "<MESSAGE><JGZT>0</JGZT></MESSAGE>" : "<html>Please sign in</html>"
            return HTTPResponse(status: 200, body: Array(body.utf8))
        }
        let hall = try await DeliveryHall(partners: [
            partner("court", receiver.url) { $0.confirmation = AgreedAnswer(path: "/MESSAGE/JGZT", equals: "0") }
        ])
        let envelope = try await hall.status(try await hall.application(), to: "court", "a")
        #expect(try await hall.courier.drain() == 1)
        #expect(try await hall.backlog() == 1)
        isMended.withLock { $0 = true }
        hall.advance(seconds: 3)
        #expect(try await hall.courier.drain() == 1)
        #expect(try await hall.backlog() == 0)
        #expect(receiver.requests.allSatisfy { $0.header("Idempotency-Key") == envelope.id })
        await receiver.stop()
        await hall.remove()
    }

    @Test func `an address that asks for patience is left alone as long as it asked`() async throws {
        let isBusy = Mutex(true)
        let receiver = try Receiver { _ in
            isBusy.withLock { $0 }
                ? HTTPResponse(status: 429, headers: [("Retry-After", "120")]) : HTTPResponse(status: 200)
        }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url) { $0.concurrency = 1 }])
        for number in 1...3 { try await hall.status(try await hall.application(), to: "court", "\(number)") }
        #expect(try await hall.courier.drain() == 1)
        isBusy.withLock { $0 = false }
        hall.advance(seconds: 119)
        #expect(try await hall.courier.drain() == 0)
        hall.advance(seconds: 1)
        #expect(try await hall.courier.drain() == 3)
        #expect(receiver.confirmed.count == 3)
        await receiver.stop()
        await hall.remove()
    }

    @Test(arguments: [301, 302, 307, 400, 401, 404, 410, 413])
    func `a redirect and a refusal are for good, and nobody follows where they point`(status: Int) async throws {
        let elsewhere = try Receiver()
        let target = elsewhere.url
        let receiver = try Receiver { _ in HTTPResponse(status: status, headers: [("Location", target)]) }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        try await hall.status(try await hall.application(), to: "court", "a")
        #expect(try await hall.courier.drain() == 1)
        let dead = try await hall.deadLetters()
        #expect(dead.map(\.reason) == [.undeliverable])
        #expect(dead.first?.problem?.contains("HTTP \(status)") == true)
        #expect(elsewhere.requests.isEmpty)
        #expect(hall.report("court")?.circuit == .closed(failures: 0))
        await receiver.stop()
        await elsewhere.stop()
        await hall.remove()
    }

    @Test func `an answer without end confirms by its status and is not read to the end`() async throws {
        let receiver = try Receiver { _ in HTTPResponse(status: 200, body: Array(repeating: 65, count: 1 << 20)) }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        try await hall.status(try await hall.application(), to: "court", "a")
        #expect(try await hall.courier.drain() == 1)
        #expect(try await hall.backlog() == 0)
        await receiver.stop()
        await hall.remove()
    }

    @Test func `what is past its keep-by time lies in the tray, and a person may send it nevertheless`() async throws {
        let isWilling = Mutex(false)
        let receiver = try Receiver { _ in HTTPResponse(status: isWilling.withLock { $0 } ? 200 : 503) }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        let application = try await hall.application()
        try await hall.status(application, to: "court", "late", keep: 60)
        _ = try await hall.courier.drain()
        hall.advance(seconds: 60)
        #expect(try await hall.courier.drain() == 0)
        #expect(try await hall.store.expireMessages(now: hall.now, limit: 9) == 1)
        let dead = try #require(try await hall.deadLetters().first)
        #expect(dead.reason == .expired)
        isWilling.withLock { $0 = true }
        _ = try await hall.store.requeue(dead.id, version: nil, queue: nil, hall.act(.retry, "they want it"))
        _ = try await hall.courier.drain()
        #expect(receiver.confirmed == ["late"])
        await receiver.stop()
        await hall.remove()
    }

    @Test func `delayed messages wait, and the more important goes first`() async throws {
        let receiver = try Receiver()
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url) { $0.concurrency = 1 }])
        try await hall.status(try await hall.application(), to: "court", "plain")
        try await hall.status(try await hall.application(), to: "court", "delayed") { [now = hall.now] in
            $0.notBefore = now.advanced(seconds: 100)
        }
        let important = Envelope(
            id: "00000000000000000000000001", channel: .status, correlationID: try await hall.application(),
            sender: "CZ-TN", senderMessageID: "s", recipient: "court", payload: Array("important".utf8),
            mediaType: "application/json", createdAt: hall.now, dueAt: nil, priority: 5, keepUntil: nil)
        try await hall.tell(important)
        _ = try await hall.courier.drain()
        #expect(receiver.confirmed == ["important", "plain"])
        hall.advance(seconds: 100)
        _ = try await hall.courier.drain()
        #expect(receiver.confirmed.last == "delayed")
        await receiver.stop()
        await hall.remove()
    }

    @Test func `a paused partner gets nothing, also after a restart, until somebody resumes it`() async throws {
        let receiver = try Receiver()
        var hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        let endpoint = Endpoint(.status, "court")
        let pause = Pause(endpoint: endpoint, actor: "wang", reason: "they migrate", since: hall.now)
        #expect(try await hall.store.pause(endpoint, hall.act(.pauseChannel, "they migrate")))
        #expect(try await hall.store.pause(endpoint, hall.act(.pauseChannel, "they migrate")) == false)
        try await hall.status(try await hall.application(), to: "court", "a")
        #expect(try await hall.courier.drain() == 0)
        let folder = hall.folder
        await hall.close()
        hall = try await DeliveryHall(partners: [partner("court", receiver.url)], folder: folder)
        #expect(try await hall.courier.drain() == 0)
        #expect(try await hall.store.pauses() == [pause])
        #expect(try await hall.store.resume(endpoint, hall.act(.resumeChannel, "done")))
        #expect(try await hall.store.resume(endpoint, hall.act(.resumeChannel, "done")) == false)
        #expect(try await hall.courier.drain() == 1)
        #expect(receiver.confirmed == ["a"])
        await receiver.stop()
        await hall.remove()
    }

    @Test func `a paused queue leases nothing`() async throws {
        let hall = try await DeliveryHall(partners: [])
        _ = try await hall.application(queue: "CZ-TN")
        _ = try await hall.store.pause(Endpoint(.application, "CZ-TN"), hall.act(.pauseChannel, "move"))
        let ends = hall.now.advanced(seconds: 60)
        #expect(try await hall.store.lease(queue: "CZ-TN", max: 9, now: hall.now, ends: ends).isEmpty)
        _ = try await hall.store.resume(Endpoint(.application, "CZ-TN"), hall.act(.resumeChannel, "moved"))
        #expect(
            try await hall.store.lease(queue: "CZ-TN", max: 9, now: hall.now, ends: ends).count == 1)
        await hall.remove()
    }

    @Test func `an institution that is pushed to has signed in by its 2xx`() async throws {
        let isDown = Mutex(true)
        let receiver = try Receiver { _ in HTTPResponse(status: isDown.withLock { $0 } ? 503 : 204) }
        var institution = Institution(code: "CZ-WJ", name: "武进", phone: nil, division: nil)
        institution.push = InstitutionPush(
            address: ReturnAddress(url: receiver.url, token: "secret"), retryPolicy: RetryPolicy())
        let hall = try await DeliveryHall(partners: [], institutions: [institution])
        let pushed = try await hall.application(queue: "CZ-WJ")
        _ = try await hall.application(queue: "CZ-TN")
        #expect(try await hall.courier.drain() == 1)
        #expect(hall.signedInApplications.isEmpty)
        isDown.withLock { $0 = false }
        hall.advance(seconds: 3)
        #expect(try await hall.courier.drain() == 1)
        #expect(hall.signedInApplications == [pushed])
        #expect(receiver.confirmed == [#"{"a":1}"#])
        #expect(receiver.requests.allSatisfy { $0.header("Authorization") == "Bearer secret" })
        #expect(try await hall.courier.drain() == 0)
        await receiver.stop()
        await hall.remove()
    }

    @Test func `a push hours later still carries the trace it came in with, each try a step of its own`() async throws {
        let isDown = Mutex(true)
        let receiver = try Receiver { _ in HTTPResponse(status: isDown.withLock { $0 } ? 500 : 200) }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        try await hall.status(try await hall.application(), to: "court", "a")
        _ = try await hall.courier.drain()
        isDown.withLock { $0 = false }
        hall.advance(seconds: 6 * 3600)
        _ = try await hall.courier.drain()
        let traces = receiver.requests.compactMap { TraceContext($0.header("traceparent")) }
        #expect(traces.map(\.traceID) == Array(repeating: "0af7651916cd43dd8448eb211c80319c", count: 2))
        #expect(Set(traces.map(\.parentID) + ["b7ad6b7169203331"]).count == 3)
        await receiver.stop()
        await hall.remove()
    }

    @Test func `a stop finishes and records what is under way`() async throws {
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let receiver = try Receiver { _ in
            enter.yield()
            for await _ in gate {}
            return HTTPResponse(status: 200)
        }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        try await hall.status(try await hall.application(), to: "court", "a")
        let running = Task { await hall.courier.run() }
        for await _ in entered { break }
        running.cancel()
        open.finish()
        await running.value
        #expect(try await hall.backlog() == 0)
        await receiver.stop()
        await hall.remove()
    }

    @Test func `pushes are counted, timed and their circuit shown`() async throws {
        let receiver = try Receiver { HTTPResponse(status: $0 == "bad" ? 400 : 200) }
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        try await hall.status(try await hall.application(), to: "court", "good")
        try await hall.status(try await hall.application(), to: "court", "bad")
        _ = try await hall.courier.drain()
        let text = hall.metrics.exposition()
        let labels = #"channel="status",recipient="court""#
        #expect(text.contains("gateway_pushes_total{\(labels),outcome=\"confirmed\"} 1.0"))
        #expect(text.contains("gateway_pushes_total{\(labels),outcome=\"refused\"} 1.0"))
        #expect(text.contains("gateway_push_duration_seconds_bucket{\(labels),le=\"+Inf\"} 2"))
        #expect(text.contains("gateway_circuit_state{\(labels)} 0.0"))
        await receiver.stop()
        await hall.remove()
    }
}
