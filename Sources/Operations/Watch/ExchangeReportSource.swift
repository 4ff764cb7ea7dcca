import Messaging

/// How the partners' exchange folders are doing, as this node sees them.
public protocol ExchangeReportSource: Sendable {
    var reports: [ExchangeReport] { get }
}
