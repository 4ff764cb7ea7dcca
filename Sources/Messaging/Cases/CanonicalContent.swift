import StrictJSON

/// A canonical application on its way into the store: as values, and as the bytes that are kept.
///
/// It is serialised once, by whoever made it; the store's one writer takes both and reads nothing again.
public struct CanonicalContent: Sendable {
    public let object: JSONObject
    public let bytes: [UInt8]

    public init(_ object: JSONObject) {
        self.object = object
        bytes = JSONValue.object(object).serialized()
    }
}
