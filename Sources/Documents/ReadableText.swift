/// A document's bytes as text, for people to look at and to mend.
public struct ReadableText: Sendable {
    public let utf8: [UInt8]
    public let encoding: TextEncoding

    /// - Parameter declared: what the carrier said, such as a `charset`.
    /// - Throws: `DocumentError` where the bytes are no text in any encoding that is read.
    public init(_ bytes: [UInt8], declared: String? = nil) throws(DocumentError) {
        let decoded = try DecodedText(bytes, declared: declared)
        utf8 = decoded.utf8
        encoding = decoded.encoding
    }
}
