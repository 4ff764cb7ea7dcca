import StrictJSON
import Testing

@Test(arguments: [
    "null", " [1 , -0.5e+3, \"\\ud83d\\ude00\\n\", {\"甲\": []}, {}] ", "\"\\u00e9/\\/\"", "0", "[[[[]]]]",
])
func `valid JSON is read`(text: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(try JSONValue(parsing: value.serialized()) == value)
    #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
}

@Test(arguments: [
    "", "[", "{", "[1", "{\"a\"}", "{\"a\":}", "{a:1}", "[,]", "[1 2]", "tru", "nulll", "\"\\x\"", "\"\\u12g4\"",
    "\"\\udc00\"", "\"\\ud800\\u0041\"", "+1", ".5", "1.", "1e", "-", "--1", "\"", "[1]]", "\u{FEFF}1", "\"\t\"",
])
func `anything else is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
}

@Test func `invalid UTF-8 inside a string is refused with its place`() {
    let error = #expect(throws: JSONError.self) {
        try JSONValue(parsing: Array("[\n \"甲\", \"".utf8) + [0xC3, 0x28] + Array("\"]".utf8))
    }
    #expect(error?.problem == .invalidUTF8)
    #expect(error?.line == 2)
    #expect(error?.column == 8)
}

@Test func `numbers keep their digits and money its scale`() throws {
    let value = try JSONValue(parsing: Array("[2380.50, 12345678901234567890]".utf8))
    #expect(value.text() == "[2380.50,12345678901234567890]")
    #expect(value[0]?.double == 2380.5)
    #expect(value[1]?.int == nil)
}

@Test func `limits hold for depth and for the number of values`() {
    let limits = JSONLimits(depth: 3, values: 5)
    #expect(throws: Never.self) { try JSONValue(parsing: Array("[[[1]]]".utf8), limits: limits) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array("[[[[1]]]]".utf8), limits: limits) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array("[1,1,1,1,1]".utf8), limits: limits) }
}

@Test func `a surrogate pair is one character`() throws {
    #expect(try JSONValue(parsing: Array(#""\ud83d\ude00""#.utf8)) == .string("😀"))
    #expect(try JSONValue(parsing: Array(#""\ud872\udc56x""#.utf8)) == .string("\u{2C856}x"))
}
