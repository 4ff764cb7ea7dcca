import Foundation
import Vocabulary

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
