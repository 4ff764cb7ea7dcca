import StrictJSON
import Vocabulary

/// An error answer in the shape of RFC 9457. It carries places and rules, never values.
public struct Problem: Error, Sendable {
    /// The kinds of problem the gateway answers with. `slug` is stable: callers may switch on it.
    public enum Kind: String, Sendable, CaseIterable {
        case badRequest = "bad-request"
        case unauthorized = "unauthorized"
        case credentialExpired = "credential-expired"
        case signatureRefused = "signature-refused"
        case certificateRefused = "certificate-refused"
        case forbidden = "forbidden"
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case messageIdConflict = "message-id-conflict"
        case disagreement = "disagreement"
        case illegalTransition = "illegal-transition"
        case leaseEnded = "lease-ended"
        case stale = "stale"
        case wrongState = "wrong-state"
        case tooLarge = "too-large"
        case unsupportedMediaType = "unsupported-media-type"
        case targetTooLong = "target-too-long"
        case headersTooLarge = "headers-too-large"
        case notTranslatable = "not-translatable"
        case incompleteReport = "incomplete-report"
        case timedOut = "timed-out"
        case tooManyAttempts = "too-many-attempts"
        case quotaExceeded = "quota-exceeded"
        case rateExceeded = "rate-exceeded"
        case overloaded = "overloaded"
        case storeUnavailable = "store-unavailable"
        case outcomeUnknown = "outcome-unknown"
        case internalError = "internal-error"
        case versionNotSupported = "version-not-supported"

        /// The HTTP status that goes with the kind (RFC 9110 §15).
        public var status: Int {
            switch self {
            case .badRequest: 400
            case .unauthorized, .credentialExpired, .signatureRefused: 401
            case .forbidden, .certificateRefused: 403
            case .notFound: 404
            case .methodNotAllowed: 405
            case .timedOut: 408
            case .messageIdConflict, .disagreement, .illegalTransition, .leaseEnded, .stale, .wrongState: 409
            case .tooLarge: 413
            case .targetTooLong: 414
            case .unsupportedMediaType: 415
            case .notTranslatable, .incompleteReport: 422
            case .tooManyAttempts, .quotaExceeded, .rateExceeded: 429
            case .headersTooLarge: 431
            case .internalError: 500
            case .versionNotSupported: 505
            case .overloaded, .storeUnavailable, .outcomeUnknown: 503
            }
        }

        public var title: LocalizedText {
            switch self {
            case .badRequest: LocalizedText(zh: "请求有误", en: "Bad request")
            case .unauthorized: LocalizedText(zh: "未能确认身份", en: "Caller not identified")
            case .credentialExpired: LocalizedText(zh: "凭证已过期", en: "The credential has expired")
            case .signatureRefused: LocalizedText(zh: "签名未被接受", en: "The signature is not accepted")
            case .certificateRefused: LocalizedText(zh: "客户端证书未被接受", en: "The client certificate is not accepted")
            case .forbidden: LocalizedText(zh: "无权访问", en: "Not allowed")
            case .notFound: LocalizedText(zh: "没有找到", en: "Not found")
            case .methodNotAllowed: LocalizedText(zh: "此地址不支持该方法", en: "Method not allowed here")
            case .messageIdConflict: LocalizedText(zh: "报文编号已被不同内容占用", en: "Message id already used for other content")
            case .disagreement: LocalizedText(zh: "请求与报文不一致", en: "The call and its document disagree")
            case .illegalTransition:
                LocalizedText(zh: "当前状态不允许此步骤", en: "This step is not allowed in the present state")
            case .leaseEnded: LocalizedText(zh: "租约已结束", en: "The lease has ended")
            case .stale: LocalizedText(zh: "数据已被他人更改", en: "Somebody else changed it first")
            case .wrongState: LocalizedText(zh: "当前状态不支持此操作", en: "Not possible in the present state")
            case .tooLarge: LocalizedText(zh: "报文过大", en: "Message too large")
            case .unsupportedMediaType: LocalizedText(zh: "不接受此种内容", en: "This kind of content is not taken")
            case .targetTooLong: LocalizedText(zh: "网址过长", en: "The target is too long")
            case .headersTooLarge: LocalizedText(zh: "请求头过大", en: "Header fields too large")
            case .notTranslatable: LocalizedText(zh: "报文无法转换", en: "The message cannot be translated")
            case .incompleteReport:
                LocalizedText(zh: "报告缺少必须告知的内容", en: "The report lacks what its sender must be told")
            case .timedOut: LocalizedText(zh: "发送过慢，已超时", en: "Sent too slowly")
            case .tooManyAttempts: LocalizedText(zh: "尝试次数过多", en: "Too many attempts")
            case .quotaExceeded: LocalizedText(zh: "暂存的附件超过限额", en: "Too many bytes wait for their message")
            case .rateExceeded: LocalizedText(zh: "调用过于频繁", en: "Too many calls")
            case .overloaded: LocalizedText(zh: "系统繁忙，请稍后重发", en: "Busy, send again later")
            case .outcomeUnknown:
                LocalizedText(
                    zh: "无法确定是否已接收，请用同一编号重发", en: "Unknown whether it was taken, send again under the same id")
            case .storeUnavailable: LocalizedText(zh: "存储暂不可用，请稍后重发", en: "Store not available, send again later")
            case .internalError: LocalizedText(zh: "系统内部错误", en: "Internal error")
            case .versionNotSupported: LocalizedText(zh: "不支持该 HTTP 版本", en: "This version of HTTP is not spoken")
            }
        }
    }

    public let kind: Kind
    public let detail: LocalizedText
    /// `{code, message, location, rule}` for each thing that is wrong.
    public var errors: [JSONValue] = []
    /// Further members (RFC 9457 §3.2), such as `messageId` or the legal next steps.
    public var members: [(String, JSONValue)] = []
    public var headers: [(name: String, value: String)] = []

    public init(_ kind: Kind, zh: String, en: String) {
        self.kind = kind
        detail = LocalizedText(zh: zh, en: en)
    }

    /// The problem in the language asked for.
    public func json(language: String?) -> JSONValue {
        var object = JSONObject()
        object["type"] = .string("urn:legal-aid-gateway:problem:\(kind.rawValue)")
        object["title"] = .string(kind.title.text(for: language))
        object["status"] = JSONValue(kind.status)
        object["detail"] = .string(detail.text(for: language))
        if !errors.isEmpty { object["errors"] = .array(errors) }
        for (name, value) in members { object[name] = value }
        return .object(object)
    }

    public func response(to request: HTTPRequest?) -> HTTPResponse {
        HTTPResponse(
            status: kind.status, headers: [("Content-Type", "application/problem+json; charset=utf-8")] + headers,
            body: json(language: request?.header("Accept-Language")).serialized())
    }
}

extension Problem {
    /// The commit was under way when the store was lost.
    public static let outcomeUnknown: Problem = {
        var problem = Problem(
            .outcomeUnknown, zh: "存储在提交时出错，无法确定本次请求是否已被接收：请用同一编号、同样内容重发，已接收的不会重复。",
            en:
                "The store failed during the commit: whether this was taken is unknown. Send the same again under the same id; what was taken is not taken twice."
        )
        problem.headers = [("Retry-After", "2")]
        return problem
    }()

    /// A row of the store is damaged: only an operator can help.
    public static let unreadableRow = Problem(
        .internalError, zh: "存储中有一条记录无法读取，本次请求未办理；已记入日志，请网关管理员运行 gateway check 查明并恢复备份。",
        en:
            "A stored row cannot be read, so nothing was done; it is in the log. The administrator finds it with gateway check and restores a backup."
    )
}

extension HTTPResponse {
    /// A JSON answer. Personal data travels in it, so nobody on the way may keep it.
    public static func json(
        _ value: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        .json(value.serialized(), status: status, headers: headers)
    }

    /// JSON that is written already.
    public static func json(
        _ bytes: [UInt8], status: Int = 200, headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")] + headers,
            body: bytes)
    }
}

extension HTTPRequest {
    /// The body as a JSON object; an empty body is an empty object.
    public func jsonObject() throws(Problem) -> JSONObject {
        if body.isEmpty { return JSONObject() }
        try checkIsJSON()
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw Problem(
                .badRequest, zh: "请求体不是合法的 JSON：第 \(error.line) 行第 \(error.column) 列（\(error.problem.rawValue)）。",
                en:
                    "The body is not valid JSON: line \(error.line), column \(error.column) (\(error.problem.rawValue))."
            )
        }
        guard let object = value.object else {
            throw Problem(.badRequest, zh: "请求体应为 JSON 对象。", en: "The body must be a JSON object.")
        }
        return object
    }

    /// - Throws: `Problem` 415 where the media type says that the body is something else than JSON. Without one it is read.
    private func checkIsJSON() throws(Problem) {
        let type = (header("Content-Type") ?? "").prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard !type.isEmpty, type != "application/json", !type.hasSuffix("+json") else { return }
        var problem = Problem(
            .unsupportedMediaType, zh: "此调用的请求体只接受 JSON：请写明 Content-Type: application/json。",
            en: "This call takes a JSON body: send it with Content-Type: application/json.")
        problem.headers = [("Accept", "application/json")]
        throw problem
    }

    /// The first query parameter of that name.
    public func query(_ name: String) -> String? { query.first { $0.0 == name }?.1 }

    /// A query parameter that must be a whole number in a range when it is there.
    public func query(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(Problem) -> Int {
        guard let text = query(name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .badRequest, zh: "参数 \(name) 应为 \(range.lowerBound) 到 \(range.upperBound) 之间的整数。",
                en: "Parameter \(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A query parameter that takes some words.
    public func choice(of words: [String], _ name: String) throws(Problem) -> String? {
        guard let text = query(name) else { return nil }
        guard words.contains(text) else { throw Self.unknownWord(name, words) }
        return text
    }

    public static func unknownWord(_ name: String, _ words: [String]) -> Problem {
        Problem(
            .badRequest, zh: "参数 \(name) 可用值：\(words.joined(separator: "、"))。",
            en: "Parameter \(name) takes: \(words.joined(separator: ", ")).")
    }

    /// A query parameter that says `true` or `false`; false where it is not there.
    public func flag(_ name: String) throws(Problem) -> Bool { try choice(of: ["true", "false"], name) == "true" }
}
