import Vocabulary

/// What is kept for a time of its own.
public enum RetentionKind: String, Sendable, CaseIterable {
    /// Status shares, wherever they stand: evidence, the document that brought it, what was derived from it.
    case shares
    /// Leads that never became an application, with their documents.
    case leads
    /// The bytes of messages as they came, with the attachments that they refer to.
    case documents
    /// Canonical applications, and what followed them.
    case applications
    /// What senders and institutions were told of applications.
    case statuses
    /// Free text in the history of applications and of their messages.
    case history
    /// Dead letters that ended: the document, the findings, the problem in words.
    case deadLetters
    /// Operators' sessions and failed sign-ins that are over.
    case signIns
    /// Messages to the alarm system that were sent or given up.
    case alerts
    /// The audit trail. It holds no personal data of the people helped, and each row proves the one before.
    case audit

    /// What of the store belongs to it, in the order in which it is erased.
    public var parts: [RetentionPart] { RetentionPart.allCases.filter { $0.kind == self } }

    /// How many days may be said; none where it is never erased.
    public var allowedDays: ClosedRange<Int>? {
        switch self {
        case .shares: 1...365
        case .leads: 1...183
        case .documents, .applications, .statuses, .history, .deadLetters, .signIns, .alerts: 1...36_500
        case .audit: nil
        }
    }

    /// Whether it may be kept without an end.
    public var mayBeKeptForever: Bool {
        switch self {
        case .shares, .leads: false
        case .documents, .applications, .statuses, .history, .deadLetters, .signIns, .alerts, .audit: true
        }
    }

    public var title: LocalizedText {
        switch self {
        case .shares: LocalizedText(zh: "数据共享信息", en: "status shares")
        case .leads: LocalizedText(zh: "未成为申请的线索", en: "leads that never became applications")
        case .documents: LocalizedText(zh: "原始报文及附件", en: "documents as they came, with attachments")
        case .applications: LocalizedText(zh: "申请内容及后续报文", en: "applications and what followed them")
        case .statuses: LocalizedText(zh: "办理进展及其报文", en: "statuses and the messages that told them")
        case .history: LocalizedText(zh: "经过中的文字", en: "free text in histories")
        case .deadLetters: LocalizedText(zh: "已处理的异常报文", en: "dead letters that ended")
        case .signIns: LocalizedText(zh: "登录会话及失败记录", en: "sessions and failed sign-ins")
        case .alerts: LocalizedText(zh: "已发出的告警", en: "alert messages that were sent")
        case .audit: LocalizedText(zh: "审计记录", en: "audit trail")
        }
    }
}
