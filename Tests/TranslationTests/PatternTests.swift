import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

@Suite struct Patterns {
    /// The finding's code, or nothing, and the value.
    private func read(_ text: String, _ attributes: String, to: String = "matter/causeOfAction") throws -> [String?] {
        let bench = try Workbench.inbound(#"<value to="\#(to)" from="V" \#(attributes)/>"#)
        defer { bench.remove() }
        let result = try bench.translator().reading("<R><P><V>\(text)</V></P></R>")
        return [result.text(to.replacing("/", with: "."))] + (result.records.first?.findings.map(\.code) ?? [])
    }

    @Test(
        arguments: [
            (#"extract="案由[:：]\s*(\S+?)[;；]""#, "案由：劳动争议；标的：3万", ["劳动争议"]),
            (#"extract="\d+""#, "共12人", ["12"]),
            (#"extract="\d+""#, "共１２人", ["１２"]),
            (#"extract="[A-Z]\d+""#, "编号Ａ１２", ["A12", "normalizedFullWidth"]),
            (#"extract="\d+""#, "12人或13人", ["12", "patternAmbiguous"]),
            (#"extract="\d+""#, "12人，即12人", ["12"]),
            (#"extract="\d+""#, "若干", [nil, "patternMismatch"]),
            (#"extract="案由(.*)""#, "案由无", [nil, "nullToken"]),
            (#"extract="案由(.*)""#, "案由", [nil, "empty"]),
            (#"replace="[、,]\s*" with="；""#, "甲、乙, 丙", ["甲；乙；丙"]),
            (#"replace="(\d+)\.(\d+)" with="$2/${1}$$""#, "3.4", ["4/3$"]),
            (#"replace="（.*?）""#, "劳动争议（追索报酬）", ["劳动争议"]),
            (#"replace="x" with="y""#, "甲", ["甲"]),
            (#"match="[A-Z]{2}\d{3}""#, "AB123", ["AB123"]),
            (#"match="[A-Z]{2}\d{3}""#, "ＡＢ１２３", ["AB123", "normalizedFullWidth"]),
            (#"match="[A-Z]{2}\d{3}""#, "AB1234", [nil, "patternMismatch"]),
            (#"match="[A-Z]{2}\d{3}""#, "\n AB123 \n", ["AB123"]),
            (#"extract="\((.*)\)" replace="-" match="\d+""#, "号(12-34)", ["1234"]),
            (#"match="\d+" otherwise="不详情形""#, "若干", ["不详情形", "patternMismatch"]),
            (#"match="\d+" default="未填""#, "无", ["未填", "nullToken"]),
        ] as [(String, String, [String?])])
    func `a text is taken apart, mended and held against its form`(
        attributes: String, text: String, expected: [String?]
    ) throws {
        #expect(try read(text, attributes) == expected, "\(attributes) of \(text)")
    }

    @Test func `what is taken out is read by the converters and code lists that follow`() throws {
        #expect(try read("性别男", #"extract="性别(.)""#, to: "recipient/sexCode") == ["1"])
        #expect(try read("生于1979年1月1日，男", #"extract="生于([^，]+)""#, to: "recipient/birthDate")[0] == "1979-01-01")
        #expect(
            try read("联系人甲 电话13800000000转", #"extract="电话(\d+)""#, to: "recipient/mobile") == ["13800000000"])
        #expect(try read("打过几次", #"as="phone" otherwise="13800000000""#, to: "recipient/mobile")[0] == "13800000000")
    }

    @Test(arguments: ["(a+)+$", "(a|aa)*b", "(?:a*)*c", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){30}a{30}b"])
    func `a pattern that would search for ever gives up and says so`(pattern: String) throws {
        let text = String(repeating: "a", count: 5_000) + "bc!"
        #expect(try read(text, #"match="\#(pattern)""#) == [nil, "patternGivenUp"])
        #expect(try read(String(repeating: "长", count: 6_000), #"extract="长""#) == [nil, "patternGivenUp"])
        #expect(
            try read(
                String(repeating: "a", count: 5_000), #"replace="a" with="\#(String(repeating: "b", count: 500))""#)
                == [nil, "patternGivenUp"])
    }

    @Test(arguments: [
        (#"match="[""#, "match is no pattern: missing terminating ] for character class at character 2"),
        (#"extract="案由(""#, "extract is no pattern: missing closing parenthesis at character 4"),
        (#"replace="a" with="$1""#, "with: there is no group 1"),
        (#"replace="(?&lt;n>a)" with="${m}""#, "with: there is no group m"),
        (#"replace="a" with="1$""#, "with: a dollar is written $$"),
        (#"with="1""#, "with says what replace puts in, and there is no replace"),
        (#"match="\C""#, "match is no pattern: using \\C is disabled by the application at character 3"),
        (
            #"when="matches(V, '[')""#,
            "[ is no pattern: missing terminating ] for character class at character 2 in the XPath matches(V, '[')"
        ),
    ])
    func `a pattern that is none is refused when it loads, with its line`(attributes: String, text: String) throws {
        let bench = try Workbench.inbound("<value to=\"remarks\" from=\"V\"\n\(attributes)/>")
        defer { bench.remove() }
        #expect(bench.complaints() == ["4: \(text)"])
    }

    @Test func `too long a pattern breaks the language's schema`() throws {
        let long = String(repeating: "a", count: 1001)
        let bench = try Workbench.inbound(#"<value to="remarks" from="V" match="\#(long)"/>"#)
        defer { bench.remove() }
        #expect(bench.complaints().contains { $0.hasPrefix("4: ") })
    }

    @Test(arguments: [
        ("<V>AH-12</V>", true), ("<V> ＡＨ-１２ </V>", true), ("<V>\nAH-12\n</V>", true), ("<V>BH-12</V>", false),
        ("<V>甲</V><V>AH-12</V>", true), ("", false),
    ])
    func `a condition asks whether a pattern stands in a text`(document: String, holds: Bool) throws {
        for test in [
            "matches(V, 'AH-\\d+$')", "V[matches(., 'X', '^AH-\\d+')]", "count(V[matches(., '^AH-\\d+')]) > 0",
        ] {
            let bench = try Workbench.inbound(#"<constant to="remarks" value="x" when="\#(test)"/>"#)
            defer { bench.remove() }
            let result = try bench.translator().reading("<R><P>\(document)</P></R>")
            #expect(result.text("remarks") == (holds ? "x" : nil), "\(test) of \(document)")
        }
    }

    @Test func `the parts of a divided text are taken apart too`() throws {
        let bench = try Workbench.inbound(
            #"<list to="matter/claims" each="V" split="；"><value to="." from="." extract="\d、(.+)"/></list>"#)
        defer { bench.remove() }
        let result = try bench.translator().reading("<R><P><V>1、支付工资；2、解除合同；其他</V></P></R>")
        #expect(result.records[0].application.value("matter.claims") == ["支付工资", "解除合同"])
        #expect(result.told == ["patternMismatch matter.claims /R/P/V"])
    }

    @Test func `patterns and texts of any kind are answered`() throws {
        var random = SplitMix(state: 7)
        let pieces = [
            "(", ")", "[", "]", "a", "\\d", "+", "*", "?", "{2}", "|", "^", "$", "\\", "长", ".", "(?=", "\\1", "(?R)",
        ]
        var tried = 0
        for _ in 0..<5_000 {
            let source = (0..<Int.random(in: 1...10, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            guard let pattern = try? TextPattern(source.joined()) else { continue }
            tried += 1
            let text = String(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in "aab1长()".randomElement(using: &random) ?? "a" }
            )
            _ = pattern.isWhole(text)
            if case .found(let part) = pattern.taken(from: text).0 { #expect(part.isEmpty || text.contains(part)) }
            _ = pattern.replacing(in: text, with: "<$0>")
        }
        #expect(tried > 500, "only \(tried) patterns could be tried")
    }
}

@Suite struct DatePatterns {
    private func answer(_ text: String, _ pattern: String) throws -> String {
        switch DatePattern.read(text, by: [try DatePattern(pattern)]) {
        case .nothing: "nothing"
        case .unreadable: "unreadable"
        case .date(let reading):
            reading.date.iso + (reading.seconds.map { " \($0 / 3600):\($0 / 60 % 60):\($0 % 60)" } ?? "")
        }
    }

    private static let patterns = [
        "yyyy年MM月dd日HH时", "yyyy年M月d日H时m分", "dd.MM.yyyy HH:mm", "MM/dd/yyyy", "yyyyMMddHHmmss", "d/M/yyyy H:m:s",
        "HH:mm dd-MM-yyyy", "yyyy-MM-dd'T'HH:mm:ss'Z'", "（yyyy）MM、dd", "yyyy.MM",
    ]

    @Test func `what is written by a pattern is read by it, and nothing else is`() throws {
        var random = SplitMix(state: 3)
        for _ in 0..<3_000 {
            let text = Self.patterns.randomElement(using: &random) ?? ""
            let date = CalendarDate(daysSince1970: Int.random(in: -25_000...25_000, using: &random))
            let numbers = [
                "y": date.year, "M": date.month, "d": date.day, "H": Int.random(in: 0..<24, using: &random),
                "m": Int.random(in: 0..<60, using: &random), "s": Int.random(in: 0..<60, using: &random),
            ]
            let written = Self.write(text, numbers)
            let day = text.contains("d") ? date : CalendarDate(year: date.year, month: date.month, day: 1)
            let time =
                text.contains("H")
                ? " \(numbers["H"] ?? 0):\(text.contains("m") ? numbers["m"] ?? 0 : 0):\(text.contains("s") ? numbers["s"] ?? 0 : 0)"
                : ""
            let expected = (day?.iso ?? "") + time
            #expect(try answer(written, text) == expected, "\(written) by \(text)")
            #expect(try answer(" \(written.applyingWidth) ", text) == expected, "\(written) by \(text)")
            // One sign more or less, anywhere: another text.
            let place = Int.random(in: 0...written.count, using: &random)
            var longer = written
            longer.insert("〇", at: written.index(written.startIndex, offsetBy: place))
            #expect(try answer(longer, text) == "unreadable", "\(longer) by \(text)")
            // Of two digits where one would do, one is left.
            if text.hasPrefix("d/") { continue }
            #expect(try answer(String(written.dropFirst()), text) == "unreadable", "\(written.dropFirst()) by \(text)")
        }
    }

    private static func write(_ pattern: String, _ numbers: [String: Int]) -> String {
        var text = pattern
        for (letter, number) in numbers where letter != "y" {
            let two = number < 10 ? "0\(number)" : "\(number)"
            text = text.replacing(letter + letter, with: "#\(two)#").replacing(letter, with: "#\(number)#")
        }
        let year = "\(numbers["y"] ?? 0)"
        return text.replacing("yyyy", with: year).replacing("#", with: "").replacing("'", with: "")
    }

    @Test(arguments: [
        ("31.02.2024", "dd.MM.yyyy", "unreadable"), ("24.12.2023 24:00", "dd.MM.yyyy HH:mm", "2023-12-25 0:0:0"),
        ("24.12.2023 24:01", "dd.MM.yyyy HH:mm", "unreadable"), ("00.00.0000", "dd.MM.yyyy", "nothing"),
        ("31.12.9999", "dd.MM.yyyy", "nothing"), ("至今", "dd.MM.yyyy", "nothing"),
        ("24.12.23", "dd.MM.yyyy", "unreadable"),
        ("24.12.2023 左右", "dd.MM.yyyy", "unreadable"), ("2023-12-24", "dd.MM.yyyy", "unreadable"),
        ("4.3.2023", "d.M.yyyy", "2023-03-04"), ("24.12.2023   08:05", "dd.MM.yyyy HH:mm", "2023-12-24 8:5:0"),
    ])
    func `a text that is not all of the pattern is no date`(text: String, pattern: String, expected: String) throws {
        #expect(try answer(text, pattern) == expected)
    }

    @Test func `a rule reads by its patterns in turn, and tells what it cannot read`() throws {
        let bench = try Workbench.inbound(
            """
            <value to="proceeding/acceptedAt" from="A" as="date" pattern="MM/dd/yyyy || yyyy年MM月dd日"/>
            <list to="proceeding/hearings" each="B"><value to="at" from="." pattern="dd.MM.yyyy H:mm"/></list>
            """)
        defer { bench.remove() }
        let translator = try bench.translator()
        func read(_ first: String, _ second: String) -> [String?] {
            let result = translator.reading("<R><P><A>\(first)</A><B>\(second)</B></P></R>")
            return [
                result.text("proceeding.acceptedAt"),
                result.records.first?.application.value("proceeding.hearings")?.array?.first?["at"]?.string,
            ]
                + result.told
        }
        #expect(read("03/04/2023", "05.11.2023 9:30") == ["2023-03-04", "2023-11-05T09:30:00+08:00"])
        #expect(read("2023年03月04日", "05.11.2023 9:30").prefix(1) == ["2023-03-04"])
        #expect(
            read("2023-03-04", "2023-11-05 09:30") == [
                nil, nil, "notADate proceeding.acceptedAt /R/P/A", "notADate proceeding.hearings[0].at /R/P/B",
            ])
        let table = try #require(translator.fieldTable(of: "a/b"))
        #expect(table.rows[0].notes == ["日期写法 written as: MM/dd/yyyy || yyyy年MM月dd日"])
    }

    @Test(arguments: [
        ("pattern=\"yyyy-dd\"", "yyyy-dd is no pattern of dates: a date has a year and a month"),
        ("pattern=\"yy-MM-dd\"", "yy-MM-dd is no pattern of dates: yy is none of yyyy MM dd HH mm ss M d H m s"),
        ("pattern=\"yyyyMd\"", "yyyyMd is no pattern of dates: digits of any number stand before d: write two of each"),
        ("pattern=\"yyyy-MM-MM\"", "yyyy-MM-MM is no pattern of dates: M stands twice"),
        (
            "pattern=\"yyyy-MM HH\"",
            "yyyy-MM HH is no pattern of dates: days go before hours, hours before minutes, minutes before seconds"
        ),
        (
            "pattern=\"yyyy-MM-ddT\"",
            "yyyy-MM-ddT is no pattern of dates: the letter T stands for nothing; write it between apostrophes"
        ),
        ("pattern=\"yyyy-MM-dd'T\"", "yyyy-MM-dd'T is no pattern of dates: an apostrophe is not closed"),
        ("as=\"text\" pattern=\"yyyy-MM\"", "pattern reads dates: write as=\"date\" or as=\"dateTime\" beside it"),
    ])
    func `a pattern of dates that is none is refused when it loads`(attributes: String, text: String) throws {
        let bench = try Workbench.inbound("<value to=\"proceeding/acceptedAt\" from=\"A\" \(attributes)/>")
        defer { bench.remove() }
        #expect(bench.complaints() == ["4: \(text)"])
    }
}

extension String {
    /// With its ASCII digits and signs in full width, blanks and letters left alone.
    fileprivate var applyingWidth: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    (0x21...0x40).contains(scalar.value) ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar
                }))
    }
}
