import Vocabulary

/// One canonical status as it was told.
public struct StatusRecord: Sendable {
    public let id: String
    public let applicationNo: String
    public let code: String
    public let content: [UInt8]
    public let at: Instant

    public init(id: String, applicationNo: String, code: String, content: [UInt8], at: Instant) {
        self.id = id
        self.applicationNo = applicationNo
        self.code = code
        self.content = content
        self.at = at
    }
}
