import Messaging
import Transport
import Vocabulary

/// What an alert is about.
public enum AlertRule: String, Sendable, CaseIterable {
    case deadLetters, deadLetterAge, queueAge, partnerSilence, clocksDueSoon, clocksOverdue, circuitOpen, expiry
    case storeLost, storeDamaged, storeFull, storeUnwritable, auditBroken, calendarMissing, limitsMoved, hearingNear,
        receiptLate,
        exchangeFolder, reloadRefused

    /// About the file of the store as a whole.
    static let ofStore: Set<AlertRule> = [.storeLost, .storeDamaged, .storeFull, .storeUnwritable]

    static func isOfStore(_ condition: AlertCondition) -> Bool {
        AlertRule(rawValue: condition.rule).map(ofStore.contains) ?? false
    }

    /// Seen by one node only: another node's look says nothing about it.
    var isLocal: Bool { self == .circuitOpen || self == .reloadRefused || Self.ofStore.contains(self) }

    /// - Parameter subject: the application, queue, partner, clock, receiver or key; `all` where there is only one.
    public func text(_ phase: AlertMessage.Phase, _ subject: String) -> LocalizedText {
        let begins = phase == .began
        return switch self {
        case .deadLetters:
            begins
                ? LocalizedText(
                    zh: "有报文需要人工处理，请打开异常报文列表。", en: "Letters wait for a person: open the dead letters.")
                : LocalizedText(zh: "异常报文已处理完毕。", en: "The dead letters are dealt with.")
        case .deadLetterAge:
            begins
                ? LocalizedText(zh: "有异常报文超过时限无人处理。", en: "A dead letter has waited too long.")
                : LocalizedText(zh: "不再有超时的异常报文。", en: "No dead letter waits too long any more.")
        case .queueAge:
            begins
                ? LocalizedText(
                    zh: "队列 \(subject) 积压超过时限，请联系该机构。",
                    en: "Queue \(subject) is not being worked: call the institution.")
                : LocalizedText(zh: "队列 \(subject) 恢复正常。", en: "Queue \(subject) is being worked again.")
        case .partnerSilence:
            begins
                ? LocalizedText(
                    zh: "单位 \(subject) 超过时限没有来件，请确认其系统。", en: "Partner \(subject) has gone silent: check its system.")
                : LocalizedText(zh: "单位 \(subject) 恢复来件。", en: "Partner \(subject) sends again.")
        case .clocksDueSoon:
            begins
                ? LocalizedText(zh: "法定期限 \(subject) 即将届满。", en: "Time limit \(subject) comes due soon.")
                : LocalizedText(zh: "期限 \(subject) 不再临近。", en: "No time limit \(subject) is near any more.")
        case .clocksOverdue:
            begins
                ? LocalizedText(
                    zh: "申请 \(subject) 有法定期限已超。", en: "A time limit of application \(subject) has passed.")
                : LocalizedText(
                    zh: "申请 \(subject) 不再有逾期的期限。", en: "No time limit of application \(subject) is overdue any more.")
        case .hearingNear:
            begins
                ? LocalizedText(
                    zh: "申请 \(subject) 即将开庭，尚未指派律师。",
                    en: "Application \(subject) has a hearing soon and no lawyer.")
                : LocalizedText(
                    zh: "申请 \(subject) 已指派律师，或开庭时间已过。",
                    en: "Application \(subject) has a lawyer by now, or its hearing is past.")
        case .receiptLate:
            begins
                ? LocalizedText(
                    zh: "单位 \(subject) 的来件超过时限没有技术回执（CLK-25）。",
                    en: "Files of partner \(subject) wait for their receipt for longer than they may (CLK-25).")
                : LocalizedText(
                    zh: "单位 \(subject) 的来件均已有回执。", en: "Every file of partner \(subject) has its receipt.")
        case .exchangeFolder:
            begins
                ? LocalizedText(
                    zh: "单位 \(subject) 的交换目录有文件无法读取或移动，或目录不可用。",
                    en: "Partner \(subject)'s exchange folder has files that cannot be read or moved, or is out of use."
                )
                : LocalizedText(
                    zh: "单位 \(subject) 的交换目录恢复正常。", en: "Partner \(subject)'s exchange folder is in order again.")
        case .reloadRefused:
            begins
                ? LocalizedText(
                    zh: "重新加载被拒绝，原有设置继续有效。", en: "A reload was refused; what was in force stays.")
                : LocalizedText(zh: "重新加载已成功。", en: "A reload has succeeded.")
        case .limitsMoved:
            begins
                ? LocalizedText(
                    zh: "放假安排或规则生效，有时限已变动，见变动清单。",
                    en: "A plan of days off or a rule came into force, and limits have moved: see the list.")
                : LocalizedText(
                    zh: "近七日没有时限因放假安排或规则变动。", en: "No limits were moved by a plan or a rule for seven days.")
        case .circuitOpen:
            begins
                ? LocalizedText(zh: "无法推送到 \(subject)，已熔断。", en: "The circuit to \(subject) is open.")
                : LocalizedText(zh: "\(subject) 推送恢复。", en: "\(subject) is reached again.")
        case .expiry:
            begins
                ? LocalizedText(zh: "证书或密钥 \(subject) 即将到期，请更换。", en: "\(subject) is about to expire: replace it.")
                : LocalizedText(zh: "\(subject) 已更换。", en: "\(subject) was replaced.")
        case .calendarMissing:
            begins
                ? LocalizedText(
                    zh: "尚无 \(subject) 年放假安排，届满在该年的期限只能暂定。",
                    en: "There is no plan of days off for \(subject): limits that end there are provisional.")
                : LocalizedText(zh: "\(subject) 年放假安排已加载。", en: "The plan of days off for \(subject) is loaded.")
        case .storeLost:
            begins
                ? LocalizedText(
                    zh: "存储文件已不在原处，网关已停止接收。", en: "The store's file is not where it was; nothing is taken.")
                : LocalizedText(zh: "存储文件已放回原处，恢复接收。", en: "The store's file is back in its place.")
        case .storeFull:
            begins
                ? LocalizedText(zh: "存储所在磁盘已满。", en: "The store's device is full.")
                : LocalizedText(zh: "存储所在磁盘已有空间。", en: "The store's device has room again.")
        case .storeUnwritable:
            begins
                ? LocalizedText(zh: "存储所在磁盘拒绝读写。", en: "The store's device refuses to be read or written.")
                : LocalizedText(zh: "存储所在磁盘已可读写。", en: "The store's device takes reads and writes again.")
        case .auditBroken:
            begins
                ? LocalizedText(
                    zh: "审计记录与其封签不符，可能被改动或删除。",
                    en: "The audit trail is not as it was sealed: it may have been changed or cut.")
                : LocalizedText(zh: "审计记录与其封签相符。", en: "The audit trail goes on as it was sealed.")
        case .storeDamaged:
            begins
                ? LocalizedText(zh: "存储文件已损坏。", en: "The store's file is damaged.")
                : LocalizedText(zh: "存储文件核验无损。", en: "The store's file was read through and is sound.")
        }
    }

    /// What to do about it.
    public var advice: LocalizedText {
        switch self {
        case .deadLetters, .deadLetterAge:
            LocalizedText(
                zh: "打开异常报文，按原因逐类处理：更正后重发、指定承办机构或丢弃。",
                en: "Open the dead letters and deal with them cause by cause: mend and resend, choose a queue, discard."
            )
        case .queueAge: Attention.Kind.queueAge.advice
        case .partnerSilence: Attention.Kind.partnerSilence.advice
        case .clocksDueSoon: Attention.Kind.clocksDueSoon.advice
        case .clocksOverdue: Attention.Kind.clocksOverdue.advice
        case .circuitOpen: Attention.Kind.circuitOpen.advice
        case .expiry: Attention.Kind.expiry.advice
        case .storeLost: Attention.Kind.storeLost.advice
        case .storeDamaged: Attention.Kind.storeDamaged.advice
        case .storeFull: Attention.Kind.storeFull.advice
        case .storeUnwritable: Attention.Kind.storeUnwritable.advice
        case .auditBroken: Attention.Kind.auditBroken.advice
        case .calendarMissing: Attention.Kind.calendarMissing.advice
        case .limitsMoved: Attention.Kind.limitsMoved.advice
        case .hearingNear: Attention.Kind.hearingNear.advice
        case .receiptLate: Attention.Kind.receiptLate.advice
        case .exchangeFolder: Attention.Kind.exchangeFolder.advice
        case .reloadRefused: Attention.Kind.reloadRefused.advice
        }
    }
}
