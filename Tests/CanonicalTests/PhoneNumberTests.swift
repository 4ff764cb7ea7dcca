import Testing

@testable import Canonical

@Suite struct PhoneNumbers {
    @Test(arguments: [
        "13800000000", "138 0000 0001", "138-0000-0002", "+86 13800000000", "86-13800000000", "008613800000000",
        "１３８００００００００", "13800000000(儿子)", "13800000000 张", "电话：13800000000",
    ])
    func `a mobile number is eleven digits however it is written`(raw: String) throws {
        let phone = try #require(PhoneNumber(parsing: raw))
        #expect(phone.kind == .mobile)
        #expect(phone.digits.count == 11 && phone.digits.hasPrefix("138"))
        #expect(phone.extensionDigits == nil)
    }

    @Test(arguments: [
        ("０５１９－８００００００１", "051980000001"), ("0519-80000002", "051980000002"), ("0519 80000005", "051980000005"),
        ("(0519)80000003", "051980000003"), ("（0519）80000003", "051980000003"), ("+86-519-80000004", "051980000004"),
        ("010-80000001", "01080000001"), ("025 80000001", "02580000001"), ("0510—8000001", "05108000001"),
    ])
    func `a landline keeps its area code`(raw: String, digits: String) throws {
        let phone = try #require(PhoneNumber(parsing: raw))
        #expect(phone.kind == .landline)
        #expect(phone.digits == digits)
        #expect(!phone.areaCodeAssumed)
    }

    @Test(arguments: ["0519-80000002-801", "0519-80000002转801", "051980000002#801", "0519 80000002 转 801"])
    func `an extension stands apart`(raw: String) {
        let phone = PhoneNumber(parsing: raw)
        #expect(phone?.digits == "051980000002")
        #expect(phone?.extensionDigits == "801")
    }

    @Test func `a local number gets the city's area code and says so`() {
        let phone = PhoneNumber(parsing: "8000-0002")
        #expect(phone?.digits == "051980000002")
        #expect(phone?.areaCodeAssumed == true)
        #expect(PhoneNumber(parsing: "80000002", areaCode: "025")?.digits == "02580000002")
    }

    @Test(arguments: [
        "12348", "12333", "12309", "12368", "12345", "110", "120", "95588", "960056", "400-800-1234", "0519-12368",
    ])
    func `a hotline is known`(raw: String) { #expect(PhoneNumber(parsing: raw)?.kind == .hotline) }

    @Test(arguments: [
        "", "无", "同上", "1380000000", "138000000000", "12800000000", "111", "0519-10000002", "0519", "转801",
    ])
    func `what is no complete number is refused`(raw: String) { #expect(PhoneNumber(parsing: raw) == nil) }

    @Test func `joined numbers are parted`() {
        let numbers = PhoneNumber.all(in: "13800000000/0519-80000002、无；13900000000(儿子)")
        #expect(numbers.map(\.digits) == ["13800000000", "051980000002", "13900000000"])
    }
}
