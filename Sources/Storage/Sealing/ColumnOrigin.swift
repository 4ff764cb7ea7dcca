import Messaging

/// Where the values of a result's column come from.
enum ColumnOrigin {
    case plain
    case sealed(SealedColumn)
    /// An expression, or what a change returns: any of them.
    case computed

    init(table: String, column: String) {
        self = SealedColumn.named(table: table, column: column).map { .sealed($0) } ?? .plain
    }

    var mayBeSealed: Bool {
        switch self {
        case .plain: false
        case .sealed, .computed: true
        }
    }

    /// - Parameter keys: nothing where the store is not encrypted.
    /// - Returns: nothing where the value is damaged, or sealed by a key that is not there.
    func opened(
        _ container: [UInt8], keys: KeyRing?, _ connection: any SQLConnection
    ) throws(StoreError) -> [UInt8]? {
        guard let keys else {
            guard case .clear(let bytes) = SealedValue.content(of: container) else { return nil }
            return bytes
        }
        switch self {
        case .plain, .computed: return try keys.open(container, as: nil, connection)
        case .sealed(let column): return try keys.open(container, as: column, connection)
        }
    }
}

extension SealedValue {
    /// A value as it is to stand in its column.
    ///
    /// - Parameter keys: nothing where the store is not encrypted.
    static func stored(_ bytes: [UInt8], _ column: SealedColumn, keys: KeyRing?) throws(StoreError) -> [UInt8] {
        if let keys { return try keys.seal(bytes, column) }
        return isContainer(bytes) ? escaped(bytes) : bytes
    }

    static func stored(_ text: String, _ column: SealedColumn, keys: KeyRing?) throws(StoreError) -> String {
        if let keys { return text.isEmpty ? text : self.text(of: try keys.seal(Array(text.utf8), column)) }
        return looksSealed(text) ? self.text(of: escaped(Array(text.utf8))) : text
    }
}
