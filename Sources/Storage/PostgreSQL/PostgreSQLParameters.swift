import CPQ
import Messaging

/// A statement's values, laid one behind the other as libpq takes them.
struct PostgreSQLParameters {
    // What is empty has an address, too: none would be NULL.
    private var bytes: [UInt8] = [0]
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    private enum Format {
        static let text: Int32 = 0
        static let binary: Int32 = 1
    }

    /// - Parameters:
    ///   - types: as the server has inferred them.
    ///   - keys: what seals, where the store is encrypted.
    init(_ values: [SQLValue], types: [Oid], keys: KeyRing?) throws(StoreError) {
        guard values.count == types.count else {
            throw .failed("a statement of \(types.count) values is given \(values.count)")
        }
        for (value, type) in zip(values, types) {
            switch value {
            case .null: add(nil, Format.binary)
            case .integer(let number): add(number, as: type)
            case .text(let text): add(text, as: type)
            case .blob(let bytes): add(bytes[...], Format.binary)
            case .sealed(let bytes, let column):
                add(try SealedValue.stored(bytes, column, keys: keys)[...], Format.binary)
            case .sealedText(let text, let column): add(try SealedValue.stored(text, column, keys: keys), as: type)
            }
        }
    }

    private mutating func add(_ number: Int64, as type: Oid) {
        guard type == PostgreSQLType.int8 else { return add(String(number), as: type) }
        add(withUnsafeBytes(of: number.bigEndian) { Array($0)[...] }, Format.binary)
    }

    private mutating func add(_ text: String, as type: Oid) {
        add(
            Array(PostgreSQLText.stored(text).utf8)[...],
            type == PostgreSQLType.text ? Format.binary : Format.text)
    }

    private mutating func add(_ value: ArraySlice<UInt8>?, _ format: Int32) {
        starts.append(value.map { _ in bytes.count })
        lengths.append(Int32(value?.count ?? 0))
        formats.append(format)
        guard let value else { return }
        bytes += value
        // The end of a value in text form.
        if format == Format.text { bytes.append(0) }
    }

    var count: Int32 { Int32(starts.count) }

    /// - Parameter body: gets the values' addresses, lengths and formats, which are good until it returns.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { start in start.flatMap { place in base.map { $0 + place } } }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress, lengths, formats) }
        }
    }
}
