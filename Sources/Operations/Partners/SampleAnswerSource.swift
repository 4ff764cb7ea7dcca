import Messaging
import StrictJSON
import Vocabulary

/// What a partner would be answered to a document, stored nowhere.
public struct SampleAnswer: Sendable {
    /// HTTP.
    public let status: Int
    public let json: JSONValue
    /// The same for senders of XML; empty where it cannot be written so.
    public let xml: [UInt8]

    public init(status: Int, json: JSONValue, xml: [UInt8]) {
        self.status = status
        self.json = json
        self.xml = xml
    }
}

public protocol SampleAnswerSource: Sendable {
    /// An example as that partner would send it: with its own code where the example bears another's.
    func example(_ bytes: [UInt8], for partner: Partner) -> [UInt8]
    /// - Throws: where its status cannot be written in its format.
    func answer(
        to bytes: [UInt8], mediaType: String, from partner: Partner, at now: Instant
    ) throws -> SampleAnswer
}
