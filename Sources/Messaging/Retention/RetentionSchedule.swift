import Vocabulary

/// How long one kind is kept, and why.
public struct RetentionRule: Sendable, Hashable {
    /// From the end of a case, or from receipt where there is none; nothing where it is kept without an end.
    public let days: Int?
    public let basis: LocalizedText

    public init(days: Int?, basis: LocalizedText) {
        self.days = days
        self.basis = basis
    }

    /// What ended before this is past its period; nothing where it has none.
    public func cutoff(at now: Instant) -> Instant? {
        days.map { now.advanced(milliseconds: -Int64($0) * 86_400_000) }
    }
}

/// How long each kind is kept.
public struct RetentionSchedule: Sendable, Hashable {
    private var rules: [RetentionKind: RetentionRule] = [:]

    public init() {}

    public subscript(kind: RetentionKind) -> RetentionRule {
        get { rules[kind] ?? Self.standard(kind) }
        set { rules[kind] = newValue }
    }

    /// What holds where nothing else is said. 法律援助案件的档案 is the institution's: what the gateway keeps is a copy.
    private static func standard(_ kind: RetentionKind) -> RetentionRule {
        let copy = LocalizedText(
            zh: "个人信息保护法第十九条、第四十七条；案卷按法律援助机构档案管理规定保存，网关只存副本，自办结之日起算",
            en:
                "PIPL 19, 47; case files follow the archive rules of the centre, the gateway keeps a copy, from the end on"
        )
        let own = LocalizedText(zh: "个人信息保护法第十九条、第四十七条", en: "PIPL 19, 47")
        switch kind {
        case .shares:
            return RetentionRule(
                days: 365,
                basis: LocalizedText(zh: "个人信息保护法第十九条、第四十七条；最长十二个月", en: "PIPL 19, 47; twelve months at most"))
        case .leads:
            return RetentionRule(
                days: 183,
                basis: LocalizedText(zh: "个人信息保护法第十九条、第四十七条；最长六个月", en: "PIPL 19, 47; six months at most"))
        case .documents, .statuses: return RetentionRule(days: 365, basis: copy)
        case .applications, .history: return RetentionRule(days: 730, basis: copy)
        case .deadLetters: return RetentionRule(days: 365, basis: own)
        case .signIns, .alerts: return RetentionRule(days: 183, basis: own)
        case .audit:
            return RetentionRule(
                days: nil,
                basis: LocalizedText(
                    zh: "网络安全法（2016）第二十一条第三项：日志留存不少于六个月；审计记录首尾相证，全部保存",
                    en: "Cybersecurity Law (2016) 21(3): logs six months at least; the chain is kept whole"))
        }
    }
}
