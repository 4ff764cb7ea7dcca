/// Base64 as senders write it: with line breaks and blanks, as a `data:` URI, in the alphabet for addresses, without its
/// padding, or in parts that were padded one by one (RFC 4648, RFC 2397).
enum Base64Text {
    /// - Returns: the media type that a `data:` URI claims, and the bytes; none where the text cannot be all of some bytes.
    static func decode(_ text: String) -> (claimed: String?, bytes: [UInt8]?) {
        guard text.utf8.first.map({ $0 | 0x20 == UInt8(ascii: "d") }) ?? false, text.prefix(5).lowercased() == "data:",
            let comma = text.utf8.firstIndex(of: UInt8(ascii: ","))
        else { return (nil, decode(plain: text)) }
        let head = text[..<comma].dropFirst(5)
        let claimed = String(head.prefix { $0 != ";" })
        // Without the word it is percent-encoded text.
        guard head.lowercased().split(separator: ";").contains(where: { $0.filter { $0 != " " } == "base64" }) else {
            return (claimed, nil)
        }
        let body = String(text[text.utf8.index(after: comma)...])
        return (claimed, decode(plain: body.utf8.contains(UInt8(ascii: "%")) ? unescaped(body) : body))
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("%2B", with: "+").replacing("%2b", with: "+").replacing("%2F", with: "/")
            .replacing("%2f", with: "/").replacing("%3D", with: "=").replacing("%3d", with: "=")
            .replacing("%0A", with: "").replacing("%0a", with: "").replacing("%0D", with: "").replacing("%0d", with: "")
    }

    /// Forms for addresses write a plus sign as a blank. Blanks that part lines leave a whole number of groups between
    /// them; where the digits alone make none, and make one with the blanks, these were plus signs.
    private static func withPlusSigns(_ text: String) -> String {
        let bytes = text.utf8
        let blanks = bytes.count { $0 == UInt8(ascii: " ") }
        let digits = bytes.count { $0 > UInt8(ascii: " ") }
        guard blanks > 0, digits % 4 != 0, (digits + blanks) % 4 == 0 else { return text }
        return text.replacing(" ", with: "+")
    }

    private static func decode(plain text: String) -> [UInt8]? {
        var text = withPlusSigns(text)
        return text.withUTF8 { digits in
            var failed = false
            let bytes = [UInt8](unsafeUninitializedCapacity: digits.count / 4 * 3 + 3) { buffer, written in
                var group = Group()
                var index = 0
                while index < digits.count {
                    index = group.take(wholeGroupsOf: digits, from: index, into: buffer, &written)
                    guard index < digits.count else { break }
                    let value = values[Int(digits[index])]
                    index += 1
                    if value < 64 {
                        failed = !group.take(value, into: buffer, &written)
                    } else if value == padding {
                        failed = !group.end(into: buffer, &written)
                    } else {
                        failed = value != blank
                    }
                    if failed { return }
                }
                failed = !group.finish(into: buffer, &written)
            }
            return failed ? nil : bytes
        }
    }

    /// Up to four digits, which give up to three bytes.
    private struct Group {
        private var bits: UInt32 = 0
        private var count = 0
        /// Signs of padding that may still come.
        private var due = 0

        mutating func take(_ value: UInt8, into buffer: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int) -> Bool
        {
            due = 0
            bits = bits << 6 | UInt32(value)
            count += 1
            guard count == 4 else { return true }
            for shift in [16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: bits >> shift), buffer, &written) }
            (bits, count) = (0, 0)
            return true
        }

        /// Nearly all of a text is groups of four digits without a break.
        ///
        /// - Returns: the first digit behind them.
        mutating func take(
            wholeGroupsOf digits: UnsafeBufferPointer<UInt8>, from start: Int,
            into buffer: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int
        ) -> Int {
            var index = start
            guard count == 0 else { return index }
            values.withUnsafeBufferPointer { values in
                while index + 4 <= digits.count {
                    let (first, second) = (values[Int(digits[index])], values[Int(digits[index + 1])])
                    let (third, fourth) = (values[Int(digits[index + 2])], values[Int(digits[index + 3])])
                    guard first | second | third | fourth < 64 else { return }
                    buffer[written] = first << 2 | second >> 4
                    buffer[written + 1] = second << 4 | third >> 2
                    buffer[written + 2] = third << 6 | fourth
                    written += 3
                    index += 4
                    due = 0
                }
            }
            return index
        }

        /// A sign of padding: it ends a part, and another one may follow.
        mutating func end(into buffer: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int) -> Bool {
            if count == 0 {
                due -= 1
                return due >= 0
            }
            let missing = 4 - count
            guard finish(into: buffer, &written) else { return false }
            due = missing - 1
            return true
        }

        /// What is left gives one or two bytes. Bits that no byte has room for show a text that was cut off.
        mutating func finish(into buffer: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int) -> Bool {
            defer { (bits, count) = (0, 0) }
            switch count {
            case 0: return true
            case 2:
                append(UInt8(truncatingIfNeeded: bits >> 4), buffer, &written)
                return bits & 0xF == 0
            case 3:
                append(UInt8(truncatingIfNeeded: bits >> 10), buffer, &written)
                append(UInt8(truncatingIfNeeded: bits >> 2), buffer, &written)
                return bits & 0x3 == 0
            default: return false
            }
        }

        private func append(_ byte: UInt8, _ buffer: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int) {
            buffer[written] = byte
            written += 1
        }
    }

    private static let (blank, padding, foreign): (UInt8, UInt8, UInt8) = (64, 65, 66)

    /// What each byte stands for, in both alphabets.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: foreign, count: 256)
        for (value, digit) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            values[Int(digit)] = UInt8(value)
        }
        (values[Int(UInt8(ascii: "-"))], values[Int(UInt8(ascii: "_"))]) = (62, 63)
        for digit in " \t\n\r".utf8 { values[Int(digit)] = blank }
        values[Int(UInt8(ascii: "="))] = padding
        return values
    }()
}
