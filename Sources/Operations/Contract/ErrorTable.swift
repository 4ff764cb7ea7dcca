import StrictJSON
import Translation
import Transport
import Vocabulary

/// Every error that the gateway can tell, in one table: whose turn it is, what happened, what to do.
public enum ErrorTable {
    /// Where an error is met.
    public enum Family: String, Sendable, CaseIterable {
        /// The answer to a call (`type` of the problem).
        case answer
        /// A dead letter (`code`).
        case deadLetter
        /// One field of a document (`code` of a finding).
        case finding
    }

    public struct Row: Sendable {
        public let family: Family
        /// Stable: scripts and manuals may name it.
        public let code: String
        public let turn: Turn
        public let happened: LocalizedText
        public let advice: LocalizedText

        public var json: JSONValue {
            func both(_ text: LocalizedText) -> JSONValue { ["zh": .string(text.zh), "en": .string(text.en)] }
            return [
                "family": .string(family.rawValue), "code": .string(code), "turn": .string(turn.rawValue),
                "happened": both(happened), "advice": both(advice),
            ]
        }
    }

    public static var rows: [Row] {
        Problem.Kind.allCases.map {
            Row(family: .answer, code: $0.rawValue, turn: $0.turn, happened: $0.title, advice: $0.advice)
        }
            + FailureAdvice.allCases.map {
                Row(
                    family: .deadLetter, code: $0.rawValue, turn: $0.turn, happened: $0.happened, advice: $0.advice)
            }
            + Finding.messages.sorted { $0.key < $1.key }.map { finding($0, $1) }
    }

    /// The same and the codes of the mappings' own.
    public static func rows(with own: [(code: String, message: String)]) -> [Row] {
        rows + own.map { finding($0.code, $0.message) }
    }

    private static func finding(_ code: String, _ message: String) -> Row {
        let turn: Turn = code == "noMapping" ? .gateway : .sender
        return Row(
            family: .finding, code: code, turn: turn, happened: LocalizedText(bilingual: message),
            advice: turn == .gateway ? FailureAdvice.unknownDocument.advice : mendAndResend)
    }

    private static let mendAndResend = LocalizedText(
        zh: "错误：请报送单位按位置更正后重发；警告：无需处理，下次请改正。",
        en: "An error: the sender mends the place and sends again. A warning: nothing to do now; mend it next time.")
}

extension Problem.Kind {
    public var turn: Turn {
        switch self {
        case .badRequest, .unauthorized, .credentialExpired, .signatureRefused, .certificateRefused, .forbidden,
            .notFound,
            .methodNotAllowed,
            .messageIdConflict, .disagreement,
            .illegalTransition, .leaseEnded, .stale, .wrongState, .tooLarge, .unsupportedMediaType, .targetTooLong,
            .headersTooLarge,
            .notTranslatable, .incompleteReport, .timedOut, .tooManyAttempts, .quotaExceeded,
            .rateExceeded, .versionNotSupported:
            .sender
        case .overloaded, .storeUnavailable, .outcomeUnknown, .internalError: .gateway
        }
    }

    /// What the caller does next.
    public var advice: LocalizedText {
        switch self {
        case .badRequest:
            LocalizedText(zh: "按 detail、errors 更正请求后再发。", en: "Mend the request as detail and errors say.")
        case .unauthorized:
            LocalizedText(zh: "使用有效凭证，或重新登录。", en: "Use a valid credential, or sign in again.")
        case .credentialExpired:
            LocalizedText(
                zh: "请网关管理员用 gateway keys new 签发新令牌，改用新令牌后重发。",
                en: "Have the gateway's administrator issue a new token (gateway keys new), and send again with it.")
        case .signatureRefused:
            LocalizedText(
                zh: "核对密钥编号、算法、时钟和所覆盖的各项后重新签名；原因见网关审计记录，可请网关管理员查看。",
                en:
                    "Check key id, algorithm, clock and what is covered, and sign anew; the gateway's administrator finds the reason in the audit trail."
            )
        case .certificateRefused:
            LocalizedText(
                zh: "按 detail 所述更换客户端证书后重新连接；证书须由网关信任的机构签发，并在 credentials.xml 中登记。",
                en:
                    "Connect again with another client certificate, as detail says: one that an authority trusted here issued, and that credentials.xml names."
            )
        case .forbidden:
            LocalizedText(zh: "换用有权限的账户，或请管理员授权。", en: "Use an account that may, or ask the administrator.")
        case .notFound, .methodNotAllowed:
            LocalizedText(zh: "对照接口说明核对地址、编号和方法。", en: "Check address, id and method.")
        case .messageIdConflict:
            LocalizedText(
                zh: "换用新的报文编号，或提交更正、撤销报文。", en: "Use a new message id, or send a correction or cancellation.")
        case .disagreement:
            LocalizedText(
                zh: "按 errors 所列，改用报文所指转介的地址或去掉 mapping 参数，或更正报文后重发。",
                en: "As errors tells, call the path that the document means, leave mapping out, or mend the document.")
        case .illegalTransition:
            LocalizedText(zh: "按 legal 所列选择允许的步骤。", en: "Take one of the steps that legal lists.")
        case .leaseEnded: LocalizedText(zh: "重新领取该申请。", en: "Lease the application again.")
        case .stale: LocalizedText(zh: "重新读取后再操作。", en: "Read it again, then repeat the act.")
        case .wrongState: LocalizedText(zh: "按 detail 所述改用其他操作。", en: "Do what detail says instead.")
        case .tooLarge: LocalizedText(zh: "减小报文，或将附件单独上传。", en: "Send less, or upload attachments apart.")
        case .unsupportedMediaType:
            LocalizedText(
                zh: "改发 XML 或 JSON 报文（可用 gzip 压缩）；附件用 Base64 写在报文内，或先上传再以摘要引用。",
                en:
                    "Send an XML or JSON document, gzip or plain; attachments go into it as Base64, or are uploaded first."
            )
        case .targetTooLong: LocalizedText(zh: "缩短网址，查询条件分次发送。", en: "Send a shorter address; ask in several calls.")
        case .headersTooLarge: LocalizedText(zh: "减小请求头。", en: "Send smaller header fields.")
        case .notTranslatable:
            LocalizedText(
                zh: "按 errors 逐项更正后重发，可沿用原编号。", en: "Mend what errors lists and send again; the id may be reused.")
        case .incompleteReport:
            LocalizedText(
                zh: "按 errors 补全后重新报告；各步骤须告知的内容见 config/rules/reports.xml。",
                en: "Add what errors lists and report again; config/rules/reports.xml holds what each step must tell.")
        case .timedOut: LocalizedText(zh: "检查网络后重发。", en: "Check the network and send again.")
        case .versionNotSupported: LocalizedText(zh: "改用 HTTP/1.1 发送。", en: "Send by HTTP/1.1.")
        case .tooManyAttempts, .rateExceeded:
            LocalizedText(zh: "等待 Retry-After 所示时间后再试。", en: "Wait as long as Retry-After says.")
        case .quotaExceeded:
            LocalizedText(
                zh: "先发送引用这些附件的报文，或等到 Retry-After 所示时间，未引用的附件届时删除。",
                en:
                    "Send the messages that refer to them, or wait as Retry-After says: what nobody refers to is erased."
            )
        case .overloaded, .storeUnavailable:
            LocalizedText(
                zh: "按 Retry-After 稍后重发；持续出现时请网关管理员查看存储。",
                en: "Send again after Retry-After; if it lasts, the gateway's administrator looks at the store.")
        case .outcomeUnknown:
            LocalizedText(
                zh: "按 Retry-After 稍后用同一报文编号、同样内容重发：已接收的不会再记一次；没有编号的操作，先查询再决定。",
                en:
                    "Send the same again under the same id after Retry-After: what was taken is not taken twice. Where the call has no id, look first."
            )
        case .internalError:
            LocalizedText(zh: "稍后重发；持续出现时请网关管理员查看日志。", en: "Send again later; if it lasts, have the log looked at.")
        }
    }
}

extension LocalizedText {
    /// A finding's message: Chinese, then English after the last Chinese full stop.
    public init(bilingual message: String) {
        let parts = message.split(separator: "。", omittingEmptySubsequences: false)
        if parts.count > 1, let english = parts.last?.drop(while: { $0 == " " }), !english.isEmpty {
            self.init(zh: parts.dropLast().joined(separator: "。") + "。", en: String(english))
        } else {
            self.init(zh: message, en: message)
        }
    }
}
