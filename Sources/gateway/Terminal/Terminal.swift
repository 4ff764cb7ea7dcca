import Foundation
import Messaging
import Vocabulary

/// Where the commands write. Progress goes to standard error, and only when a person watches.
enum Terminal {
    static func print(_ text: String) { write(text + "\n", to: .standardOutput) }
    static func complain(_ text: String) { write(text + "\n", to: .standardError) }

    /// A sentence for whoever runs the gateway, in the language of the locale.
    static func print(_ text: LocalizedText) { print(text.spoken) }
    static func complain(_ text: LocalizedText) { complain(text.spoken) }
    static func print(_ zh: String, _ en: String) { print(LocalizedText(zh, en)) }
    static func complain(_ zh: String, _ en: String) { complain(LocalizedText(zh, en)) }

    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write("\r\u{1B}[K" + text, to: .standardError)
    }

    static func progress(_ zh: String, _ en: String) { progress(LocalizedText(zh, en).spoken) }

    private static func write(_ text: String, to handle: FileHandle) {
        // Whoever reads no longer has closed the pipe; there is nobody to tell.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    // MARK: What a person watches

    /// How many columns there are to write in: of the terminal, or none where nobody watches.
    static let columns: Int? = {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init)
        }
        return Int(size.ws_col)
    }()

    /// Only where a person watches a terminal that can, and has not said no (https://no-color.org).
    private static let hasColour: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR"]?.isEmpty != false && environment["TERM"] != "dumb"
    }()

    enum Style: String {
        case heading = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
        case warning = "33"
    }

    static func styled(_ text: String, _ style: Style) -> String {
        hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Asks without showing what is typed; nothing where there is no terminal to ask on.
    static func askInSecret(_ question: LocalizedText) -> String? {
        var old = termios()
        guard tcgetattr(STDIN_FILENO, &old) == 0 else { return nil }
        var quiet = old
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
            complain("")
        }
        complain(question)
        return readLine()
    }
}
