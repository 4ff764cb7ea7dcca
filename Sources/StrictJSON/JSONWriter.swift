extension JSONValue {
    /// The value as UTF-8 text without insignificant blanks, or indented by one blank a level with `pretty`.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var output = JSONOutput(isPretty: pretty)
        defer { output.free() }
        output.write(self, depth: 0)
        return output.bytes
    }

    /// The same as `serialized`, as a string.
    public func text(pretty: Bool = false) -> String { String(decoding: serialized(pretty: pretty), as: UTF8.self) }
}

/// Text as it grows, in memory of its own: appending to an array asks with every byte whose it is.
private struct JSONOutput {
    private let isPretty: Bool
    private var text: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0

    init(isPretty: Bool) {
        self.isPretty = isPretty
        // Enough for a log line or a clock, and a size that the allocator keeps at hand.
        capacity = 1024
        text = .allocate(capacity: capacity)
    }

    func free() { text.deallocate() }

    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: text, count: count)) }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .number(let digits): append(digits)
        case .string(let text): quote(text)
        case .array(let items):
            append(UInt8(ascii: "["))
            for index in items.indices {
                separate(index, depth)
                write(items[index], depth: depth + 1)
            }
            if isPretty, !items.isEmpty { breakLine(depth) }
            append(UInt8(ascii: "]"))
        case .object(let object):
            append(UInt8(ascii: "{"))
            let members = object.members
            for index in members.indices {
                separate(index, depth)
                quote(members[index].name)
                append(UInt8(ascii: ":"))
                if isPretty { append(UInt8(ascii: " ")) }
                write(members[index].value, depth: depth + 1)
            }
            if isPretty, !members.isEmpty { breakLine(depth) }
            append(UInt8(ascii: "}"))
        }
    }

    private mutating func separate(_ index: Int, _ depth: Int) {
        if index > 0 { append(UInt8(ascii: ",")) }
        if isPretty { breakLine(depth + 1) }
    }

    private mutating func breakLine(_ depth: Int) {
        append(UInt8(ascii: "\n"))
        for _ in 0..<depth { append(UInt8(ascii: " ")) }
    }

    private mutating func quote(_ string: String) {
        let start = count
        append(UInt8(ascii: "\""))
        append(string)
        // Hardly any text holds something to escape, so it is looked for where the text already lies.
        if !Self.isPlain(UnsafeRawBufferPointer(start: text + (start + 1), count: count - start - 1)) {
            count = start + 1
            for byte in string.utf8 { if Self.isPlain(byte) { append(byte) } else { escape(byte) } }
        }
        append(UInt8(ascii: "\""))
    }

    /// Whether a byte stands for itself in a string (RFC 8259 §7).
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Whether all bytes do.
    private static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        func isPlain(at offset: Int) -> Bool {
            let eight = EightBytes(bytes, at: offset)
            return !(eight.holds(UInt8(ascii: "\"")) || eight.holds(UInt8(ascii: "\\")) || eight.holds(below: 0x20))
        }
        guard bytes.count >= 8 else { return bytes.allSatisfy { Self.isPlain($0) } }
        var index = 0
        while index <= bytes.count - 8 {
            guard isPlain(at: index) else { return false }
            index += 8
        }
        // The last eight hold the rest, and some that have been looked at.
        return isPlain(at: bytes.count - 8)
    }

    private mutating func escape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        case let control:
            func digit(_ half: UInt8) -> UInt8 { half < 10 ? 0x30 + half : 0x61 - 10 + half }
            append("u00")
            append(digit(control >> 4))
            append(digit(control & 15))
        }
    }

    // MARK: Bytes

    private mutating func append(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        text[count] = byte
        count += 1
    }

    private mutating func append(_ string: String) {
        let length = string.utf8.count
        if count + length > capacity { grow(by: length) }
        let end = text + count
        string.lend { if let start = $0.baseAddress { end.update(from: start, count: $0.count) } }
        count += length
    }

    @inline(never)
    private mutating func grow(by more: Int) {
        let enough = max(count + more, capacity * 8)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: enough)
        larger.update(from: text, count: count)
        text.deallocate()
        (text, capacity) = (larger, enough)
    }
}
