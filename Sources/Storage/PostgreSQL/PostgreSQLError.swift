import CPQ
import Messaging

/// What the server says went wrong. Its details and the texts about values are left out: they hold personal data.
struct PostgreSQLError {
    /// SQLSTATE: five letters or digits, the first two of which are the class.
    private let state: String
    private let text: String

    // The letters that libpq names an error's parts by.
    private enum Part {
        static let state = Int32(UInt8(ascii: "C"))
        static let message = Int32(UInt8(ascii: "M"))
        static let names = [UInt8(ascii: "t"), UInt8(ascii: "c"), UInt8(ascii: "n")].map { Int32($0) }
    }

    /// - Returns: nothing where the server has said nothing.
    init?(_ result: OpaquePointer?) {
        func part(_ letter: Int32) -> String? { PQresultErrorField(result, letter).map { String(cString: $0) } }
        guard let state = part(Part.state) else { return nil }
        self.state = state
        // Of data and constraints only the names of table, column and constraint are told.
        let speaksOfValues = state.hasPrefix("22") || state.hasPrefix("23")
        let names = Part.names.compactMap { part($0) }.joined(separator: " ")
        text = "SQLSTATE \(state) \(speaksOfValues ? names : part(Part.message) ?? "")"
    }

    /// The server takes nothing that is written: it has become a replica, or was one.
    var isOfReplica: Bool { state == "25006" }

    func told(isConnected: Bool) -> StoreError {
        switch state {
        case "53100": .diskFull
        // An error of input or output.
        case "58030": .unwritable
        // Serialization, deadlock, a lock that others hold, a statement that was cancelled.
        case "40001", "40P01", "55P03", "57014": .busy
        case "XX001", "XX002": .corrupt(text)
        default: isConnected ? .failed(text) : .unreachable(text)
        }
    }
}
