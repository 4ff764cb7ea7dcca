import StrictJSON
import Testing

@testable import Translation

/// What senders write and what becomes of it: the catalogue of dirt, row by row.
@Suite struct Dirt {
    struct Row: CustomTestStringConvertible, Sendable {
        let converter: Converter
        let raw: String
        let value: String?
        /// What the sender is told: tolerations, or why there is no value.
        let told: [String]
        var testDescription: String { "\(converter) \(raw)" }

        init(_ converter: Converter, _ raw: String, _ value: String?, _ told: [String] = []) {
            self.converter = converter
            self.raw = raw
            self.value = value
            self.told = told
        }
    }

    static let dates: [Row] = [
        Row(.date, "2023-05-08", "2023-05-08"), Row(.date, "20230508", "2023-05-08"),
        Row(.date, "2023/5/8", "2023-05-08", ["normalizedDate"]),
        Row(.date, "2023.5.8", "2023-05-08", ["normalizedDate"]),
        Row(.date, "2023年5月8日", "2023-05-08", ["normalizedDate"]),
        Row(.date, "二〇二三年五月八日", "2023-05-08", ["normalizedDate"]),
        Row(.date, "二\u{25CB}二三年五月八日", "2023-05-08", ["normalizedDate"]),
        Row(.date, "二Ｏ二三年五月八日", "2023-05-08", ["normalizedDate"]),
        Row(.date, "二零二三年五月廿三日", "2023-05-23", ["normalizedDate"]),
        Row(.date, "二〇二三年十二月卅一日", "2023-12-31", ["normalizedDate"]),
        Row(.date, "二〇二三年十月二十日", "2023-10-20", ["normalizedDate"]),
        Row(.date, "202305", "2023-05-01", ["monthOnly"]), Row(.date, "2023-05", "2023-05-01", ["monthOnly"]),
        Row(.date, "2023年5月", "2023-05-01", ["monthOnly"]),
        Row(.date, "23年5月8日", "2023-05-08", ["twoDigitYear"]),
        Row(.date, "51-08-22", "1951-08-22", ["twoDigitYear"]),
        Row(.date, "45054", nil, ["notADate"]), Row(.spreadsheetDay, "45054", "2023-05-08"),
        Row(.spreadsheetDay, "45054.0", "2023-05-08"), Row(.spreadsheetDay, "2023/5/8", "2023/5/8"),
        Row(.date, "/Date(1683504000000)/", "2023-05-08"), Row(.date, "/Date(-86400000)/", "1969-12-31"),
        Row(.date, "1683504000", "2023-05-08"), Row(.date, "1683504000000", "2023-05-08"),
        Row(.date, "2023\u{200B}-05-08", "2023-05-08"), Row(.date, "２０２３－０５－０８", "2023-05-08"),
        Row(.date, "长期", nil, ["nullToken"]), Row(.date, "长期有效", nil, ["nullToken"]),
        Row(.date, "9999-12-31 00:00:00", nil, ["nullToken"]), Row(.date, "19000101", nil, ["nullToken"]),
        Row(.date, "0000/00/00", nil, ["nullToken"]), Row(.date, "2023-02-30", nil, ["notADate"]),
        Row(.date, "05/08/2023", nil, ["notADate"]), Row(.date, "去年", nil, ["notADate"]),
        Row(.monthEnd, "二〇二三年二月", "2023-02-28"), Row(.monthEnd, "202402", "2024-02-29"),
        Row(.monthEnd, "二〇二三年二月八日", "2023-02-08", ["normalizedDate"]), Row(.monthStart, "202402", "2024-02-01"),
    ]

    static let times: [Row] = [
        Row(.dateTime, "2023-05-08 00:00:00.0", "2023-05-08T00:00:00+08:00", ["normalizedDate"]),
        Row(.dateTime, "2025年4月8日上午9时", "2025-04-08T09:00:00+08:00", ["normalizedDate"]),
        Row(.dateTime, "2025年4月8日下午2时半", "2025-04-08T14:30:00+08:00", ["normalizedDate"]),
        Row(.dateTime, "2025-04-08 9:30", "2025-04-08T09:30:00+08:00", ["normalizedDate"]),
        Row(.dateTime, "2025-04-08T01:30:00Z", "2025-04-08T09:30:00+08:00"),
        Row(.dateTime, "2025-04-08T20:30:00.000Z", "2025-04-09T04:30:00+08:00"),
        Row(.dateTime, "2025-04-08T09:30:00+08:00", "2025-04-08T09:30:00+08:00"),
        Row(.dateTime, "20250408093015", "2025-04-08T09:30:15+08:00"),
        Row(.dateTime, "20250408253015", nil, ["notADate"]),
        Row(.spreadsheetDay, "45054.375", "2023-05-08T09:00:00+08:00"), Row(.dateTime, "45054.375", nil, ["notADate"]),
    ]

    static let numbers: [Row] = [
        Row(.money, "1,010.00", "1010.00", ["normalizedNumber"]),
        Row(.money, "2.6万元", "26000.00", ["normalizedNumber"]),
        Row(.money, "约800元/月", "800.00", ["normalizedNumber", "approximateValue", "perMonth"]),
        Row(.money, "￥３８０００", "38000.00", ["normalizedNumber"]),
        Row(.money, "¥5千", "5000.00", ["normalizedNumber"]), Row(.money, "1.2亿元", "120000000.00", ["normalizedNumber"]),
        Row(.money, "1010.5", "1010.50"), Row(.money, "1010.005", "1010.01", ["roundedNumber"]),
        Row(.money, "0", "0.00"),
        Row(.money, "3-5万元", nil, ["notANumber"]), Row(.money, "-100", nil, ["negativeNumber"]),
        Row(.money, "1.2.3", nil, ["notANumber"]), Row(.money, "面议", nil, ["notANumber"]),
        Row(.money, String(repeating: "9", count: 400), nil, ["notANumber"]),
        Row(.integer, "12人", "12", ["normalizedNumber"]), Row(.integer, "3.0", "3", ["normalizedNumber"]),
        Row(.integer, "2.5", nil, ["notANumber"]), Row(.integer, "1,200", "1200", ["normalizedNumber"]),
        Row(.integer, "7", "7"), Row(.integer, "3至5人", nil, ["notANumber"]),
        Row(.boolean, "√", "true"), Row(.boolean, "是", "true"), Row(.boolean, "Ｙ", "true"), Row(.boolean, "有", "true"),
        Row(.boolean, "无", "false"), Row(.boolean, "N", "false"), Row(.boolean, "1.0", "true"),
        Row(.boolean, "也许", nil, ["notABoolean"]),
    ]

    static let identifiers: [Row] = [
        Row(.residentId, "32040219790101994x", "32040219790101994X", ["lowerCaseX"]),
        Row(.residentId, "320402380315991", "320402193803159916", ["fifteenDigits"]),
        Row(.residentId, "\u{FEFF}320404\u{AD}195108229929", "320404195108229929", ["blanksRemoved"]),
        Row(.uscc, "91320412-ma1n00069-5", "91320412MA1N000695", ["blanksRemoved"]),
        Row(.uscc, "９1320412MA1N000696", "91320412MA1N000696", ["normalizedFullWidth", "checksumError"]),
        Row(.caseNumber, "〔２０２３〕 苏0402刑初321号", "（2023）苏0402刑初321号"),
        Row(.caseNumber, "(2016)津0116刑初字第8号", "（2016）津0116刑初8号"),
        Row(.caseNumber, "(2023)苏0402刑怪321号", "（2023）苏0402刑怪321号", ["unknownCaseType"]),
        Row(.caseNumber, "(2021)川0104民诉前调801号", "（2021）川0104民诉前调801号"),
        Row(.caseNumber, "坛检民支受[2024]32041300021号", "坛检民支受[2024]32041300021号"),
        Row(.phone, "０５１９－８６６０００００", "051986600000", ["normalizedFullWidth"]),
        Row(.phone, "86600000", "051986600000", ["areaCodeAssumed"]),
        Row(.phone, "0519-86600000转8012", "051986600000-8012"), Row(.phone, "+86 138 0000 0001", "13800000001"),
        Row(.phone, "13800000000(儿子)", "13800000000", ["textLeftAside"]),
        Row(.phone, "13800000000、13900000000", "13800000000", ["severalNumbers"]),
        Row(.phone, "00852 2100 0000", "0085221000000", ["formatError"]), Row(.phone, "同住", nil, ["formatError"]),
        Row(.personName, "阿卜杜·热西提", "阿卜杜·热西提"), Row(.personName, "阿卜杜•热西提", "阿卜杜·热西提"),
        Row(.personName, "古丽 · 艾比", "古丽·艾比"), Row(.personName, "古丽··艾比", "古丽·艾比"),
        Row(.personName, "古丽.艾比", "古丽·艾比", ["normalizedName"]),
        Row(.personName, "古丽。艾比", "古丽·艾比", ["normalizedName"]), Row(.personName, "J. Smith", "J. Smith"),
        Row(.personName, "测\n试", "测试", ["blanksRemoved"]), Row(.personName, "张　三", "张三", ["blanksRemoved"]),
        Row(.personName, "古丽\n艾比", "古丽艾比", ["blanksRemoved"]),
        Row(.personName, "John  Smith", "John Smith", ["blanksRemoved"]), Row(.personName, "John Smith", "John Smith"),
        Row(.organCode, "３２０４０４", "320404", ["normalizedFullWidth"]),
        Row(.organCode, "苏 0404", "苏0404", ["normalizedCode"]),
        Row(.organCode, "（苏0404）", "苏0404", ["normalizedFullWidth", "normalizedCode"]),
        Row(.organCode, "11320404014110010X", "11320404014110010X"), Row(.organCode, "武法", "武法"),
        Row(.division, "320404", "320404"), Row(.division, "320404000000", "320404"), Row(.division, "钟楼区", "钟楼区"),
        Row(.division, "320404.0", "320404"), Row(.division, "11320404014110010X", nil, ["notADivision"]),
        Row(.division, "320404014110010", nil, ["notADivision"]), Row(.division, "990000", nil, ["notADivision"]),
        Row(.division, "FLYZ-320404", nil, ["notADivision"]),
        Row(.placeDivision, "320412104", "320412", ["townCodeLeftOut"]), Row(.placeDivision, "320412000", "320412"),
    ]

    @Test(arguments: dates + times + numbers + identifiers)
    func `dirt becomes what the catalogue says, and the sender is told`(row: Row) {
        let conversion = row.converter.convert(row.raw)
        let value = conversion.value.map { $0.string ?? $0.text() }
        #expect(value == row.value)
        #expect(conversion.tolerated + [conversion.problem].compactMap(\.self) == row.told)
    }

    @Test func `rare characters stay and invisible ones go`() {
        #expect(Blanks.trimmed(" 㛃\u{200B}䶮𬱖\u{FEFF} ") == "㛃䶮𬱖")
        #expect(Blanks.trimmed("\u{3000}张　三\u{A0}") == "张　三")
        #expect(Blanks.trimmed("无名氏") == "无名氏")
    }

    @Test func `everything that a converter can say has a meaning`() {
        for row in Self.dates + Self.times + Self.numbers + Self.identifiers {
            for code in row.told { #expect(Finding.messages[code] != nil, "\(code)") }
        }
    }
}
