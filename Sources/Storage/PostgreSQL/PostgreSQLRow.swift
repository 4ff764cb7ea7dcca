import CPQ
import Messaging

/// What is known of a result's columns.
struct PostgreSQLColumns {
    let places: [String: Int32]
    let types: [Oid]
    let origins: [ColumnOrigin]
}

/// The rows of a result, one after the other.
final class PostgreSQLRow: SQLRow {
    private let result: OpaquePointer
    private let columns: PostgreSQLColumns
    private unowned let connection: PostgreSQLConnection
    /// Which of them it is.
    var number: Int32 = 0

    init(_ result: OpaquePointer, _ columns: PostgreSQLColumns, of connection: PostgreSQLConnection) {
        self.result = result
        self.columns = columns
        self.connection = connection
    }

    private func value(at place: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, number, place), count: Int(PQgetlength(result, number, place)))
    }

    func place(of column: String) -> Int32? { columns.places[column] }

    func isNull(at place: Int32) -> Bool { PQgetisnull(result, number, place) != 0 }

    func integer(at place: Int32) throws(StoreError) -> Int64 {
        if let number = binaryInteger(at: place) { return number }
        guard let number = Int64(String(decoding: value(at: place), as: UTF8.self)) else {
            throw .corrupt("a figure is no whole number")
        }
        return number
    }

    /// Nothing where the column is of another type than a number.
    private func binaryInteger(at place: Int32) -> Int64? {
        switch columns.types[Int(place)] {
        case PostgreSQLType.int8, PostgreSQLType.int4, PostgreSQLType.int2, PostgreSQLType.bool:
            PostgreSQLType.integer(binary: value(at: place))
        case PostgreSQLType.numeric: PostgreSQLType.integer(numeric: value(at: place))
        default: nil
        }
    }

    func text(at place: Int32) -> String {
        if let number = binaryInteger(at: place) { return String(number) }
        let text = String(decoding: value(at: place), as: UTF8.self)
        return columns.types[Int(place)] == PostgreSQLType.bytes ? text : PostgreSQLText.read(text)
    }

    func blob(at place: Int32) -> [UInt8] { [UInt8](value(at: place)) }

    func mayBeSealed(at place: Int32) -> Bool { columns.origins[Int(place)].mayBeSealed }

    func opened(_ container: [UInt8], at place: Int32) throws(StoreError) -> [UInt8]? {
        try columns.origins[Int(place)].opened(container, keys: connection.keys, connection)
    }
}
