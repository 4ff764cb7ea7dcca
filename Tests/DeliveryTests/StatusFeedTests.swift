import Messaging
import Testing
import Vocabulary

@testable import Delivery

@Suite struct StatusFeedTests {
    @Test func `a status that was committed late never slips in behind a cursor`() async throws {
        let hall = try await DeliveryHall(partners: [])
        let application = try await hall.application()
        try await hall.status(application, to: "court", "one")
        let first = try await hall.store.feed(partner: "court", after: nil, limit: 10, now: hall.now)
        #expect(first.map(\.position) == [1])
        // Its id is smaller than the one that was read already.
        let late = Envelope(
            id: "00000000000000000000000001", channel: .status, correlationID: try await hall.application(),
            sender: "CZ-TN", senderMessageID: "s", recipient: "court", payload: [76], mediaType: "text/plain",
            createdAt: hall.now, dueAt: nil, priority: 0, keepUntil: nil)
        try await hall.tell(late)
        let second = try await hall.store.feed(partner: "court", after: 1, limit: 10, now: hall.now)
        #expect(second.map(\.envelope.id) == [late.id])
        #expect(second.map(\.position) == [2])
        #expect(try await hall.backlog() == 1)
        // A cursor that nobody was given confirms nothing.
        #expect(try await hall.store.feed(partner: "court", after: 99, limit: 10, now: hall.now).isEmpty)
        #expect(try await hall.backlog() == 1)
        await hall.remove()
    }

    @Test func `pages follow each other, and old cursors give the same again`() async throws {
        let hall = try await DeliveryHall(partners: [])
        for number in 0..<25 { try await hall.status(try await hall.application(), to: "court", "\(number)") }
        try await hall.status(try await hall.application(), to: "police", "theirs")
        var texts: [String] = []
        var cursor: Int64?
        while true {
            let page = try await hall.store.feed(partner: "court", after: cursor, limit: 10, now: hall.now)
            guard let last = page.last else { break }
            texts += page.map { String(decoding: $0.envelope.payload, as: UTF8.self) }
            cursor = last.position
        }
        #expect(texts == (0..<25).map { "\($0)" })
        #expect(try await hall.backlog() == 1)
        let again = try await hall.store.feed(partner: "court", after: 0, limit: 500, now: hall.now)
        #expect(again.map { String(decoding: $0.envelope.payload, as: UTF8.self) } == texts)
        await hall.remove()
    }

    @Test func `what nobody fetched in time lies in the tray, and comes anew when it is sent again`() async throws {
        let hall = try await DeliveryHall(partners: [])
        try await hall.status(try await hall.application(), to: "court", "a", keep: 60)
        #expect(try await hall.store.feed(partner: "court", after: nil, limit: 9, now: hall.now).count == 1)
        hall.advance(seconds: 61)
        #expect(try await hall.store.expireMessages(now: hall.now, limit: 9) == 1)
        #expect(try await hall.store.feed(partner: "court", after: nil, limit: 9, now: hall.now).isEmpty)
        let dead = try #require(try await hall.deadLetters().first)
        #expect(dead.reason == .expired)
        _ = try await hall.store.requeue(dead.id, version: nil, queue: nil, hall.act(.retry, "they want it"))
        let again = try await hall.store.feed(partner: "court", after: 1, limit: 9, now: hall.now)
        #expect(again.map(\.position) == [2])
        await hall.remove()
    }
}
