import Testing

@testable import Canonical

@Suite struct MaskedValues {
    @Test(arguments: [
        ("", ""), ("张", "*"), ("张三", "张*"), ("张三丰", "张**"), ("欧阳", "欧*"), ("欧阳锋", "欧阳*"), ("诸葛孔明", "诸葛**"),
        ("买买提·测试", "买**·**"), ("司马·测", "司*·*"),
    ])
    func `a name keeps the family name`(name: String, masked: String) { #expect(Masking.name(name) == masked) }

    @Test(arguments: [
        ("32048120090918996X", "320***********996X"), ("E12345678", "E******78"),
        ("32041119850610993", "3**************93"),
        ("AB", "**"), ("", ""),
    ])
    func `an identity number keeps its ends`(number: String, masked: String) {
        #expect(Masking.idNumber(number) == masked)
    }

    @Test(arguments: [
        ("13800000000", "138****0000"), ("051980000001", "0519-****0001"), ("010-80000001", "010-****0001"),
        ("12348", "12348"), ("不是电话", "****"),
    ])
    func `a phone number keeps its ends`(number: String, masked: String) { #expect(Masking.phone(number) == masked) }

    @Test(arguments: [
        ("常州市天宁区测试路1号", "常州市天宁区****"), ("江苏省溧阳市测试镇", "江苏省溧阳市****"),
        ("江苏省常州市武进区湖塘镇测试村", "江苏省常州市武进区****"), ("武进区湖塘镇测试社区", "武进区****"),
        ("测试路1号幸福小区2幢", "****"), ("金坛区西城街道测试社区", "金坛区****"), ("", ""),
    ])
    func `an address ends at the district`(address: String, masked: String) {
        #expect(Masking.address(address) == masked)
    }

    @Test func `only an individual business's credit code is masked`() {
        #expect(Masking.uscc("92320402MA1W00075N") == "92320402MA1W00****")
        #expect(Masking.uscc("91320412MA1N000695") == "91320412MA1N000695")
    }

    @Test(arguments: [
        ("（2023）苏0402刑初321号", "（2023）苏0402刑初***"), ("(2023)苏0402刑初321号之一", "（2023）苏0402刑初***"), ("某号", "***"),
    ])
    func `a restricted case keeps court and kind`(number: String, masked: String) {
        #expect(Masking.caseNumber(number) == masked)
    }

    @Test(arguments: [("test@x.cn", "t***@x.cn"), ("@x.cn", "***"), ("none", "***")])
    func `an e-mail address keeps its host`(address: String, masked: String) {
        #expect(Masking.email(address) == masked)
    }
}
