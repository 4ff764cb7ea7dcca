/// Which journey a piece of work belongs to: the `traceparent` of W3C Trace Context, level 1.
public struct TraceContext: Sendable, Hashable {
    /// 32 lower-case hexadecimal digits, the same on the whole way.
    public let traceID: String
    /// 16 lower-case hexadecimal digits: the caller's own step.
    public let parentID: String
    public let isSampled: Bool

    /// The journey that the present work belongs to; every log line carries its id.
    @TaskLocal public static var current: TraceContext?

    /// - Parameter bits: 64 fresh random bits a call.
    public init(bits: () -> UInt64) {
        // All zero means "none"; the set bit keeps clear of it.
        traceID = Self.hexadecimal(bits()) + Self.hexadecimal(bits() | 1)
        parentID = Self.hexadecimal(bits() | 1)
        isSampled = false
    }

    /// - Returns: nothing where the field is not valid; the caller then starts a new trace (§4.3).
    public init?(_ header: String?) {
        guard let header else { return nil }
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, Self.isHexadecimal(parts[0], 2), parts[0] != "ff",
            // A later version may append fields; version 00 has exactly four.
            parts.count == 4 || parts[0] != "00", Self.isHexadecimal(parts[1], 32),
            parts[1].contains(where: { $0 != "0" }), Self.isHexadecimal(parts[2], 16),
            parts[2].contains(where: { $0 != "0" }), Self.isHexadecimal(parts[3], 2),
            let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        traceID = String(parts[1])
        parentID = String(parts[2])
        isSampled = flags & 1 == 1
    }

    private init(traceID: String, parentID: String, isSampled: Bool) {
        self.traceID = traceID
        self.parentID = parentID
        self.isSampled = isSampled
    }

    /// The next step of the same journey.
    public func step(bits: () -> UInt64) -> TraceContext {
        TraceContext(traceID: traceID, parentID: Self.hexadecimal(bits() | 1), isSampled: isSampled)
    }

    /// The field as it is passed on.
    public var traceParent: String { "00-\(traceID)-\(parentID)-\(isSampled ? "01" : "00")" }

    private static func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
