import Foundation
import Messaging
import Vocabulary

extension StoreError {
    /// For whoever runs a command: what to do where that is known, otherwise what the database said.
    var told: String {
        if let explanation { return "\(explanation.zh) \(explanation.en)" }
        switch self {
        case .failed(let text): return text
        case .corrupt(let what): return "存储已损坏。the store is damaged: \(what)"
        case .busy, .diskFull, .unsafe, .uncertain, .foreignLog, .newerSchema, .closed, .unreachable:
            return "存储现在无法使用。the store cannot be used now (\(code))"
        }
    }
}

/// Where the commands write. Progress goes to standard error, and only when a person watches.
enum Terminal {
    static func print(_ text: String) { write(text + "\n", to: .standardOutput) }
    static func complain(_ text: String) { write(text + "\n", to: .standardError) }

    /// A sentence for whoever runs the gateway, Chinese first.
    static func print(_ text: LocalizedText) { print("\(text.zh) \(text.en)") }
    static func complain(_ text: LocalizedText) { complain("\(text.zh) \(text.en)") }

    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write("\r\u{1B}[K" + text, to: .standardError)
    }

    private static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
