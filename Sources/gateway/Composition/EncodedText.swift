import Documents
import Operations

/// Documents' text by the encodings that `Documents` knows.
struct EncodedText: DocumentText {
    func decode(_ bytes: [UInt8]) -> (utf8: [UInt8], encoding: String)? {
        (try? ReadableText(bytes)).map { ($0.utf8, $0.encoding.rawValue) }
    }

    func encode(_ text: String, as encoding: String) -> [UInt8]? {
        TextEncoding(name: encoding).flatMap { try? $0.encode(text) }
    }
}
