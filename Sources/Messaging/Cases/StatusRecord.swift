import Vocabulary

/// One canonical status as it was told.
public struct StatusRecord: Sendable {
    public let id: String
    public let applicationNo: String
    public let code: StatusCode
    public let content: [UInt8]
    public let at: Instant

    public init(id: String, applicationNo: String, code: StatusCode, content: [UInt8], at: Instant) {
        self.id = id
        self.applicationNo = applicationNo
        self.code = code
        self.content = content
        self.at = at
    }
}
