import StrictJSON
import Testing
import Vocabulary

@testable import Canonical

private let today = CalendarDate(year: 2026, month: 11, day: 23) ?? CalendarDate(daysSince1970: 0)

@Suite struct Identifiers {
    @Test(arguments: [
        "320402193803159916", "320404195108229929", "320411198506109938", "320412199202299948", "320413201601059956",
        "32048120090918996X", "32040219790101994X", "810000199001019910", "820000198505059921", "830000197712129934",
    ])
    func `a right identity number is valid`(number: String) {
        #expect(ResidentID.check(number, today: today) == .valid)
    }

    @Test(arguments: ["320405197607049979", "320482198808129980", "320421196811309999"])
    func `a number with an abolished division stays valid for life`(number: String) {
        #expect(ResidentID.check(number, today: today) == .validLegacyArea)
    }

    @Test(arguments: [
        ("320411198506109937", IdCheck.checksumError), ("32041119850610993", .formatError),
        ("3204111985061099380", .formatError), ("320402199002309918", .formatError),
        ("320402209912319919", .formatError), ("990102199001019917", .formatError),
        ("320404191508229929", .checksumError), ("X20402193803159916", .formatError),
        ("320412O99202299948", .formatError), ("111111111111111111", .formatError),
        ("320400180001019916", .formatError),
    ])
    func `a wrong identity number is told apart`(number: String, expected: IdCheck) {
        #expect(ResidentID.check(number, today: today) == expected)
    }

    @Test(arguments: [
        ("32040219790101994x", "32040219790101994X"), ("３２０４１３２０１６０１０５９９５６", "320413201601059956"),
        (" 320481 20090918 996X　", "32048120090918996X"), ("'320404195108229929", "320404195108229929"),
        ("320402380315991", "320402193803159916"), ("32040219790101994Χ", "32040219790101994X"),
        ("32040219790101994×", "32040219790101994X"), ("３２０４８１２００９０９１８９９６ｘ", "32048120090918996X"),
    ])
    func `a dirty identity number is mended and the mending told`(raw: String, clean: String) {
        let (value, tolerated) = ResidentID.normalize(raw)
        #expect(value == clean)
        #expect(!tolerated.isEmpty)
    }

    @Test func `birth date and sex are read from the number`() {
        #expect(ResidentID.birthDate(of: "32048120090918996X")?.iso == "2009-09-18")
        #expect(ResidentID.sexCode(of: "32048120090918996X") == "2")
        #expect(ResidentID.sexCode(of: "320402193803159916") == "1")
    }

    @Test(arguments: [
        "1132040001400001XJ", "12320400466000029N", "31320000MD02700324", "52320400MJ5500046U", "53320400MJ6600057M",
        "91320412MA1N000695", "92320402MA1W00075N", "81320400014000087E", "54320411ME8800097X", "N2320481MF99001063",
    ])
    func `a right credit code is valid`(code: String) { #expect(UnifiedSocialCreditCode.check(code) == .valid) }

    @Test(arguments: [
        "91320412MA1N000696", "91320412MA1N00069", "91320412MI1N000695", "91320412MO1N000695", "00000000000000000X",
        "000000000000000000", "9132041296000N1AM5",
    ])
    func `a wrong credit code is not`(code: String) { #expect(UnifiedSocialCreditCode.check(code) != .valid) }
}

@Suite struct Dates {
    @Test func `ages count full years`() throws {
        let birth = try #require(CalendarDate(iso: "1951-08-22"))
        #expect(birth.years(until: try #require(CalendarDate(iso: "2024-05-06"))) == 72)
        #expect(birth.years(until: try #require(CalendarDate(iso: "2024-08-22"))) == 73)
        #expect(CalendarDate(iso: "1990-02-30") == nil)
    }

    @Test func `days and dates go both ways over four centuries`() {
        for days in stride(from: -80_000, to: 80_000, by: 7) {
            #expect(CalendarDate(daysSince1970: days).daysSince1970 == days)
        }
    }

    @Test(arguments: [
        ("2024-02-14", "2024-W07"), ("2021-01-03", "2020-W53"), ("2024-12-30", "2025-W01"), ("2026-01-01", "2026-W01"),
        ("2027-01-03", "2026-W53"),
    ])
    func `weeks are those of ISO 8601`(day: String, week: String) throws {
        let date = try #require(CalendarDate(iso: day))
        #expect(date.isoWeek == week)
        let monday = try #require(CalendarDate(isoWeek: week))
        #expect((0..<7).contains(date.daysSince1970 - monday.daysSince1970))
        #expect(CalendarDate(isoWeek: "2024-W53") == nil && CalendarDate(isoWeek: "2024-7") == nil)
    }

    @Test func `moments are told in China's time`() throws {
        let date = try #require(CalendarDate(iso: "2023-11-08"))
        let moment = Timestamp(date, hour: 9, minute: 30, second: 15)
        #expect(moment.rfc3339 == "2023-11-08T09:30:15+08:00")
        #expect(moment.date == date)
    }
}

@Suite struct Cases {
    @Test func `a welfare office learns that a lawyer was assigned but not who, and never a reason`() throws {
        let content = JSONObject([
            ("code", "12"), ("assignment", ["lawyer": "测律师"]), ("caseNumber", "x"), ("institution", ["code": "CZ-TN"]),
        ])
        let event = try #require(StatusEvent(content: content))
        let seen = try #require(event.minimised(for: .civilAffairs))
        #expect(seen.content.names == ["code", "institution"])
        #expect(event.minimised(for: .court)?.content["assignment"] != nil)
        let refused = try #require(
            StatusEvent(
                content: JSONObject([("code", "06"), ("decision", ["reasonCode": "outOfScope", "reason": "x"])])))
        #expect(refused.minimised(for: .community)?.content["decision"] == ["reasonCode": "outOfScope"])
        #expect(StatusEvent(content: JSONObject([("code", "16")]))?.minimised(for: .court) == nil)
    }
}

@Suite struct Codes {
    let flags = CodeList(
        name: "groupFlag", standard: nil, match: .contains,
        entries: [
            CodeEntry(code: "childInDifficulty", zh: "困境儿童", aliases: []),
            CodeEntry(code: "", zh: "", aliases: ["困境儿童监护人"]),
            CodeEntry(code: "emptyNest", zh: "空巢老人", aliases: ["空巢"]),
            CodeEntry(code: "livingAlone", zh: "独居老人", aliases: ["独居"]),
        ])

    @Test func `a longer word hides the shorter one inside it`() {
        #expect(flags.codes(in: "困境儿童监护人").isEmpty)
        #expect(flags.codes(in: "困境儿童") == ["childInDifficulty"])
        #expect(Set(flags.codes(in: "空巢独居")) == ["emptyNest", "livingAlone"])
    }

    @Test func `lost zeros and gained decimals are mended`() {
        let list = CodeList(
            name: "ethnicity", standard: "GB/T 3304", match: .exact,
            entries: [CodeEntry(code: "01", zh: "汉族", aliases: ["汉", "HA"])])
        #expect(list.code(for: "1") == "01")
        #expect(list.code(for: "1.0") == "01")
        #expect(list.code(for: "汉") == "01")
        #expect(list.code(for: "没有") == nil)
    }

    @Test func `a misspelt field is told the right one`() {
        #expect(CanonicalModel.application.nearest(to: "recipient/idNumbr") == "recipient/idNumber")
        #expect(CanonicalModel.application.nearest(to: "xyz") == nil)
    }
}
