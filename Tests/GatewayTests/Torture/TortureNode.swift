import Foundation
import Synchronization

@testable import gateway

/// A node that is killed, frozen and started again while others talk to it.
final class TortureNode: Sendable {
    let gateway: GatewayProcess
    private let launcher: [String]
    private let address = Mutex<String?>(nil)

    /// - Parameter launcher: as of `GatewayProcess.start`.
    init(_ gateway: GatewayProcess, launcher: [String] = []) {
        self.gateway = gateway
        self.launcher = launcher
    }

    /// Where it is; nothing while it is down.
    var url: String? { address.withLock { $0 } }

    func start() throws {
        try gateway.start(by: launcher)
        address.withLock { $0 = gateway.remote.url }
    }

    func kill() {
        address.withLock { $0 = nil }
        gateway.kill()
    }

    /// - Returns: the exit code.
    func stop() -> Int32 {
        address.withLock { $0 = nil }
        return gateway.stop()
    }

    func signal(_ signal: Int32) { Foundation.kill(gateway.identifier, signal) }
}

/// Who talks to whichever node is up, each with connections of its own.
struct TortureCaller {
    private let nodes: [TortureNode]
    private let token: String
    private var known: [String: Remote] = [:]
    var chances: SeededChances

    init(_ nodes: [TortureNode], token: String, seed: UInt64) {
        (self.nodes, self.token) = (nodes, token)
        chances = SeededChances(seed)
    }

    /// A node that is up, whichever; waits for one.
    mutating func remote() async throws -> Remote {
        while true {
            if let url = nodes.compactMap(\.url).randomElement(using: &chances) {
                if let remote = known[url] { return remote }
                // Ports of nodes that are gone are not kept for ever.
                if known.count > 4 { known = [:] }
                let remote = Remote(url: url, token: token)
                known[url] = remote
                return remote
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
