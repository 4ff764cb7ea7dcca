import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What a dead letter's error is called. The code is stable: scripts and manuals may name it.
public enum FailureAdvice: String, Sendable, CaseIterable {
    case unreadable = "letter-unreadable"
    case unknownDocument = "letter-unknown-document"
    case contentInvalid = "letter-content-invalid"
    case notTheSenders = "letter-not-the-senders"
    case noRoute = "letter-no-route"
    case severalRoutes = "letter-several-routes"
    case leasesEnded = "letter-leases-ended"
    case rejected = "letter-rejected"
    case notReached = "letter-not-reached"
    case refused = "letter-refused"
    case receiverFailing = "letter-receiver-failing"
    case unreadablePayload = "letter-unreadable-payload"
    case pushFailed = "letter-push-failed"
    case expired = "letter-expired"
    case documentErased = "letter-document-erased"

    public init(_ deadLetter: DeadLetterSummary) {
        self = deadLetter.isBeyondMending ? .documentErased : FailureAdvice(deadLetter.cause)
    }

    public init(_ cause: DeadLetterCause) {
        switch cause.failure {
        case .finding("noMapping"): self = .unknownDocument
        case .finding("senderMismatch"): self = .notTheSenders
        case .finding(let code): self = Self.unreadableDocument.contains(code) ? .unreadable : .contentInvalid
        case .noRule: self = .noRoute
        case .ambiguous: self = .severalRoutes
        case .leaseEnded: self = .leasesEnded
        case .rejected: self = .rejected
        case .unreadablePayload: self = .unreadablePayload
        case .notReached: self = .notReached
        case .refused: self = .refused
        case .http: self = .receiverFailing
        case .notConfirmed, .notWritten: self = .pushFailed
        case .keepUntil: self = .expired
        case .other:
            self =
                switch cause.reason {
                case .invalid: .contentInvalid
                case .unroutable: .noRoute
                case .exhausted: .rejected
                case .undeliverable: .pushFailed
                case .expired: .expired
                }
        }
    }

    private static let unreadableDocument: Set<String> = [
        "notWellFormed", "declarationMisplaced", "notJSON", "duplicateKey", "badEncoding", "byteOrderMarkInside",
        "securityDoctype", "tooDeep",
        "tooLarge", "tooManyNodes", "tooManyAttributes", "empty-document",
    ]

    public var turn: Turn {
        switch self {
        case .unreadable, .contentInvalid, .notTheSenders, .documentErased: .sender
        case .unknownDocument, .noRoute, .severalRoutes, .unreadablePayload: .gateway
        case .leasesEnded, .rejected, .notReached, .refused, .receiverFailing, .pushFailed, .expired: .receiver
        }
    }

    /// What helps, the likeliest first.
    public var remedies: [Remedy] {
        switch self {
        case .unreadable, .contentInvalid, .notTheSenders: [.editAndResend, .retry, .discard]
        case .unknownDocument: [.retry, .editAndResend, .discard]
        case .noRoute, .severalRoutes: [.chooseQueue, .retry, .discard]
        case .leasesEnded, .rejected, .notReached, .refused, .receiverFailing, .unreadablePayload, .pushFailed,
            .expired:
            [.retry, .discard]
        case .documentErased: [.discard]
        }
    }

    /// What a retry does, in a line under its button.
    public var retrying: LocalizedText {
        switch self {
        case .noRoute, .severalRoutes:
            LocalizedText(zh: "按现行规则重新分派，报文不变。", en: "Asks the rules again; the message stays as it is.")
        case .unreadable, .unknownDocument, .contentInvalid, .notTheSenders, .leasesEnded, .rejected, .notReached,
            .refused, .receiverFailing, .unreadablePayload, .pushFailed, .expired, .documentErased:
            LocalizedText(zh: "从失败处再试一次，报文不变。", en: "Again from where it failed; the message stays as it is.")
        }
    }

    /// What happened, in a word or two.
    public var brief: LocalizedText {
        switch self {
        case .unreadable: LocalizedText(zh: "报文无法读取", en: "unreadable")
        case .unknownDocument: LocalizedText(zh: "没有适用的映射", en: "no mapping")
        case .contentInvalid: LocalizedText(zh: "内容缺失或有误", en: "invalid content")
        case .notTheSenders: LocalizedText(zh: "单位代码不符", en: "not the sender's")
        case .noRoute: LocalizedText(zh: "无法确定机构", en: "no institution")
        case .severalRoutes: LocalizedText(zh: "指向多个机构", en: "several institutions")
        case .leasesEnded: LocalizedText(zh: "领取后未确认", en: "never acknowledged")
        case .rejected: LocalizedText(zh: "机构系统退回", en: "rejected")
        case .notReached: LocalizedText(zh: "接收地址不通", en: "not reached")
        case .refused: LocalizedText(zh: "接收方拒收", en: "refused")
        case .receiverFailing: LocalizedText(zh: "接收系统出错", en: "receiver failing")
        case .unreadablePayload: LocalizedText(zh: "已存内容打不开", en: "stored content lost")
        case .pushFailed: LocalizedText(zh: "推送失败", en: "push failed")
        case .expired: LocalizedText(zh: "已过保留期限", en: "expired")
        case .documentErased: LocalizedText(zh: "共享原文已到期删除", en: "share erased at its time")
        }
    }

    /// What happened.
    public var happened: LocalizedText {
        switch self {
        case .unreadable:
            LocalizedText(zh: "报文本身不完整或不合规，无法读取。", en: "The document is broken and cannot be read.")
        case .unknownDocument:
            LocalizedText(zh: "没有适用于该报文的映射。", en: "No mapping fits this document.")
        case .contentInvalid:
            LocalizedText(
                zh: "报文可以读取，但有必填内容缺失或无法识别。",
                en: "The document can be read, but required content is missing or not understood.")
        case .notTheSenders:
            LocalizedText(
                zh: "报文中的报送单位代码不属于提交单位。", en: "The sender code in the message is not one of the caller's.")
        case .noRoute: LocalizedText(zh: "没有规则能确定承办机构。", en: "No rule names the responsible institution.")
        case .severalRoutes:
            LocalizedText(zh: "规则同时指向多个机构。", en: "The rules point to several institutions.")
        case .leasesEnded:
            LocalizedText(
                zh: "机构多次领取后均未在期限内确认。", en: "The institution leased it several times and never acknowledged.")
        case .rejected: LocalizedText(zh: "机构系统退回了该申请。", en: "The institution's system rejected it.")
        case .notReached:
            LocalizedText(zh: "接收地址多次无法连接。", en: "The receiver could not be reached, several times over.")
        case .refused:
            LocalizedText(zh: "接收方明确拒收（HTTP 4xx）。", en: "The receiver refused it for good (HTTP 4xx).")
        case .receiverFailing:
            LocalizedText(zh: "接收方系统持续出错或繁忙。", en: "The receiver's system kept failing or was busy.")
        case .unreadablePayload:
            LocalizedText(zh: "已存报文内容无法打开。", en: "The stored content of the message cannot be opened.")
        case .pushFailed: LocalizedText(zh: "推送失败。", en: "The push failed.")
        case .expired:
            LocalizedText(
                zh: "超过保留期限，仍未送达或未等到所指的转介。",
                en: "Its keep-by time passed before it was delivered, or before the referral that it is about came.")
        case .documentErased:
            LocalizedText(
                zh: "共享信息的保存期限已到，原文已删除，只留发现的问题、时间与摘要。",
                en:
                    "The time for which a status share is kept is over and its document was erased; findings, times and digest are left."
            )
        }
    }

    /// Whose turn it is, and what to press.
    public var advice: LocalizedText {
        switch self {
        case .unreadable:
            LocalizedText(
                zh: "请报送单位更正后重发（可沿用原编号），或按标出的位置点“编辑并重发”。",
                en:
                    "Ask the sender to send it corrected (the id may be reused), or press Edit and resend at the marked place."
            )
        case .unknownDocument:
            LocalizedText(
                zh: "网关：补充或更正映射并重新加载，再点“重试”；若单位发错报文，点“丢弃”。",
                en: "Gateway: add or mend the mapping, reload, then press Retry; if it was sent by mistake, Discard.")
        case .contentInvalid:
            LocalizedText(
                zh: "请报送单位补正后重发；若是映射问题，更正后点“重试”；可确认的笔误点“编辑并重发”。",
                en:
                    "Ask the sender to mend it; if the mapping is wrong, mend that and press Retry; for a certain slip, Edit and resend."
            )
        case .notTheSenders:
            LocalizedText(
                zh: "与报送单位核对单位代码；登记有误时更正登记后点“重试”。",
                en: "Check the code with the sender; if the registry is wrong, mend it and press Retry.")
        case .noRoute, .severalRoutes:
            LocalizedText(
                zh: "由调度人员选择承办机构并写明理由：点“指定承办机构”；规则有误的，更正并重新加载后点“重试”。",
                en:
                    "A dispatcher chooses the institution and gives a reason: press Choose queue. If the rules are wrong, mend and reload them and press Retry."
            )
        case .leasesEnded, .rejected:
            LocalizedText(
                zh: "与机构联系，系统恢复后点“重试”重新排队。",
                en: "Call the institution; when its system works again press Retry.")
        case .notReached, .receiverFailing, .pushFailed:
            LocalizedText(
                zh: "与接收方确认系统恢复后点“重试”。", en: "When the receiver works again press Retry.")
        case .refused:
            LocalizedText(
                zh: "向接收方查明拒收原因并排除后点“重试”，不再需要时点“丢弃”。",
                en: "Learn from the receiver why, have it mended and press Retry; if no longer needed, Discard.")
        case .unreadablePayload:
            LocalizedText(
                zh: "网关：检查存储是否损坏（gateway check），修复或恢复备份后点“重试”。",
                en:
                    "Gateway: check the store for damage (gateway check), mend it or restore a backup, then press Retry."
            )
        case .expired:
            LocalizedText(
                zh: "仍然需要时点“重试”：重新送达，或重新查找所指的转介；否则点“丢弃”。",
                en: "If it is still wanted press Retry: it is sent, or looks for its referral, again. Else Discard.")
        case .documentErased:
            LocalizedText(
                zh: "已无可更正的原文：仍然需要的，请报送单位重新报送；点“丢弃”结束。",
                en: "Nothing is left to mend: if it is still wanted, the sender sends it anew. Press Discard to end it."
            )
        }
    }
}

extension Remedy {
    /// The button.
    public var label: LocalizedText {
        switch self {
        case .retry: LocalizedText(zh: "重试", en: "Retry")
        case .editAndResend: LocalizedText(zh: "编辑并重发", en: "Edit and resend")
        case .chooseQueue: LocalizedText(zh: "指定承办机构", en: "Choose queue")
        case .discard: LocalizedText(zh: "丢弃", en: "Discard")
        }
    }
}
