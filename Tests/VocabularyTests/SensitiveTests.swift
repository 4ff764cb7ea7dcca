import Testing
import Vocabulary

@Suite struct SensitiveTests {
    private static let name = "令狐甄隐"

    private struct Person {
        let name = Sensitive(SensitiveTests.name)
        let numbers: [String: Sensitive<String>] = ["idNumber": Sensitive("320402199001010471")]
        let spouse: Sensitive<String>? = Sensitive(SensitiveTests.name)
    }

    private struct Record: MaskedWhenPrinted { let name = SensitiveTests.name }

    /// A value and what holds it, printed in every way.
    private static func printed(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        let optional: Any? = value
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped, "\([value])", "\((value, value))",
            "\(["a": value])", "\(String(describing: optional))",
        ]
    }

    @Test func `a sensitive value is its mask, however it is printed and whatever holds it`() {
        for text in Self.printed(Sensitive(Self.name)) + Self.printed(Person()) + Self.printed(Record()) {
            #expect(!text.contains(Self.name) && !text.contains("320402199001010471"), "\(text.count) characters")
        }
        #expect("\(Sensitive(Self.name))" == "***" && Sensitive(Self.name).plain == Self.name)
        #expect(Sensitive("a") == Sensitive("a") && Sensitive("a") != Sensitive("b"))
        #expect(Sensitive(" a ").map { $0.filter { $0 != " " } } == Sensitive("a"))
    }

    @Test func `a reader sees what he may`() {
        #expect(Self.name.asFreeText == Self.name && Sight.path("/甲/a") == "/甲/a")
        Sight.$isMasked.withValue(true) {
            #expect(Self.name.asFreeText == "***" && Sight.path("/ROOT/司马测隐/乙b/c") == "/ROOT/***/***b/c")
        }
    }
}
