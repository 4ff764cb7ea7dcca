/// The number of a court case, such as （2023）苏0402刑初321号 (最高人民法院关于人民法院案件案号的若干规定, arts. 1–14).
public struct CourtCaseNumber: Sendable, Hashable {
    /// The four levels of people's courts.
    public enum Level: String, Sendable, CaseIterable { case basic, intermediate, high, supreme }

    /// The year in which the court took the case.
    public let year: Int
    /// 法院代字: the court, such as `苏0402`; before 2016 a short name such as `武法`.
    public let courtCharacter: String
    /// 类型代字: the kind of case, such as `刑初`.
    public let typeCharacters: String
    /// The number within court, kind and year, without padding; as written in numbers of the form before 2016.
    public let number: String
    /// What follows 号, such as `之一`.
    public let suffix: String
    /// The form used before 2016, with 字第.
    public let isLegacy: Bool

    /// Reads a text that is one number and nothing else (`CaseNumberGrammar`).
    public init?(parsing raw: String) {
        let grammar = CaseNumberGrammar(raw)
        guard grammar.numbers.count == 1, !grammar.hasLeftWords, let number = grammar.numbers.first else { return nil }
        self = number
    }

    /// Every number of a text, and whether words or digits were left aside.
    public static func reading(
        _ raw: String
    ) -> (numbers: [CourtCaseNumber], hasLeftWords: Bool, hasLeftDigits: Bool) {
        let grammar = CaseNumberGrammar(raw)
        return (grammar.numbers, grammar.hasLeftWords, grammar.hasLeftDigits)
    }

    /// - Parameters:
    ///   - name: court and kind of case, perhaps with 字第.
    ///   - number: digits.
    init?(
        year: Int, name: ArraySlice<Unicode.Scalar>, number: ArraySlice<Unicode.Scalar>, suffix: String
    ) {
        guard (1...8).contains(number.count), number.contains(where: { $0 != "0" }) else { return nil }
        var rest = name
        let hasOldWords = rest.last == "第" && rest.dropLast().last == "字"
        if hasOldWords { rest = rest.dropLast(2) } else if rest.last == "第" { rest = rest.dropLast() }
        guard let (court, type, isCoded) = Self.split(rest, oldForm: hasOldWords) else { return nil }
        self.year = year
        courtCharacter = court
        typeCharacters = type
        self.suffix = suffix
        // 字第 after a coded court is a clerk's habit, not the old form.
        isLegacy = hasOldWords && !isCoded
        self.number = String(scalars: isLegacy ? number : number.drop { $0 == "0" })
    }

    /// The number as the rules write it, with full-width brackets.
    public var canonical: String {
        "（\(year)）\(courtCharacter)\(typeCharacters)\(isLegacy ? "字第" : "")\(number)号\(suffix)"
    }

    /// The court's code; nothing for numbers of the old form, which name a court by a short name of its own.
    public var courtCode: CourtCode? { isLegacy ? nil : CourtCode(parsing: courtCharacter) }

    /// The court's rank, by the length of its code; nothing for numbers of the old form.
    public var level: Level? {
        if isLegacy { return nil }
        if courtCharacter == "最高法" { return .supreme }
        return switch courtCharacter.count {
        case 1: .high
        case 3: .intermediate
        default: .basic
        }
    }

    /// The court's division by GB/T 2260, for courts of Jiangsu that sit for one; the code in force today.
    public var division: String? {
        guard !isLegacy, courtCharacter.first == "苏" else { return nil }
        let code = String(courtCharacter.dropFirst())
        // 0482 is the code of the court of 金坛 before 2015; codes from 90 on and 86 are courts without a division.
        if code == "0482" { return "320413" }
        guard let prefecture = Int(code.prefix(2)) else { return code.isEmpty ? "320000" : nil }
        guard (1...13).contains(prefecture), code != "0405" else { return nil }
        if code.count == 2 { return "32\(code)00" }
        guard code.count == 4, let district = Int(code.suffix(2)), (1..<90).contains(district) else { return nil }
        return "32\(code)"
    }

    /// The code of the list `caseDomain` that the kind of case stands for.
    public var caseDomain: String? {
        if typeCharacters.contains("赔") { return "stateCompensation" }
        if typeCharacters.hasPrefix("司救") { return nil }
        return switch typeCharacters.first {
        case "刑": "criminal"
        case "民": "civil"
        case "行": "administrative"
        default: nil
        }
    }

    /// The code of the list `stage` that the kind of case stands for.
    public var stage: String? {
        for (character, stage) in Self.stages where typeCharacters.contains(character) { return stage }
        return nil
    }

    /// Whether the kind of case is one the rules name; courts also use kinds of their own, such as 民诉前调.
    public var isKnownType: Bool { Self.knownTypes.contains(Array(typeCharacters.utf8)) }

    /// Parts the court from the kind of case.
    private static func split(
        _ rest: ArraySlice<Unicode.Scalar>, oldForm: Bool
    ) -> (court: String, type: String, isCoded: Bool)? {
        var court = rest.prefix(0)
        let isSupreme = rest.starts(with: "最高法".unicodeScalars)
        if isSupreme {
            court = rest.prefix(3)
        } else if let first = rest.first, provinces.contains(first) {
            court = rest.prefix(1 + rest.dropFirst().prefix { $0.isASCIIDigit }.count)
        }
        let isCoded = isSupreme || court.count > 1
        if oldForm, !isCoded {
            // The short name of a court may begin with a province's character: 新 is 新疆 and 新北.
            guard let start = rest.firstIndex(where: { "刑民行执".unicodeScalars.contains($0) }), start > rest.startIndex
            else { return nil }
            court = rest[..<start]
        }
        let type = rest.dropFirst(court.count)
        guard !court.isEmpty, court.count <= 5 && court.count % 2 == 1 || oldForm, (1...6).contains(type.count),
            type.allSatisfy(\.isHan), court.allSatisfy({ $0.isHan || $0.isASCIIDigit })
        else { return nil }
        return (String(scalars: court), String(scalars: type), isCoded)
    }

    static let provinces = Array("京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔贵云滇藏陕甘青宁新兵军".unicodeScalars)

    /// Read in this order: 刑医监 is compulsory treatment before it is supervision.
    private static let stages: [(String, String)] = [
        ("医", "compulsoryTreatment"), ("没", "confiscation"), ("核", "deathReview"), ("更", "enforcement"),
        ("执", "enforcement"), ("诉前调", "mediation"), ("初", "firstInstance"), ("终", "secondInstance"),
        ("再", "retrial"), ("申", "retrial"), ("监", "retrial"), ("抗", "retrial"),
    ]

    /// By their bytes: Swift looks for equivalent forms of every Chinese character before it hashes one.
    private static let knownTypes = Set(
        """
        刑初 刑终 刑监 刑申 刑抗 刑再 刑没 刑核 刑医 刑医解 刑医复 刑医监 刑止 刑更 刑他 民初 民终 民监 民申 民抗 民再 民撤 民特 \
        民特监 民催 民督 民督监 民他 民保令 民保更 行初 行终 行监 行申 行抗 行再 行审 行审复 行他 行赔初 行赔终 行赔监 行赔申 \
        行赔抗 行赔再 法赔 委赔 委赔监 赔他 司救刑 司救民 司救行 司救赔 司救执 司救访 司救他 司惩 司惩复 财保 行保 行保复 证保 \
        执 执恢 执保 执异 执复 执监 执协 执他
        """.split(separator: " ").map { Array($0.utf8) })
}

extension Unicode.Scalar {
    var isASCIIDigit: Bool { (0x30...0x39).contains(value) }

    /// A unified ideograph: U+3400 to U+9FFF, and those beyond the basic plane.
    package var isHan: Bool { (0x3400...0x9FFF).contains(value) || (0x20000...0x323AF).contains(value) }
}
