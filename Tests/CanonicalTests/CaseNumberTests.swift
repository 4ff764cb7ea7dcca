import Testing

@testable import Canonical

@Suite struct CaseNumbers {
    @Test(arguments: [
        "（2023）苏0402刑初321号", "(2023)苏0402刑初321号", "〔2023〕苏0402刑初321号", "[2023]苏0402刑初321号",
        "【2023】苏0402刑初321号", "（２０２３）苏０４０２刑初３２１号", " (2023) 苏0402 刑初 321 号 ", "(2023)苏0402刑初321",
        "(2023)苏0402刑初字第321号", "(2023)苏0402刑初第00321号",
    ])
    func `every way of writing a number gives the one of the rules`(raw: String) {
        #expect(CourtCaseNumber(parsing: raw)?.canonical == "（2023）苏0402刑初321号")
    }

    @Test func `the parts of a number are told apart`() throws {
        let number = try #require(CourtCaseNumber(parsing: "(2023)苏0402刑初321号之一"))
        #expect(number.year == 2023)
        #expect(number.courtCharacter == "苏0402")
        #expect(number.typeCharacters == "刑初")
        #expect(number.number == "321")
        #expect(number.suffix == "之一")
        #expect(number.canonical == "（2023）苏0402刑初321号之一")
        #expect(number.level == .basic)
        #expect(number.isKnownType)
    }

    @Test(arguments: [
        ("(2015)武法民初字第01659号", "武法", "民初", "（2015）武法民初字第01659号"),
        ("(2014)新民初字第12号", "新", "民初", "（2014）新民初字第12号"),
    ])
    func `a number from before 2016 keeps its form`(raw: String, court: String, type: String, canonical: String) throws
    {
        let number = try #require(CourtCaseNumber(parsing: raw))
        #expect(number.isLegacy)
        #expect(number.courtCharacter == court)
        #expect(number.typeCharacters == type)
        #expect(number.canonical == canonical)
        #expect(number.division == nil)
        #expect(number.level == nil)
    }

    @Test(arguments: [
        ("(2016)津0116刑初字第8号", "（2016）津0116刑初8号"), ("(2021)川0104民诉前调801号", "（2021）川0104民诉前调801号"),
        ("(2020)苏0412民初6970号", "（2020）苏0412民初6970号"), ("(2017)苏0492刑初235号", "（2017）苏0492刑初235号"),
    ])
    func `numbers seen in public data are read`(raw: String, canonical: String) {
        #expect(CourtCaseNumber(parsing: raw)?.canonical == canonical)
    }

    @Test(arguments: [
        "", "无", "321号", "(2023)", "(23)苏0402刑初321号", "（2023）苏0402刑初号", "（2023）苏0402刑初000号", "坛检民支受[2024]32041300021号",
        "常武检刑辩函〔2023〕第15号", "（2023）苏0402321号", "（2023）苏0402刑初321号之外", "（2023）苏040刑初321号4",
    ])
    func `what is no court's case number is refused`(raw: String) { #expect(CourtCaseNumber(parsing: raw) == nil) }

    @Test(arguments: [
        ("苏0402刑初", "320402"), ("苏0413民初", "320413"), ("苏0482民初", "320413"), ("苏04刑终", "320400"), ("苏02刑终", "320200"),
        ("苏0492刑初", nil), ("苏0405民初", nil), ("苏8602行初", nil), ("苏72民初", nil), ("苏民终", "320000"), ("沪0101民初", nil),
    ])
    func `a court of Jiangsu names its division`(court: String, division: String?) throws {
        #expect(try #require(CourtCaseNumber(parsing: "(2023)\(court)1号")).division == division)
    }

    @Test(arguments: [
        ("刑初", "criminal", "firstInstance"), ("刑终", "criminal", "secondInstance"), ("刑核", "criminal", "deathReview"),
        ("刑医监", "criminal", "compulsoryTreatment"), ("刑没", "criminal", "confiscation"),
        ("刑更", "criminal", "enforcement"),
        ("民初", "civil", "firstInstance"), ("民申", "civil", "retrial"), ("民诉前调", "civil", "mediation"),
        ("民保令", "civil", nil), ("行初", "administrative", "firstInstance"), ("行赔初", "stateCompensation", "firstInstance"),
        ("委赔", "stateCompensation", nil), ("执恢", nil, "enforcement"), ("司救民", nil, nil),
    ])
    func `the kind of case gives domain and stage`(type: String, domain: String?, stage: String?) throws {
        let number = try #require(CourtCaseNumber(parsing: "(2023)苏0402\(type)1号"))
        #expect(number.caseDomain == domain)
        #expect(number.stage == stage)
    }

    @Test func `the length of a court's code gives its level`() {
        let levels = ["最高法", "苏", "苏04", "苏0402"].map { CourtCaseNumber(parsing: "(2023)\($0)民终1号")?.level }
        #expect(levels == [.supreme, .high, .intermediate, .basic])
    }
}

@Suite struct CourtCodes {
    private static let codes = [
        "苏", "苏04", "苏0402", "苏0404", "苏0411", "苏0412", "苏0413", "苏0481", "苏0482", "苏0492", "苏0405", "沪0101",
    ]

    /// Each code in every way that a form may dress it.
    @Test(arguments: codes)
    func `a court's code is read in any dress`(code: String) throws {
        let wide = String(
            String.UnicodeScalarView(
                code.unicodeScalars.map {
                    ("0"..."9").contains($0) ? Unicode.Scalar($0.value + 0xFEE0) ?? $0 : $0
                }))
        let dresses = [
            code, wide, " \(code) ", "\n\(code)\n", "\(code.prefix(1)) \(code.dropFirst())", "（\(code)）", "[\(code)]",
            "\u{200B}\(code)",
            "\(code)\u{3000}",
        ]
        for dress in dresses { #expect(CourtCode(parsing: dress)?.text == code, "\(dress)") }
    }

    @Test(arguments: ["", "武法", "320404", "苏040", "苏04040", "苏0404民初", "无", "钟楼法院", "X0404", "0404苏"])
    func `what is no code is none`(text: String) { #expect(CourtCode(parsing: text) == nil) }

    @Test func `two codes are the same court only where they are equal or one took the other's place`() throws {
        for one in Self.codes {
            for other in Self.codes {
                let (first, second) = (try #require(CourtCode(parsing: one)), try #require(CourtCode(parsing: other)))
                let isSuccessor = [["苏0413", "苏0482"], ["苏0405", "苏0492"]].contains([one, other].sorted())
                #expect(first.isSameCourt(as: second) == (one == other || isSuccessor), "\(one) \(other)")
            }
        }
    }

    @Test func `a number of the time before 2016 names no code`() throws {
        #expect(CourtCaseNumber(parsing: "（2015）钟刑初字第1659号")?.courtCode == nil)
        #expect(CourtCaseNumber(parsing: "(2016)苏0404刑初字第8号")?.courtCode?.text == "苏0404")
    }
}
