import CPQ

/// Types of PostgreSQL as their numbers in its catalogue, which never change.
enum PostgreSQLType {
    static let bool: Oid = 16
    static let bytes: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    /// What sums are.
    static let numeric: Oid = 1700

    /// The whole part of a `numeric` in its binary form: digits to the base 10,000, the weight of the first, and the sign.
    static func integer(numeric bytes: UnsafeRawBufferPointer) -> Int64 {
        func short(_ place: Int) -> Int16 {
            guard 2 * place + 1 < bytes.count else { return 0 }
            return Int16(bitPattern: UInt16(bytes[2 * place]) << 8 | UInt16(bytes[2 * place + 1]))
        }
        let (count, weight, isNegative) = (Int(short(0)), Int(short(1)), short(2) == 0x4000)
        guard weight >= 0 else { return 0 }
        var magnitude: Int64 = 0
        for place in 0...weight {
            let digit = place < count ? Int64(short(4 + place)) : 0
            let (product, isTooGreat) = magnitude.multipliedReportingOverflow(by: 10_000)
            let (sum, isOver) = product.addingReportingOverflow(digit)
            // No figure of the store's is so great.
            if isTooGreat || isOver { return isNegative ? .min : .max }
            magnitude = sum
        }
        return isNegative ? -magnitude : magnitude
    }

    /// A whole number in its binary form, of one to eight bytes.
    static func integer(binary bytes: UnsafeRawBufferPointer) -> Int64 {
        let isNegative = bytes.count > 1 && (bytes.first ?? 0) & 0x80 != 0
        return bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
    }
}
