import Foundation
import StrictJSON
import Synchronization

/// A structured log: one JSON object a line. Personal data has no place in it.
public final class Log: Sendable {
    public enum Level: String, Sendable, CaseIterable {
        case info, warning, error
    }

    /// Where lines go.
    public enum Sink: Sendable {
        case standardError
        case file(String)
        case none
    }

    private let descriptor: Int32
    private let now: @Sendable () -> String

    /// - Parameter now: the time as it is to be written.
    public init(sink: Sink, now: @escaping @Sendable () -> String) {
        self.now = now
        switch sink {
        case .standardError: descriptor = STDERR_FILENO
        // Readable by the gateway's own user only.
        case .file(let path): descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        case .none: descriptor = -1
        }
    }

    deinit { if descriptor > STDERR_FILENO { close(descriptor) } }

    public func info(_ event: String, _ fields: [(String, LogValue)]) { write(.info, event, fields) }
    public func warning(_ event: String, _ fields: [(String, LogValue)]) { write(.warning, event, fields) }
    public func error(_ event: String, _ fields: [(String, LogValue)]) { write(.error, event, fields) }

    private func write(_ level: Level, _ event: String, _ fields: [(String, LogValue)]) {
        guard descriptor >= 0 else { return }
        var line = JSONObject([
            ("at", .string(now())), ("level", .string(level.rawValue)), ("event", .string(event)),
        ])
        if let trace = TraceContext.current { line["traceId"] = .string(trace.traceID) }
        for (name, value) in fields { line[name] = Redaction.personal.contains(name) ? "[redacted]" : value.json }
        var bytes = JSONValue.object(line).serialized()
        bytes.append(UInt8(ascii: "\n"))
        // One write a line: lines of several threads never mix.
        _ = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}

/// What never stands in a log line, whoever asks for it.
public enum Redaction {
    public static let personal: Set<String> = [
        "name", "recipientName", "idNumber", "phone", "mobile", "landline", "address", "body", "content", "value",
        "token", "authorization", "password", "factsSummary",
    ]
}
