import Foundation
import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

/// The command line was not understood: exit code 2.
struct UsageError: Error {
    let text: LocalizedText
    init(_ text: LocalizedText) { self.text = text }
    init(_ zh: String, _ en: String) { text = LocalizedText(zh, en) }
}

/// A command could not do what it was asked, or what was named does not exist: exit code 1.
struct CommandFailure: Error {
    let text: LocalizedText
    init(_ text: LocalizedText) { self.text = text }
    init(_ zh: String, _ en: String) { text = LocalizedText(zh, en) }

    /// About a file or another place, which stands before the sentence.
    init(at place: String, _ zh: String, _ en: String) { text = LocalizedText(zh, en).at(place) }

    /// A file that cannot be read, written or made, with the system's own word for why.
    init(at place: String, _ zh: String, _ en: String, errno code: Int32) {
        let why = String(cString: strerror(code))
        text = LocalizedText("\(zh)（\(why)）。", "\(en) (\(why))").at(place)
    }
}

extension StoreError {
    /// For whoever runs a command: what to do where that is known, otherwise what the database said.
    var told: LocalizedText {
        if let explanation { return explanation }
        switch self {
        case .failed(let text): return LocalizedText(same: text)
        case .corrupt(let what): return LocalizedText("存储已损坏：\(what)", "the store is damaged: \(what)")
        case .busy, .diskFull, .unwritable, .unsafe, .uncertain, .foreignLog, .newerSchema, .closed, .unreachable:
            return LocalizedText("存储现在无法使用（\(code)）", "the store cannot be used now (\(code))")
        }
    }
}

/// What went wrong, as a person is told it.
enum Complaints {
    static func text(of error: any Error) -> LocalizedText {
        switch error {
        case let error as CommandFailure: error.text
        case let error as UsageError: error.text
        case let error as StoreError: error.told
        case let error as ConfigurationError: LocalizedText(same: error.description)
        case let error as Problem: error.detail
        case TransportError.cannotListen(let host, let port):
            LocalizedText(
                "无法在 \(host) 端口 \(port) 监听：端口已被占用、地址不属于本机，或无权使用（1024 以下）。请查 ss -ltnp，或改 gateway.xml 的 <listen>。",
                "cannot listen on \(host) port \(port): it is taken, the address is not this machine's, or it may not be used (below 1024). Look with ss -ltnp, or change <listen> in gateway.xml."
            )
        case let error as JSONError:
            LocalizedText(
                "第 \(error.line) 行不是 JSON（\(error.problem.rawValue)）",
                "line \(error.line) is no JSON (\(error.problem.rawValue))")
        case let error as CocoaError: text(of: error)
        default: LocalizedText(same: error.localizedDescription)
        }
    }

    /// Foundation names the file and what it could not do; the system's word for why is beneath.
    private static func text(of error: CocoaError) -> LocalizedText {
        let why = (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        let place = error.filePath ?? error.url?.path
        let sentence = LocalizedText(
            why.map { "读写失败（\($0)）" } ?? "读写失败：\(error.localizedDescription)",
            why.map { "cannot be read or written (\($0))" } ?? error.localizedDescription)
        return place.map { sentence.at($0) } ?? sentence
    }
}
