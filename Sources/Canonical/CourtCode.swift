/// 法院代字, the code of a court in case numbers: a province's character, and two digits for an intermediate or four for a
/// basic court, such as `苏0402` (最高人民法院关于人民法院案件案号的若干规定, art. 3).
public struct CourtCode: Sendable, Hashable {
    /// Narrow, without blanks and brackets.
    public let text: String

    /// Nothing where the text is no such code; short names of the time before 2016, such as 武法, are none.
    public init?(parsing raw: String) {
        var scalars: [Unicode.Scalar] = []
        for scalar in raw.unicodeScalars {
            switch scalar.value {
            // Figures and Chinese characters, before their properties are looked up.
            case 0x30...0x39, 0x4E00...0x9FFF: scalars.append(scalar)
            case 0xFF10...0xFF19: scalars.append(scalar.narrowed)
            case _ where scalar.properties.isWhitespace || scalar.isInvisible: continue
            case _ where "()（）[]［］【】〔〕".unicodeScalars.contains(scalar): continue
            default: scalars.append(scalar)
            }
        }
        let digits = scalars.dropFirst()
        let isSupreme = scalars.elementsEqual("最高法".unicodeScalars)
        guard isSupreme || scalars.first.map(CourtCaseNumber.provinces.contains) ?? false,
            isSupreme || digits.count < 5,
            isSupreme || digits.count % 2 == 0 && digits.allSatisfy({ ("0"..."9").contains($0) })
        else { return nil }
        text = String(String.UnicodeScalarView(scalars))
    }

    /// The court that a code of an abolished one leads to: 金坛市 became a district in 2015, and the court of 戚墅堰区 that
    /// of the economic development zone.
    public var current: String {
        switch text {
        case "苏0482": "苏0413"
        case "苏0405": "苏0492"
        default: text
        }
    }

    public func isSameCourt(as other: CourtCode) -> Bool { current == other.current }

    public var level: CourtCaseNumber.Level {
        switch text.unicodeScalars.count {
        case _ where text == "最高法": .supreme
        case 1: .high
        case 3: .intermediate
        default: .basic
        }
    }
}
