import Messaging
import Vocabulary

/// How this node's endpoints are doing, as its courier knows them.
public protocol EndpointReportSource: Sendable {
    var reports: [EndpointReport] { get }
    /// What waits for an endpoint is tried at once, over an open circuit too.
    ///
    /// - Returns: `false` for an endpoint that nobody pushes to.
    func retryNow(_ endpoint: Endpoint) async -> Bool
}
