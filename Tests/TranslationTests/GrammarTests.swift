import Canonical
import Testing

@testable import Translation

/// Known values in all combinations of forms: a value is the one that was written, or it is told.
@Suite struct Grammars {
    /// Codes that say an unusual spelling was understood.
    private static func isTold(_ conversion: Conversion) -> Bool {
        (conversion.tolerated + [conversion.problem].compactMap(\.self)).contains { !$0.hasPrefix("normalized") }
    }

    @Test func `a generated date and time is read, or told`() {
        var random = SplitMix(state: 20_260_101)
        var right = 0
        for _ in 0..<50_000 {
            let sample = GeneratedDate(by: &random)
            let conversion = Converter.dateTime.convert(sample.text)
            let value = conversion.value?.string
            if value == sample.value {
                right += 1
            } else {
                // The day alone where the time was not understood; never another day.
                #expect(value == nil || value == sample.day, "\(sample.text): \(value ?? "") for \(sample.value)")
                #expect(Self.isTold(conversion), "\(sample.text)")
            }
        }
        #expect(right > 49_000, "only \(right) of 50,000 are read")
    }

    @Test func `a generated amount is read, or told`() {
        var random = SplitMix(state: 20_260_102)
        var right = 0
        for _ in 0..<50_000 {
            let sample = GeneratedAmount(by: &random)
            let conversion = Converter.money.convert(sample.text)
            let value = conversion.value?.string
            if value == sample.value {
                right += 1
            } else {
                #expect(value == nil, "\(sample.text): \(value ?? "") for \(sample.value)")
                #expect(Self.isTold(conversion), "\(sample.text)")
            }
        }
        #expect(right > 48_500, "only \(right) of 50,000 are read")
    }

    @Test func `texts of a grammar's own characters, thrown together, neither crash nor stay silent`() {
        let pieces = [
            "2023", "11", "28", "年", "月", "日", "时", "分", "点", "半", "刻", "-", "/", ":", ".", ",", " ", "T", "Z", "+08",
            "上午",
            "下午", "晚", "（", "）", "星期二", "至", "万", "亿", "千", "元", "角", "零", "〇", "十", "廿", "百", "壹", "拾", "E", "余", "约",
            "民国",
            "0", "9", "13800000317", "0519", "80000317", "转", "苏", "0402", "民初", "号", "之", "第", "\u{200B}", "𬱖", "٣",
            "％",
        ]
        var random = SplitMix(state: 20_260_103)
        for _ in 0..<2000 {
            let count = Int.random(in: 1...9, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            for converter in [
                Converter.date, .dateTime, .monthEnd, .money, .integer, .phone, .caseNumber, .spreadsheetDay,
            ] {
                let conversion = converter.convert(text)
                #expect(conversion.value != nil || conversion.problem != nil, "\(converter): \(text)")
            }
        }
    }

    @Test func `random bytes neither crash a grammar nor stay silent`() {
        var random = SplitMix(state: 20_260_104)
        for _ in 0..<1000 {
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            for converter in Converter.allCases {
                let conversion = converter.convert(text)
                #expect(conversion.value != nil || conversion.problem != nil, "\(converter): \(bytes)")
            }
        }
    }

    @Test func `generated telephone numbers are read, or told`() {
        var random = SplitMix(state: 20_260_105)
        var right = 0
        for _ in 0..<3000 {
            let sample = GeneratedTelephones(by: &random)
            let reading = TelephoneReading(sample.text)
            let numbers = reading.numbers.map(\.text)
            if numbers == sample.numbers {
                right += 1
            } else {
                #expect(numbers.allSatisfy(sample.numbers.contains), "\(sample.text): \(numbers)")
                #expect(reading.told.contains { !$0.hasPrefix("normalized") }, "\(sample.text)")
            }
        }
        #expect(right > 2990, "only \(right) of 3000 are read")
    }

    @Test func `a generated case number is read, or told`() {
        var random = SplitMix(state: 20_260_106)
        var right = 0
        for _ in 0..<3000 {
            let sample = GeneratedCaseNumber(by: &random)
            let conversion = Converter.caseNumber.convert(sample.text)
            if conversion.value?.string == sample.value {
                right += 1
            } else {
                #expect(Self.isTold(conversion), "\(sample.text): \(conversion.value?.string ?? "")")
            }
            if sample.isOneOfSeveral { #expect(conversion.tolerated.contains("severalNumbers"), "\(sample.text)") }
        }
        #expect(right > 2990, "only \(right) of 3000 are read")
    }

    @Test(arguments: [
        ("早上七点", "07:00"), ("晚上19:30", "19:30"), ("下午十一点半", "23:30"), ("零点整", "00:00"), ("大约早上十点左右", "10:00"),
        ("（星期二）9时30分", "09:30"), ("晚8点", "20:00"), ("9点一刻", "09:15"), ("上午9-11时", "09:00"), ("9:30-11:30", "09:30"),
        ("9时30分至11时", "09:30"), ("中午12点半", "12:30"), ("傍晚6点", "18:00"), ("凌晨0点30分", "00:30"), ("12:15 a.m.", "00:15"),
        ("9時30分（第二審判庭）", "09:30"), ("9:30 B301室", "09:30"), ("14点05", "14:05"), ("T0930+08", "09:30"),
        ("9:30（星期二）", "09:30"),
    ])
    func `a time of day behind a date is the one that is meant`(raw: String, time: String) {
        let value = Converter.dateTime.convert("2023年11月28日" + raw).value
        #expect(value == .string("2023-11-28T\(time):00+08:00"))
    }

    @Test(arguments: [
        "9点差5分", "下午", "9:75", "25时", "晚上12点", "上午14:00", "9点5", "半天", "2点3刻钟前后改为3点", "（已取消）", "9:30，现改期", "24:30",
    ])
    func `a time that is none, or two, is told`(raw: String) {
        let conversion = Converter.dateTime.convert("2023年11月28日" + raw)
        #expect(conversion.value == nil || conversion.value == "2023-11-28")
        #expect(Self.isTold(conversion))
    }

    @Test(arguments: [
        "112年9月1日", "2023-11-3O", "11/28/2023", "28-11-2023", "2023-1128", "202311281", "农历2023年八月十五", "1990年五月初一",
        "2023年13月1日",
        "2023-02-29T09:00:00Z", "取消2023-11-28", "T20231128", "12023-11-28", "2023-11 09:30", "2023年11月28日和12月5日",
    ])
    func `what could be another day is no day`(raw: String) {
        #expect(Converter.date.convert(raw).value == nil)
        #expect(Converter.date.convert(raw).problem != nil)
    }

    @Test(arguments: [
        "0001-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+08:00", "0000年00月00日", "/Date(-62135596800000)/",
        "20991231",
        "1899-12-30", "无固定期限", "至今", "00000000000000",
    ])
    func `what stands for no date is none`(raw: String) {
        #expect(Converter.dateTime.convert(raw).problem == "nullToken")
    }

    @Test func `each end of a range goes to the field that asks for it`() {
        for text in ["2023年5月至8月", "2023年5-8月", "2023.05-2023.08", "202305-202308", "2023年5月1日-8月31日"] {
            #expect(Converter.monthStart.convert(text).value == "2023-05-01", "\(text)")
            #expect(Converter.monthEnd.convert(text).value == "2023-08-31", "\(text)")
        }
    }

    @Test(arguments: [
        ("-1", "negativeNumber"), ("（48,000.00）", "negativeNumber"), ("负五百元", "negativeNumber"),
        ("48000-", "negativeNumber"),
        ("30%", "wrongUnit"), ("年薪12万", "wrongUnit"), ("12000元/年", "wrongUnit"), ("HK$500", "foreignCurrency"),
        ("5000缅元", "foreignCurrency"), ("1.234,56", "notANumber"), ("1,5", "notANumber"), ("12,34", "notANumber"),
        ("5万8", "notANumber"), ("3元5", "notANumber"), ("两百五", "notANumber"), ("2至3万元", "notANumber"),
        ("5万+3万", "notANumber"),
        ("100+100", "notANumber"), ("3万元（大写：伍万元整）", "notANumber"), ("（单位：万元）4.8", "notANumber"),
        ("B48000", "notANumber"),
        ("5M", "notANumber"), ("1e99", "notANumber"),
    ])
    func `what is no sum in yuan is none, and the reason is told`(raw: String, code: String) {
        #expect(Converter.money.convert(raw).value == nil)
        #expect(Converter.money.convert(raw).problem == code)
    }

    @Test(arguments: [
        ("1234.5600000000001", "1234.56"), ("0.30000000000000004", "0.30"), ("1.2E7", "12000000.00"),
        ("壹万贰仟叁佰元伍角整", "12300.50"),
        ("十二万零五百元", "120500.00"), ("3千5百", "3500.00"), ("1亿2000万", "120000000.00"),
        ("5分", "0.05"), (".85", "0.85"), ("48 000", "48000.00"), ("三点五万元", "35000.00"),
    ])
    func `unusual sums are read`(raw: String, value: String) {
        #expect(Converter.money.convert(raw).value == .string(value))
    }
}
