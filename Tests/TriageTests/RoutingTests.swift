import Canonical
import Testing
import Vocabulary

@testable import Triage

@Suite struct Routing {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    /// What triage made of it, in one word: an institution with its rule, or why there is none.
    private func route(_ text: String, by triage: Triage? = nil) throws -> String {
        let target =
            (triage ?? shipped.triage).assess(
                try shipped.application(text),
                receivedAt: Timestamp(try day("2026-03-02"), hour: 9, minute: 0, second: 0)
            ).target
        return switch target {
        case .queue(let institution, let rule): "\(rule) \(institution)"
        case .unroutable(let reason):
            "\(reason.rule) \(reason.reason.rawValue) \(reason.region ?? reason.candidates.joined(separator: " "))"
        }
    }

    private func organ(_ members: String, road: String = "byNotification", more: String = "") -> String {
        #"{"aidRoute":"\#(road)","proceeding":{"handlingOrgan":{\#(members)}}\#(more)}"#
    }

    @Test(arguments: [
        ("苏0402", "RT-01 CZ-TN"), ("苏0404", "RT-01 CZ-ZL"), ("苏0411", "RT-01 CZ-XB"), ("苏0412", "RT-01 CZ-WJ"),
        ("苏0413", "RT-01 CZ-JT"), ("苏0482", "RT-01 CZ-JT"), ("苏0481", "RT-01 CZ-LY"), ("苏0492", "RT-01 CZ-JKQ"),
        ("苏0405", "RT-01 CZ-JKQ"), ("苏04", "RT-01 CZ-SZ"), ("苏0506", "RT-11 externalHandover 苏州市"),
        ("苏", "RT-11 externalHandover 江苏省"), ("苏72", "RT-11 externalHandover 南京海事法院"),
        ("苏8602", "RT-11 externalHandover 铁路运输法院"), ("沪0101", "RT-11 externalHandover 上海市"),
        ("苏0499", "RT-13 noRule CZ-SZ"),
    ])
    func `a court's character leads to the institution of its division and level`(court: String, expected: String)
        throws
    {
        #expect(try route(organ(#""type":"court","code":"\#(court)""#)) == expected)
    }

    @Test(arguments: [
        ("（2023）苏0402刑初321号", "RT-04 CZ-TN"), ("(2016)苏0482民初字第8号", "RT-04 CZ-JT"),
        ("〔2017〕苏0492刑初235号", "RT-04 CZ-JKQ"), ("（2024）苏04民终12号", "RT-04 CZ-SZ"),
        ("（2024）苏05民初12号", "RT-11 externalHandover 苏州市"), ("没有案号", "RT-13 noRule CZ-SZ"),
    ])
    func `a case number tells the court`(number: String, expected: String) throws {
        #expect(try route(#"{"aidRoute":"byApplication","proceeding":{"caseNumber":"\#(number)"}}"#) == expected)
    }

    @Test(arguments: [
        ("常州市天宁区人民法院", "RT-04 CZ-TN"), ("常州市中级人民法院", "RT-04 CZ-SZ"), ("溧阳市人民法院", "RT-04 CZ-LY"),
        ("常州经济开发区人民法院", "RT-04 CZ-JKQ"), ("常州高新技术产业开发区人民法院", "RT-04 CZ-XB"),
        ("江苏省金坛市人民法院", "RT-04 CZ-JT"), ("苏州市中级人民法院", "RT-11 externalHandover 苏州市"),
    ])
    func `a court's full name tells the court`(name: String, expected: String) throws {
        #expect(try route(organ(#""name":"\#(name)""#)) == expected)
    }

    @Test(arguments: [
        ("procuratorate", "常州市金坛区人民检察院", "", "RT-02 CZ-JT"), ("procuratorate", "常州市人民检察院", "", "RT-02 CZ-SZ"),
        ("publicSecurity", "常州市公安局", "", "RT-02 CZ-SZ"), ("publicSecurity", "常州市公安局天宁分局", "", "RT-02 CZ-TN"),
        ("publicSecurity", "常州市公安局经济开发区分局", "", "RT-02 CZ-JKQ"), ("publicSecurity", "", "320411", "RT-02 CZ-XB"),
        ("publicSecurity", "", "320481000000", "RT-02 CZ-LY"), ("procuratorate", "", "320400", "RT-02 CZ-SZ"),
        ("procuratorate", "", "320583", "RT-11 externalHandover 苏州市"),
        ("procuratorate", "", "110105", "RT-11 externalHandover 北京市"),
    ])
    func `a procuratorate or police office leads to its own place and level`(
        type: String, name: String, code: String, expected: String
    ) throws {
        #expect(try route(organ(#""type":"\#(type)","name":"\#(name)","code":"\#(code)""#)) == expected)
    }

    @Test(arguments: [
        ("320402", "RT-02 CZ-TN"), ("320492", "RT-02 CZ-JKQ"), ("320491", "RT-02 CZ-JKQ"), ("320471", "RT-02 CZ-JKQ"),
        ("常州经开区", "RT-02 CZ-JKQ"), ("320405", "RT-02 CZ-JKQ"), ("320482", "RT-02 CZ-JT"), ("320421", "RT-02 CZ-WJ"),
        ("320483", "RT-02 CZ-WJ"), ("320422", "RT-02 CZ-JT"), ("320423", "RT-02 CZ-LY"), ("320403", "RT-02 CZ-TN"),
        ("320401", "RT-02 CZ-SZ"), ("320412104", "RT-02 CZ-JKQ"), ("320412100", "RT-02 CZ-WJ"),
        ("320499", "RT-13 noRule CZ-SZ"),
    ])
    func `a sender's code leads there, abolished ones to what took their place`(code: String, expected: String) throws {
        #expect(try route(#"{"aidRoute":"byNotification","source":{"senderCode":"\#(code)"}}"#) == expected)
    }

    @Test(arguments: [
        ("常州市公安局经开区分局", "RT-02 CZ-JKQ"), ("常州市公安局戚墅堰分局", "RT-02 CZ-JKQ"),
        ("常州市公安局武进分局遥观派出所", "RT-02 CZ-JKQ"), ("武进公安分局横山桥派出所", "RT-02 CZ-JKQ"), ("常州市公安局常州经济开发区分局", "RT-02 CZ-JKQ"),
        ("常州市公安局高新区分局", "RT-02 CZ-XB"),
        ("常州市公安局高新区（新北）分局", "RT-02 CZ-XB"), ("常州市公安局新北分局薛家派出所", "RT-02 CZ-XB"),
        ("常州市公安局天宁分局茶山派出所", "RT-02 CZ-TN"), ("常州市公安局交通警察支队", "RT-02 CZ-SZ"), ("常州市公安局刑事警察支队", "RT-02 CZ-SZ"),
        ("常州市公安局轨道交通分局", "RT-13 noRule CZ-SZ"), ("常州市公安局某某派出所", "RT-13 noRule CZ-SZ"),
    ])
    func `a branch of the city's police is its district's or a dispatcher's`(name: String, expected: String) throws {
        #expect(try route(organ(#""type":"publicSecurity","name":"\#(name)""#)) == expected)
        // A code that makes it an organ of the city's level changes nothing for a district's branch.
        if expected.hasPrefix("RT-02"), !expected.hasSuffix("SZ") {
            let leveled = organ(#""type":"publicSecurity","name":"\#(name)","level":"city","division":"320400""#)
            #expect(try route(leveled) == expected)
        }
    }

    @Test(
        arguments: [("郑陆镇", "CZ-TN"), ("邹区镇", "CZ-ZL"), ("奔牛镇", "CZ-XB")], ["", "武进区", "常州市武进区", "江苏省常州市武进区"])
    func `a town that moved in 2015 outdoes the district it came from`(town: (String, String), before: String) throws {
        let place = "\(before)\(town.0)某村"
        for division in ["", #","factsDivision":"320412""#] {
            let text =
                #"{"aidRoute":"byApplication","matter":{"caseDomain":"civil","factsPlace":"\#(place)"\#(division)}}"#
            #expect(try route(text).hasSuffix(" \(town.1)"), "\(place) \(division)")
        }
        #expect(try route(#"{"aidRoute":"byApplication","matter":{"factsPlace":"天宁区与武进区交界"}}"#).hasPrefix("RT-12"))
    }

    @Test(arguments: [
        "11320404014110010X", "913204040000000000", "320404014110010", "12320400466000029N", "1132040001400001XJ",
    ])
    func `a credit code or a tax number leads nowhere by its digits`(code: String) throws {
        for text in [
            #"{"aidRoute":"byNotification","source":{"senderCode":"\#(code)"}}"#,
            #"{"aidRoute":"byApplication","source":{"senderCode":"\#(code)"}}"#,
            organ(#""type":"publicSecurity","code":"\#(code)""#),
            organ(#""type":"procuratorate","division":"\#(code)""#),
        ] { #expect(try route(text) == "RT-13 noRule CZ-SZ", "\(text)") }
    }

    @Test(arguments: ["苏0402", "苏0411", "苏04", "苏0413"])
    func `a case number outdoes the court's code`(code: String) throws {
        let text =
            #"{"aidRoute":"byNotification","proceeding":{"caseNumber":"（2026）苏0404刑初188号","handlingOrgan":{"type":"court","code":"\#(code)","level":"intermediate"}}}"#
        #expect(try route(text) == "RT-04 CZ-ZL")
    }

    @Test func `a person in custody applies where the case is handled, never where the detention centre is`() throws {
        func held(_ organ: String) -> String {
            #"{"aidRoute":"byApplication","source":{"senderCode":"320400"},"recipient":{"custody":{"kind":"inCustody","place":"常州市看守所"}},"matter":{"factsPlace":"天宁区"},"proceeding":{"handlingOrgan":\#(organ)}}"#
        }
        #expect(try route(held(#"{"type":"publicSecurity","name":"常州市公安局武进分局"}"#)) == "RT-03 CZ-WJ")
        #expect(try route(held(#"{"type":"court","code":"苏0481"}"#)) == "RT-03 CZ-LY")
        #expect(try route(held(#"{"name":"南京市公安局"}"#)) == "RT-11 externalHandover 南京市")
        #expect(try route(held(#"{"name":"常州市看守所"}"#)) == "RT-13 noRule CZ-SZ")
        #expect(try route(held("{}")) == "RT-13 noRule CZ-SZ")
    }

    @Test func `an organ of the city's level leads to the city's institution`() throws {
        #expect(
            try route(organ(#""type":"court","level":"intermediate","division":"320400""#)) == "RT-09 CZ-SZ")
        #expect(
            try route(organ(#""type":"publicSecurity","level":"city","name":"常州市公安局水上分局""#)) == "RT-09 CZ-SZ")
        #expect(
            try route(organ(#""type":"court","level":"intermediate","name":"无锡市中级人民法院""#))
                == "RT-11 externalHandover 无锡市")
    }

    @Test(arguments: [
        ("labourArbitration", "常州市天宁区劳动人事争议仲裁委员会", "RT-05 CZ-TN"),
        ("labourArbitration", "常州市劳动人事争议仲裁委员会", "RT-05 CZ-SZ"),
        ("nonLitigation", "溧阳市人民调解委员会", "RT-06 CZ-LY"), ("nonLitigation", "横林镇人民调解委员会", "RT-06 CZ-JKQ"),
        ("nonLitigation", "镇江市人民调解委员会", "RT-11 externalHandover 镇江市"),
    ])
    func `a dispute goes where its body sits`(domain: String, body: String, expected: String) throws {
        let text = organ(
            #""name":"\#(body)""#, road: "byApplication",
            more: #","matter":{"caseDomain":"\#(domain)","factsPlace":"钟楼区"}"#)
        #expect(try route(text) == expected)
    }

    @Test(arguments: [
        (#""factsDivision":"320404","factsPlace":"天宁区""#, "RT-07 CZ-ZL"),
        (#""factsDivision":"320412105""#, "RT-07 CZ-JKQ"),
        (#""expectedCourtCode":"苏0411","factsPlace":"天宁区""#, "RT-08 CZ-XB"),
        (#""factsPlace":"武进区湖塘镇""#, "RT-08 CZ-WJ"),
        (#""factsPlace":"某村""#, "RT-08 CZ-JT"),
    ])
    func `without a proceeding the place of the facts decides, then the sender's`(matter: String, expected: String)
        throws
    {
        #expect(
            try route(
                #"{"aidRoute":"byApplication","source":{"senderCode":"320413"},"recipient":{"residenceAddress":"溧阳市"},"matter":{\#(matter)}}"#
            ) == expected)
    }

    @Test(arguments: [
        ("常州市武进区遥观镇某村", "RT-08 CZ-JKQ"), ("常州经开区某路", "RT-08 CZ-JKQ"), ("常州经济开发区", "RT-08 CZ-JKQ"),
        ("武进经济开发区某厂", "RT-08 CZ-WJ"), ("武进区武进经济开发区", "RT-08 CZ-WJ"), ("武进高新区某路", "RT-08 CZ-WJ"),
        ("金坛经济开发区", "RT-08 CZ-JT"), ("常州高新区", "RT-08 CZ-XB"), ("常州国家高新技术产业开发区", "RT-08 CZ-XB"),
        ("经开区", "RT-13 noRule CZ-SZ"), ("高新区某路", "RT-13 noRule CZ-SZ"), ("钟楼", "RT-13 noRule CZ-SZ"),
        ("天宁区与钟楼区交界", "RT-12 severalInstitutions CZ-TN CZ-ZL"),
        ("从天宁区到遥观镇", "RT-12 severalInstitutions CZ-JKQ CZ-TN"), ("南京市玄武区", "RT-11 externalHandover 南京市"),
    ])
    func `only full place names count`(place: String, expected: String) throws {
        #expect(try route(#"{"aidRoute":"byApplication","matter":{"factsPlace":"\#(place)"}}"#) == expected)
    }

    @Test func `residence and place of custody lead nowhere`() throws {
        #expect(
            try route(
                #"{"aidRoute":"byApplication","recipient":{"residenceAddress":"常州市天宁区","householdAddress":"溧阳市"},"criminal":{"detentionPlace":"武进区看守所"}}"#
            ) == "RT-13 noRule CZ-SZ")
    }

    @Test func `the Economic Development Zone's institution is a switch`() throws {
        let copy = try ConfigurationCopy()
        try copy.edit("institutions.xml", #"active="yes""#, #"active="no""#)
        let triage = try Triage(config: copy.folder.path)
        let court = organ(#""type":"court","code":"苏0492""#)
        #expect(try route(court) == "RT-01 CZ-JKQ")
        #expect(try route(court, by: triage) == "RT-01 CZ-WJ")
        #expect(!triage.institutionCodes.contains("CZ-JKQ"))
        try copy.edit("institutions.xml", #"replacedBy="CZ-WJ""#, #"replacedBy="CZ-WX""#)
        try copy.edit("institutions.xml", #"within="CZ-WJ" "#, #"withn="CZ-WJ" "#)
        #expect(copy.complaints.first?.text == "<institution> has no attribute withn; did you mean within?")
        try copy.edit("institutions.xml", #"withn="CZ-WJ" "#, "")
        #expect(copy.complaints.map(\.text) == ["there is no institution CZ-WX; did you mean CZ-WJ?"])
    }

    @Test func `a dispatcher finds the candidates in the application`() throws {
        let result = try shipped.assess(#"{"aidRoute":"byApplication","matter":{"factsPlace":"天宁区与钟楼区交界"}}"#)
        #expect(result.application.value("target.candidates") == ["CZ-TN", "CZ-ZL"])
        #expect(result.application.text("target.reason") == "severalInstitutions")
        #expect(result.application.value("target.institutionCode") == nil)
    }
}
