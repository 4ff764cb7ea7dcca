import Canonical
import StrictJSON
import Vocabulary

/// What follows from the identity number and the birth date, and where the sender's own words contradict them. Nothing
/// is corrected: both are kept, and the contradiction is told.
struct Consistency {
    /// The fields that contradictions are found by.
    static let evidence = ["recipient/idNumber", "recipient/birthDate"]
    /// Those that findings can speak of, too.
    static let fields =
        evidence + [
            "recipient/sexCode", "recipient/age", "groupFlags", "recipient/custody/kind",
            "proceeding/handlingOrgan/code",
            "proceeding/handlingOrgan/name", "proceeding/handlingOrgan/division", "criminal/noticeGrounds",
        ] + others.map { $0.isList ? $0.path : $0.path + "/idNumber" }

    /// Everyone else whose identity number an application may bear.
    private static let others = [
        (path: "recipient/statutoryRepresentative", isList: false), (path: "applyingAgent/person", isList: false),
        (path: "applyingAgent/person/statutoryRepresentative", isList: false),
        (path: "opposingParties", isList: true), (path: "reference", isList: false),
    ]

    private(set) var application: LegalAidApplication
    private(set) var findings: [Finding] = []
    private let mapping: String

    /// - Parameters:
    ///   - courts: the code list of courts, for what a court's name says.
    ///   - divisions: that of divisions, for what another organ's name says.
    ///   - isTypeUnreadable: the document names a kind of paper that no list knows.
    init(
        _ application: consuming LegalAidApplication, mapping: String, today: CalendarDate, courts: CodeList? = nil,
        divisions: CodeList? = nil, isTypeUnreadable: Bool = false
    ) {
        self.application = application
        self.mapping = mapping
        // A supplement, a withdrawal or an event names its person by reference only.
        if self.application.content["recipient"] != nil {
            let contradictions = self.application.content.change("recipient") {
                Self.checkIdentity(of: &$0, today, isTypeUnreadable)
            }
            for (code, path) in contradictions { warn(code, path) }
            checkCustody()
        }
        checkOthers(today)
        checkCourt(courts)
        checkCaseYear(today)
        deriveLevel()
        checkDivision(divisions)
        checkOrdinaryGround()
        deriveGroups(on: today)
    }

    private mutating func warn(_ code: String, _ path: String) {
        findings.append(Finding(severity: .warning, code: code, path: path, location: nil, rule: mapping))
    }

    private static func checkIdentity(
        of recipient: inout JSONObject, _ today: CalendarDate, _ isTypeUnreadable: Bool
    ) -> [(code: String, path: String)] {
        guard let number = recipient["idNumber"]?.string else {
            recipient["idCheck"] = .string(IdCheck.absent.rawValue)
            return []
        }
        // A number of a paper that nobody knows is no resident's number.
        if isTypeUnreadable, recipient["idType"] == nil, !isShapedLikeResidents(number) {
            recipient["idCheck"] = .string(IdCheck.notChecked.rawValue)
            return []
        }
        let type = recipient["idType"]?.string ?? "111"
        let check = IdentityDocument.check(number, type: type, today: today)
        if check != .notChecked, !isTypeUnreadable { recipient["idType"] = .string(type) }
        recipient["idCheck"] = .string(check.rawValue)
        guard check != .notChecked else { return [] }
        guard check == .valid || check == .validLegacyArea else { return [(check.rawValue, "recipient.idNumber")] }
        var contradictions: [(code: String, path: String)] = []
        let sex = ResidentID.sexCode(of: number)
        if let declared = recipient["sexCode"]?.string {
            if let sex, declared != sex, declared == "1" || declared == "2" {
                contradictions.append(("sexConflict", "recipient.sexCode"))
            }
        } else {
            recipient["sexCode"] = .text(sex)
        }
        guard let birth = ResidentID.birthDate(of: number) else { return contradictions }
        if let declared = recipient["birthDate"]?.string.flatMap({ CalendarDate(iso: $0) }) {
            recipient["birthDateSource"] = "declared"
            if declared != birth { contradictions.append(("birthDateConflict", "recipient.birthDate")) }
        } else {
            recipient["birthDate"] = .string(birth.iso)
            recipient["birthDateSource"] = "derivedFromId"
        }
        return contradictions
    }

    /// Numbers of the others are kept as they came; what is wrong with one is told as the recipient's is.
    private mutating func checkOthers(_ today: CalendarDate) {
        for (path, isList) in Self.others {
            let place = TargetTree.dotted(path)
            guard let value = application.value(place) else { continue }
            let persons = isList ? value.array ?? [] : [value]
            for (index, person) in persons.enumerated() {
                guard let number = person["idNumber"]?.string else { continue }
                let check = IdentityDocument.check(number, type: person["idType"]?.string ?? "111", today: today)
                switch check {
                case .valid, .validLegacyArea, .notChecked, .absent: continue
                case .checksumError, .formatError:
                    warn(check.rawValue, place + (isList ? "[\(index)]" : "") + ".idNumber")
                }
            }
        }
    }

    /// Whoever is on bail or under residential surveillance is free, whatever place stands beside it.
    private mutating func checkCustody() {
        // A day alone is none of custody: what stands in the place of it names none, and is told.
        if application.value("recipient.custody") != nil, application.value("recipient.custody.kind") == nil,
            application.value("recipient.custody.place") == nil
        {
            application.set("recipient.custody", nil)
        }
        guard application.value("recipient.custody") != nil, !application.isInCustody,
            let kind = application.text("recipient.custody.kind"), kind != "notInCustody"
        else { return }
        application.set("recipient.custody.kind", "notInCustody")
        warn("contradiction", "recipient.custody.kind")
    }

    /// The case number is trusted more than the code of the court, and the code more than its name (domain §6.6).
    private mutating func checkCourt(_ courts: CodeList?) {
        guard application.text("proceeding.handlingOrgan.type") == "court" else { return }
        let number = application.text("proceeding.caseNumber").flatMap { CourtCaseNumber(parsing: $0)?.courtCode }
        let code = application.text("proceeding.handlingOrgan.code").flatMap { CourtCode(parsing: $0) }
        let name = application.text("proceeding.handlingOrgan.name").flatMap { courts?.code(for: $0) }
        if let number, let code, !number.isSameCourt(as: code) {
            application.set("proceeding.handlingOrgan.code", .string(number.text))
            application.set("proceeding.handlingOrgan.level", nil)
            // A name that follows from the code falls with it.
            if name == code.text {
                application.set("proceeding.handlingOrgan.name", .text(courts?.name(of: number.text)))
            }
            warn("courtConflict", "proceeding.handlingOrgan.code")
        } else if let court = number ?? code, let other = name.flatMap({ CourtCode(parsing: $0) }),
            !other.isSameCourt(as: court)
        {
            warn("courtConflict", "proceeding.handlingOrgan.name")
        }
        if code == nil, let written = application.text("proceeding.handlingOrgan.code") {
            // A division, a name or a number of another system is no court's code.
            warn("unknownCode", "proceeding.handlingOrgan.code")
            let named = courts?.code(for: written)
            application.set("proceeding.handlingOrgan.code", .text(number?.text ?? named))
        }
        guard let court = number ?? code, application.value("proceeding.handlingOrgan.level") == nil else { return }
        switch court.level {
        case .basic, .intermediate: application.set("proceeding.handlingOrgan.level", .string(court.level.rawValue))
        case .high, .supreme: break
        }
    }

    /// A case is numbered in the year in which it comes in, which is none to come.
    private mutating func checkCaseYear(_ today: CalendarDate) {
        guard let number = application.text("proceeding.caseNumber").flatMap({ CourtCaseNumber(parsing: $0) }),
            number.year > today.year || number.year < 1949
        else { return }
        warn(number.year > today.year ? "dateInFuture" : "dateImplausible", "proceeding.caseNumber")
    }

    /// The division of a police organ or a procuratorate says its level (GB/T 2260): 3204 00 is a city's own, 320402 lies in
    /// it, and above stand provinces, which have no word here. A court's own code says more.
    private mutating func deriveLevel() {
        guard ["publicSecurity", "procuratorate"].contains(application.text("proceeding.handlingOrgan.type")),
            application.value("proceeding.handlingOrgan.level") == nil,
            let division = application.text("proceeding.handlingOrgan.division").map(AdministrativeDivision.current),
            division.utf8.count == 6, division.utf8.allSatisfy(Converter.isDigit), !division.hasSuffix("0000")
        else { return }
        guard division.hasSuffix("00") else {
            application.set("proceeding.handlingOrgan.level", .string("basic"))
            return
        }
        // A branch or a district's organ may be written with the city's digits; only the city's own is the city's.
        // 自治区 is a province, and 地区 a prefecture.
        let name = ["自治区", "地区"].reduce(application.text("proceeding.handlingOrgan.name") ?? "") {
            $0.replacing($1, with: "")
        }
        guard !["区", "县", "分局", "派出所"].contains(where: name.contains) else {
            // A branch of the police may have a code under the city's; a district's procuratorate has its district's.
            if application.text("proceeding.handlingOrgan.type") == "procuratorate" {
                warn("contradiction", "proceeding.handlingOrgan.division")
            }
            return
        }
        application.set("proceeding.handlingOrgan.level", .string("city"))
    }

    /// The name of a police organ or a procuratorate says where it is, as its code does: 常州市公安局武进分局 and 320412.
    private mutating func checkDivision(_ divisions: CodeList?) {
        guard ["publicSecurity", "procuratorate"].contains(application.text("proceeding.handlingOrgan.type")),
            let division = application.text("proceeding.handlingOrgan.division").map(AdministrativeDivision.current),
            let name = application.text("proceeding.handlingOrgan.name"), let divisions, !division.hasSuffix("00")
        else { return }
        // 武进 alone is enough, as branches are named.
        let named = divisions.entries.filter { !$0.code.hasSuffix("00") && name.contains($0.zh.dropLast()) }
        let codes = Set(named.map { AdministrativeDivision.current($0.code) })
        guard !codes.isEmpty, !codes.contains(division) else { return }
        warn("contradiction", "proceeding.handlingOrgan.division")
    }

    private static let ownCounsel = CodeList(
        name: "ownCounsel", standard: nil, match: .contains,
        entries: [
            CodeEntry(
                code: "1", zh: "委托辩护",
                aliases: [
                    "委托律师", "委托了", "已委托", "已经委托", "自行委托", "聘请律师", "聘请了", "已聘请", "请了律师", "已请律师", "有律师", "有辩护人", "有辩护律师",
                ]),
            // Who cannot or will not retain one has none.
            CodeEntry(
                code: "", zh: "无法委托律师",
                aliases: ["无法", "无力", "不能", "无能力", "拒绝"].flatMap { cannot in
                    ["委托辩护", "委托律师", "自行委托", "聘请律师", "自行聘请"].map { cannot + $0 }
                }),
        ])

    /// The ordinary procedure is a ground only where nobody defends the accused (法律援助法 25 ¶2). Whom others retained
    /// (NG-31) says nothing of that.
    private mutating func checkOrdinaryGround() {
        guard let grounds = application.value("criminal.noticeGrounds")?.array, grounds.contains("NG-11"),
            !grounds.contains("NG-31"), let text = application.text("criminal.noticeGroundText")
        else { return }
        let counsel = Self.ownCounsel.reading(in: text)
        guard !counsel.codes.isEmpty, !counsel.isDenied else { return }
        let rest = grounds.filter { $0 != "NG-11" }
        application.set("criminal.noticeGrounds", rest.isEmpty ? nil : .array(rest))
        warn("contradiction", "criminal.noticeGrounds")
    }

    private static func isShapedLikeResidents(_ number: String) -> Bool {
        let digits = number.utf8.prefix(17)
        return (number.utf8.count == 18 || number.utf8.count == 15) && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    private mutating func deriveGroups(on today: CalendarDate) {
        let written =
            application.text("source.sentAt").flatMap { CalendarDate(iso: $0.prefix(10)) }
            ?? application.text("source.letterDate").flatMap { CalendarDate(iso: $0) } ?? today
        if let age = application.value("recipient.ageAtEvent")?.int, age > 130 {
            application.set("recipient.ageAtEvent", nil)
            warn("ageConflict", "recipient.ageAtEvent")
        }
        let declaredAge = application.value("recipient.age")?.int
        // Only for this comparison; it is no part of the application.
        if declaredAge != nil { application.set("recipient.age", nil) }
        guard let birth = application.birthDate else { return }
        // Nobody is older than today, and nobody writes of the unborn.
        let age = birth.years(until: written < birth ? today : min(written, today))
        if let declaredAge, declaredAge != age { warn("ageConflict", "recipient.age") }
        if age < 18 { flag("minor") }
        if age >= 60 { flag("elderly") }
        if application.hasFlag("advancedAge"), age < 80 { warn("flagNotSupportedByAge", "groupFlags.advancedAge") }
    }

    private mutating func flag(_ code: String) {
        guard !application.hasFlag(code) else { return }
        let flags = application.value("groupFlags")?.array ?? []
        application.set("groupFlags", .array(flags + [["code": .string(code), "assertedBy": "derived"]]))
    }
}
