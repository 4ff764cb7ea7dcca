import Messaging
import Vocabulary

/// One row of a result, valid until the next is read. Columns are read by the names that the statement gives them, so that
/// a column more shifts no reader.
public protocol SQLRow {
    /// The column's place; `nil` where the statement has none of that name.
    func place(of column: String) -> Int32?
    func isNull(at place: Int32) -> Bool
    /// - Throws: `StoreError.corrupt` where the value is no whole number.
    func integer(at place: Int32) throws(StoreError) -> Int64
    func text(at place: Int32) -> String
    func blob(at place: Int32) -> [UInt8]
    /// Whether the column is one whose values are sealed in an encrypted store.
    func mayBeSealed(at place: Int32) -> Bool
    /// - Returns: nothing where the value is damaged, or sealed by a key that is not there.
    func opened(_ container: [UInt8], at place: Int32) throws(StoreError) -> [UInt8]?
}

extension SQLRow {
    private func given(_ column: String) throws(StoreError) -> Int32 {
        guard let place = place(of: column) else { throw .failed("the statement has no column \(column)") }
        return place
    }

    private func filled(_ column: String) throws(StoreError) -> Int32 {
        let place = try given(column)
        if isNull(at: place) { throw .corrupt("column \(column) is empty") }
        return place
    }

    func integer(_ column: String) throws(StoreError) -> Int64 { try integer(at: try filled(column)) }
    func int(_ column: String) throws(StoreError) -> Int { Int(try integer(column)) }
    func flag(_ column: String) throws(StoreError) -> Bool { try integer(column) != 0 }
    func text(_ column: String) throws(StoreError) -> String { try openText(at: try filled(column), column) }
    func blob(_ column: String) throws(StoreError) -> [UInt8] { try openBlob(at: try filled(column), column) }
    func instant(_ column: String) throws(StoreError) -> Instant { Instant(milliseconds: try integer(column)) }

    func optionalInteger(_ column: String) throws(StoreError) -> Int64? {
        let place = try given(column)
        return isNull(at: place) ? nil : try integer(at: place)
    }

    func optionalInt(_ column: String) throws(StoreError) -> Int? { try optionalInteger(column).map { Int($0) } }

    func optionalText(_ column: String) throws(StoreError) -> String? {
        let place = try given(column)
        return isNull(at: place) ? nil : try openText(at: place, column)
    }

    func optionalBlob(_ column: String) throws(StoreError) -> [UInt8]? {
        let place = try given(column)
        return isNull(at: place) ? nil : try openBlob(at: place, column)
    }

    func optionalInstant(_ column: String) throws(StoreError) -> Instant? {
        try optionalInteger(column).map { Instant(milliseconds: $0) }
    }

    /// One of a known set of words. An unknown one is no plausible case but a damaged row, or one of a later release.
    func word<Word: RawRepresentable>(_ column: String, as type: Word.Type = Word.self) throws(StoreError) -> Word
    where Word.RawValue == String {
        try known(try text(column), column)
    }

    func optionalWord<Word: RawRepresentable>(_ column: String, as type: Word.Type = Word.self) throws(StoreError)
        -> Word? where Word.RawValue == String
    {
        guard let text = try optionalText(column) else { return nil }
        return try known(text, column) as Word
    }

    private func known<Word: RawRepresentable>(_ text: String, _ column: String) throws(StoreError) -> Word
    where Word.RawValue == String {
        guard let word = Word(rawValue: text) else { throw .corrupt("column \(column) holds an unknown word") }
        return word
    }

    // MARK: Sealed values

    private func openBlob(at place: Int32, _ column: String) throws(StoreError) -> [UInt8] {
        let bytes = blob(at: place)
        guard mayBeSealed(at: place), SealedValue.isContainer(bytes) else { return bytes }
        guard let plain = try opened(bytes, at: place) else { throw .corrupt(Self.unopened(column)) }
        return plain
    }

    private func openText(at place: Int32, _ column: String) throws(StoreError) -> String {
        let text = text(at: place)
        guard mayBeSealed(at: place), let container = SealedValue.container(inText: text) else { return text }
        guard let plain = try opened(container, at: place) else { throw .corrupt(Self.unopened(column)) }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func unopened(_ column: String) -> String {
        "column \(column) holds a sealed value that is damaged or of another key"
    }

    /// JSON of the gateway's own. What cannot be opened comes as it stands there, which is no JSON: whoever parses it names
    /// the row, as with any other damage, and the rows beside it are read.
    func json(_ column: String) throws(StoreError) -> [UInt8] {
        let place = try filled(column)
        let bytes = blob(at: place)
        guard mayBeSealed(at: place), SealedValue.isContainer(bytes) else { return bytes }
        return try opened(bytes, at: place) ?? bytes
    }

    func optionalJSON(_ column: String) throws(StoreError) -> [UInt8]? {
        isNull(at: try given(column)) ? nil : try json(column)
    }

    /// Words for people. What cannot be opened is said to be so, since the rows beside it are wanted as well.
    func words(_ column: String) throws(StoreError) -> String? {
        let place = try given(column)
        if isNull(at: place) { return nil }
        let text = text(at: place)
        guard mayBeSealed(at: place), let container = SealedValue.container(inText: text) else { return text }
        return try opened(container, at: place).map { String(decoding: $0, as: UTF8.self) }
            ?? "（此处加密内容无法解开） (sealed, and cannot be opened)"
    }
}
