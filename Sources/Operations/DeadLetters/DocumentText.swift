/// Reads and writes the text of documents in the encodings that senders use.
public protocol DocumentText: Sendable {
    /// The text in UTF-8 and the name of the encoding it came in; nothing where the bytes are no text.
    func decode(_ bytes: [UInt8]) -> (utf8: [UInt8], encoding: String)?
    /// Text in an encoding of that name; nothing where it has no such characters.
    func encode(_ text: String, as encoding: String) -> [UInt8]?
}
