/// How much JSON a reader takes before it refuses.
public struct JSONLimits: Sendable {
    /// Nested arrays and objects.
    public var depth: Int
    /// Values in all, scalars and containers.
    public var values: Int

    public init(depth: Int = 64, values: Int = 100_000) {
        self.depth = depth
        self.values = values
    }
}

/// Why bytes are not JSON, and where. Carries no part of the text: that may be personal data.
public struct JSONError: Error, Sendable, Equatable {
    public enum Problem: String, Sendable {
        case unexpectedEnd, unexpectedCharacter, invalidUTF8, invalidEscape, loneSurrogate, controlCharacter
        case invalidNumber, duplicateName, tooDeep, tooManyValues, trailingContent
    }

    public let problem: Problem
    /// Bytes from the start.
    public let offset: Int
    /// Counted from 1.
    public let line: Int
    /// Characters from the start of the line, counted from 1.
    public let column: Int
}

/// Where a value began, for receivers that report places.
public struct JSONPosition: Sendable, Equatable {
    /// Counted from 1.
    public let line: Int
    /// Characters, counted from 1.
    public let column: Int

    /// Of a value that no text was read for.
    public static let nowhere = JSONPosition(line: 0, column: 0)
}

/// Takes the values of a JSON text as they are read.
public protocol JSONReceiver {
    mutating func beginObject(at position: JSONPosition)
    mutating func name(_ name: String, at position: JSONPosition)
    mutating func endObject()
    mutating func beginArray(at position: JSONPosition)
    mutating func endArray()
    /// - Parameter text: UTF-8, lent while it is used: a string without quotes and escapes, a number's digits as written,
    ///   `true`, `false` or `null`.
    mutating func scalar(_ kind: JSONScalar, _ text: UnsafeBufferPointer<UInt8>, at position: JSONPosition)
}

/// What a value is that holds no others.
public enum JSONScalar: Sendable { case null, boolean, number, string }

extension JSONValue {
    /// Reads exactly one value from UTF-8 bytes, strictly by RFC 8259; a duplicate member name is an error because
    /// two readers of such a text would see two different messages (RFC 8259 §4).
    ///
    /// - Throws: `JSONError` with the place.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var builder = ValueBuilder()
        try JSONReader.read(bytes, limits: limits, into: &builder)
        self = builder.value ?? .null
    }
}

/// Builds a `JSONValue` from a reader's events.
private struct ValueBuilder: JSONReceiver {
    private enum Open {
        case array([JSONValue])
        case object([(name: String, value: JSONValue)], pending: String)
    }

    private var open: [Open] = []
    var value: JSONValue?

    mutating func beginObject(at position: JSONPosition) { open.append(.object([], pending: "")) }
    mutating func beginArray(at position: JSONPosition) { open.append(.array([])) }

    mutating func scalar(_ kind: JSONScalar, _ text: UnsafeBufferPointer<UInt8>, at position: JSONPosition) {
        switch kind {
        case .null: add(.null)
        case .boolean: add(.bool(text.first == UInt8(ascii: "t")))
        case .number: add(.number(String(decoding: text, as: UTF8.self)))
        case .string: add(.string(String(decoding: text, as: UTF8.self)))
        }
    }

    mutating func name(_ name: String, at position: JSONPosition) {
        if case .object(let members, _) = open.popLast() { open.append(.object(members, pending: name)) }
    }

    mutating func endObject() {
        if case .object(let members, _) = open.popLast() { add(.object(JSONObject(unique: members))) }
    }

    mutating func endArray() {
        if case .array(let items) = open.popLast() { add(.array(items)) }
    }

    private mutating func add(_ value: JSONValue) {
        switch open.popLast() {
        case .array(var items):
            items.append(value)
            open.append(.array(items))
        case .object(var members, let name):
            members.append((name, value))
            open.append(.object(members, pending: name))
        case nil: self.value = value
        }
    }
}

/// A strict reader. It keeps its own stack of open containers, so no depth of input reaches the machine's.
public struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var index = 0
    private var line = 1
    private var lineStart = 0
    /// Continuation bytes since the line began: they are bytes but no characters.
    private var continuations = 0
    private var values = 0

    /// The text is known to be UTF-8; otherwise each string is looked at, to find the place.
    private let isUTF8: Bool
    private var names = NameStack()

    /// Reads one value and hands its parts to `receiver`.
    ///
    /// - Parameter isUTF8: whether that is known already.
    public static func read(
        _ bytes: [UInt8], isUTF8: Bool = false, limits: JSONLimits = JSONLimits(),
        into receiver: inout some JSONReceiver
    ) throws(JSONError) {
        var failure: JSONError?
        bytes.withUnsafeBufferPointer { buffer in
            let isUTF8 = isUTF8 || buffer.allSatisfy { $0 < 0x80 } || String(validating: buffer, as: UTF8.self) != nil
            var reader = JSONReader(bytes: buffer, limits: limits, isUTF8: isUTF8)
            do throws(JSONError) { try reader.document(&receiver) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits, isUTF8: Bool) {
        self.bytes = bytes
        self.limits = limits
        self.isUTF8 = isUTF8
    }

    private enum Container { case array, object }

    /// The names of the open objects, the innermost last. Most objects have few, and comparing those costs less than
    /// hashing.
    private struct NameStack {
        private var names: [String] = []
        private var starts: [Int] = []
        /// Of objects with many names, by their depth.
        private var many: [Int: Set<String>] = [:]

        mutating func begin() { starts.append(names.count) }

        mutating func end() {
            if !many.isEmpty { many[starts.count] = nil }
            if let start = starts.popLast() { names.removeLast(names.count - start) }
        }

        /// - Returns: whether the name is new in the innermost object.
        mutating func insert(_ name: String) -> Bool {
            let start = starts.last ?? 0
            if names.count - start >= 32 {
                guard many[starts.count, default: Set(names[start...])].insert(name).inserted else { return false }
            } else {
                for index in start..<names.count where names[index] == name { return false }
            }
            names.append(name)
            return true
        }
    }

    private mutating func document(_ receiver: inout some JSONReceiver) throws(JSONError) {
        var open: [Container] = []
        skipBlanks()
        while true {
            // A value is due here.
            values += 1
            if values > limits.values { throw failure(.tooManyValues) }
            let begun = position
            switch try peek() {
            case UInt8(ascii: "{"):
                if open.count >= limits.depth { throw failure(.tooDeep) }
                index += 1
                receiver.beginObject(at: begun)
                skipBlanks()
                if try peek() == UInt8(ascii: "}") {
                    index += 1
                    receiver.endObject()
                } else {
                    names.begin()
                    open.append(.object)
                    try memberName(&receiver)
                    continue
                }
            case UInt8(ascii: "["):
                if open.count >= limits.depth { throw failure(.tooDeep) }
                index += 1
                receiver.beginArray(at: begun)
                skipBlanks()
                if try peek() == UInt8(ascii: "]") {
                    index += 1
                    receiver.endArray()
                } else {
                    open.append(.array)
                    continue
                }
            case UInt8(ascii: "\""): try string { receiver.scalar(.string, $0, at: begun) }
            case UInt8(ascii: "t"): receiver.scalar(.boolean, try literal("true"), at: begun)
            case UInt8(ascii: "f"): receiver.scalar(.boolean, try literal("false"), at: begun)
            case UInt8(ascii: "n"): receiver.scalar(.null, try literal("null"), at: begun)
            default: receiver.scalar(.number, try number(), at: begun)
            }
            // A value has ended: close what it completes, or go on to the next one.
            closing: while true {
                skipBlanks()
                guard let innermost = open.last else {
                    if index < bytes.count { throw failure(.trailingContent) }
                    return
                }
                let next = try peek()
                index += 1
                switch (innermost, next) {
                case (.array, UInt8(ascii: "]")): receiver.endArray()
                case (.object, UInt8(ascii: "}")):
                    names.end()
                    receiver.endObject()
                case (_, UInt8(ascii: ",")):
                    skipBlanks()
                    if innermost == .object { try memberName(&receiver) }
                    break closing
                default: throw failure(.unexpectedCharacter, at: index - 1)
                }
                open.removeLast()
            }
        }
    }

    private mutating func memberName(_ receiver: inout some JSONReceiver) throws(JSONError) {
        let begun = position
        let offset = index
        guard try peek() == UInt8(ascii: "\"") else { throw failure(.unexpectedCharacter) }
        var name = ""
        try string { name = String(decoding: $0, as: UTF8.self) }
        guard names.insert(name) else { throw failure(.duplicateName, at: offset) }
        skipBlanks()
        guard try peek() == UInt8(ascii: ":") else { throw failure(.unexpectedCharacter) }
        index += 1
        skipBlanks()
        receiver.name(name, at: begun)
    }

    private mutating func literal(_ word: StaticString) throws(JSONError) -> UnsafeBufferPointer<UInt8> {
        let length = word.utf8CodeUnitCount
        guard index + length <= bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
        for offset in 0..<length where bytes[index + offset] != word.utf8Start[offset] {
            throw failure(.unexpectedCharacter)
        }
        defer { index += length }
        return part(index..<index + length)
    }

    private mutating func number() throws(JSONError) -> UnsafeBufferPointer<UInt8> {
        let start = index
        func digit(_ index: Int) -> Bool { index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        guard digit(index) else { throw failure(index == start ? .unexpectedCharacter : .invalidNumber) }
        let leadingZero = bytes[index] == UInt8(ascii: "0")
        index += 1
        if leadingZero, digit(index) { throw failure(.invalidNumber) }
        while digit(index) { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard digit(index) else { throw failure(.invalidNumber) }
            while digit(index) { index += 1 }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard digit(index) else { throw failure(.invalidNumber) }
            while digit(index) { index += 1 }
        }
        return part(start..<index)
    }

    private func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[range])
    }

    /// Hands over the string's bytes, which hold no more escapes.
    private mutating func string(_ use: (UnsafeBufferPointer<UInt8>) -> Void) throws(JSONError) {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                try check(start..<index)
                use(part(start..<index))
                index += 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                let text = try escapedString(from: start)
                text.withUnsafeBufferPointer(use)
                return
            }
            if byte < 0x20 { throw failure(.controlCharacter) }
            if byte & 0xC0 == 0x80 { continuations += 1 }
            index += 1
        }
        throw failure(.unexpectedEnd, at: bytes.count)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> [UInt8] {
        var result: [UInt8] = []
        var run = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                try check(run..<index)
                result += bytes[run..<index]
                index += 1
                return result
            }
            if byte == UInt8(ascii: "\\") {
                try check(run..<index)
                result += bytes[run..<index]
                result += String(try escape()).utf8
                run = index
                continue
            }
            if byte < 0x20 { throw failure(.controlCharacter) }
            if byte & 0xC0 == 0x80 { continuations += 1 }
            index += 1
        }
        throw failure(.unexpectedEnd, at: bytes.count)
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = index
        index += 1
        let kind = try peek()
        index += 1
        switch kind {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // A high surrogate must be followed by an escaped low one.
            guard unit < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
                bytes[index + 1] == UInt8(ascii: "u")
            else { throw failure(.loneSurrogate, at: start) }
            index += 2
            let low = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw failure(.loneSurrogate, at: start) }
            return scalar
        default: throw failure(.invalidEscape, at: start)
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, bytes[index] < 0x80 else {
                throw failure(.invalidEscape)
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    private func check(_ range: Range<Int>) throws(JSONError) {
        guard isUTF8 || String(validating: bytes[range], as: UTF8.self) != nil else {
            throw failure(.invalidUTF8, at: range.lowerBound)
        }
    }

    private mutating func skipBlanks() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0D: index += 1
            case 0x0A:
                index += 1
                line += 1
                lineStart = index
                continuations = 0
            default: return
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard index < bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
        return bytes[index]
    }

    private var position: JSONPosition { JSONPosition(line: line, column: index - lineStart - continuations + 1) }

    private func failure(_ problem: JSONError.Problem, at offset: Int? = nil) -> JSONError {
        let offset = min(offset ?? index, bytes.count)
        let characters = bytes[min(lineStart, offset)..<offset].count { $0 & 0xC0 != 0x80 }
        return JSONError(problem: problem, offset: offset, line: line, column: characters + 1)
    }
}
