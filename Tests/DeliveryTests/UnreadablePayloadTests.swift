import Foundation
import Messaging
import Observability
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Delivery
@testable import Storage

@Test func `an application that cannot be opened goes to the operators, and the next one to the institution`()
    async throws
{
    let hall = try await DeliveryHall(partners: [])
    let broken = try await hall.application()
    let whole = try await hall.application()
    try await hall.store.database.write { connection throws(StoreError) in
        _ = try connection.run("UPDATE application SET content = x'7B00' WHERE no = ?", [.text(broken)])
    }
    let answer = await hall.leaseRouter.respond(
        to: HTTPRequest(
            method: "POST", path: "/v1/queues/CZ-TN/leases", query: [], headers: [("Authorization", "Bearer CZ-TN")],
            body: Array(#"{"max":10}"#.utf8)))
    let leases = try JSONValue(parsing: answer.body)["leases"]?.array ?? []
    #expect(leases.count == 1)
    #expect(leases.first?["application"]?["a"] == 1)
    let dead = try await hall.deadLetters()
    #expect(dead.map(\.correlationID) == [broken] && broken != whole)
    #expect(dead.map(\.cause) == [.unreadablePayload(on: .application)])
    await hall.remove()
}
