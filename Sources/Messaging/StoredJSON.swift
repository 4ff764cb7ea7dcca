import StrictJSON

// Columns that hold JSON which the gateway itself wrote. Whoever reads one says what it is, so that an operator finds the row:
// bytes that are something else are damage, never an empty value.

extension JSONObject {
    /// - Parameter name: of the row, for operators: no word of its content.
    /// - Throws: `StoreError.corrupt` where the bytes are no JSON object.
    public init(stored bytes: [UInt8], _ name: @autoclosure () -> String) throws(StoreError) {
        let value = try JSONValue(stored: bytes, name())
        guard let object = value.object else { throw .corrupt("\(name()) is no JSON object") }
        self = object
    }
}

extension JSONValue {
    /// - Throws: `StoreError.corrupt` where the bytes are no JSON.
    public init(stored bytes: [UInt8], _ name: @autoclosure () -> String) throws(StoreError) {
        do {
            self = try JSONValue(parsing: bytes)
        } catch {
            throw .corrupt("\(name()) is no JSON")
        }
    }
}

extension [JSONValue] {
    /// - Throws: `StoreError.corrupt` where the bytes are no JSON array.
    public init(stored bytes: [UInt8], _ name: @autoclosure () -> String) throws(StoreError) {
        let value = try JSONValue(stored: bytes, name())
        guard let items = value.array else { throw .corrupt("\(name()) is no JSON array") }
        self = items
    }
}
