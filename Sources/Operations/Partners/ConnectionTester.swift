import Messaging

/// Tests whether a return address can be reached and confirms.
public protocol ConnectionTester: Sendable {
    func test(_ address: ReturnAddress) async -> ConnectionAnswer
}
