import StrictJSON
import Synchronization

/// A JSON object as the store keeps it. It is read, or written, once at most, however often a step asks for it, and copies
/// share that.
public struct StoredObject: Sendable {
    private let form: Form

    /// - Parameter known: what the bytes say, by whoever wrote or read them.
    public init(_ bytes: [UInt8], known: JSONObject? = nil) { form = Form(bytes, known) }

    /// What may never be stored need not be written.
    public init(_ object: JSONObject) { form = Form(nil, object) }

    public var bytes: [UInt8] {
        form.state.withLock { state in
            if let known = state.bytes { return known }
            let written = JSONValue.object(state.object ?? JSONObject()).serialized()
            state.bytes = written
            return written
        }
    }

    /// - Parameter place: the row, for whoever looks for the damage.
    /// - Throws: `StoreError.corrupt` where the bytes are no JSON object.
    public func object(_ place: @autoclosure () -> String) throws(StoreError) -> JSONObject {
        if let known = form.state.withLock({ $0.object }) { return known }
        let object = try JSONObject(stored: bytes, place())
        form.state.withLock { $0.object = object }
        return object
    }

    private final class Form: Sendable {
        /// One of the two at least.
        let state: Mutex<(bytes: [UInt8]?, object: JSONObject?)>
        init(_ bytes: [UInt8]?, _ object: JSONObject?) { state = Mutex((bytes, object)) }
    }
}
