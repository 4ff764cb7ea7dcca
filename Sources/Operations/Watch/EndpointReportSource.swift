import Messaging

/// How this node's endpoints are doing, as its courier knows them.
public protocol EndpointReportSource: Sendable {
    var reports: [EndpointReport] { get }
}
