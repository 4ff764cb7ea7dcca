import Foundation
import Messaging
import Storage
import StrictJSON
import Synchronization
import Testing

@testable import gateway

/// Eight senders of the court's at once, and what each was told.
final class LoadSenders: Sendable {
    private struct State {
        var isStopped = false
        var acknowledged: [String] = []
        var refused = 0
        var unknown = 0
    }

    private let state = Mutex(State())
    private let remote: Remote
    private let name: String
    private let pace: Duration

    /// - Parameter pace: each sender waits so long before its next message, so that a store does not grow with the time that
    ///   a slow machine takes for what is tried beside them.
    init(_ gateway: GatewayProcess, _ name: String, pace: Duration = .zero) {
        (remote, self.name, self.pace) = (gateway.remote, name, pace)
    }

    /// Message ids that were acknowledged by now.
    var acknowledged: [String] { state.withLock { $0.acknowledged } }
    /// How many were told that nothing was taken.
    var refused: Int { state.withLock { $0.refused } }
    /// How many were told that nobody knows.
    var unknown: Int { state.withLock { $0.unknown } }
    func stop() { state.withLock { $0.isStopped = true } }

    /// Sends until it is stopped, each sender at least so many.
    func send(atLeast: Int = 1) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask { [self] in
                    var number = 0
                    while number < atLeast || state.withLock({ !$0.isStopped }) {
                        // A test that has failed meanwhile must not wait for them.
                        try Task.checkCancellation()
                        try await send("\(name)-\(sender)-\(number)")
                        number += 1
                        if pace > .zero { try await Task.sleep(for: pace) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ id: String) async throws {
        let answer = try await remote.call("POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        let kind = answer.json["type"]?.string.map { String($0.split(separator: ":").last ?? "") }
        state.withLock { state in
            switch (answer.status, kind) {
            case (202, _): state.acknowledged.append(id)
            case (503, "outcome-unknown"): state.unknown += 1
            default: state.refused += 1
            }
        }
        if answer.status != 202 {
            #expect(answer.status == 503, "\(answer.status)")
            #expect(["outcome-unknown", "store-unavailable"].contains(kind), "\(kind ?? "")")
        }
    }
}

/// The senders' ids of what a store's file holds.
func messageIDs(in file: URL) async throws -> Set<String> {
    let database = try ReadOnlyStore(path: file.path)
    let ids = try await database.read { connection throws(StoreError) in
        try connection.query("SELECT message_id FROM referral WHERE message_id IS NOT NULL", []) { $0.text(at: 0) }
    }
    await database.close()
    return Set(ids)
}
