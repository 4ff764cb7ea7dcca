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
    private var text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 8192)
    private var count = 0

    init(isPretty: Bool) { self.isPretty = isPretty }

    func free() { text.deallocate() }

    var bytes: [UInt8] { Array(text[..<count]) }

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
        var string = string
        append(UInt8(ascii: "\""))
        string.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                append(utf8, start..<index)
                escape(byte)
                start = index + 1
            }
            append(utf8, start..<utf8.count)
        }
        append(UInt8(ascii: "\""))
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
        reserve(1)
        text[count] = byte
        count += 1
    }

    private mutating func append(_ string: String) {
        var string = string
        string.withUTF8 { append($0, 0..<$0.count) }
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        reserve(range.count)
        _ = UnsafeMutableBufferPointer(rebasing: text[count...]).update(fromContentsOf: bytes[range])
        count += range.count
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > text.count else { return }
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(count + more, text.count * 2))
        _ = larger.update(fromContentsOf: text[..<count])
        text.deallocate()
        text = larger
    }
}
