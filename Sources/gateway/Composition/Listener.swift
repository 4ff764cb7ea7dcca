import Console
import Messaging
import Observability
import Operations
import StrictJSON
import Translation
import Transport
import Vocabulary

/// The HTTP listener, wired: who calls, what is answered where something went wrong, and what is counted.
enum Listener {
    /// - Throws: what keeps the port shut.
    static func open(
        _ around: Surroundings, _ routes: [Route], _ signIn: SignInService, _ refusals: RefusedCredentials,
        _ nonces: any NonceStore, rehearsal: CurrentRehearsal
    ) throws -> HTTPServer {
        let (configuration, log, metrics, now) = (around.configuration, around.log, around.metrics, around.now)
        let router = Router(
            routes: routes,
            doorkeeper: around.credentials.doorkeeper(now: now),
            spend: { try await nonces.spendNonce($0.nonce, of: $0.keyID, until: $0.until) },
            session: { try await signIn.caller(of: $0) }, sessionSign: { signIn.sign(of: $0) },
            rate: CallRate { around.credentials.callsPerMinute(of: $0) }, seen: { note($0, at: now(), metrics) },
            refused: { refusals.note($0, of: $1, from: $2.source) },
            observe: { metrics.answered(route: $0, status: $1, took: $2) },
            page: { WebConsole.page(for: $0, to: $1) }, explain: { explain($0, $1, log) }
        ).asking { around.credentials.doorkeeper(now: now) }
        return try HTTPServer(
            configuration: settings(configuration),
            admit: { head in
                if let rehearsal = rehearsal.value, head.hasGoodConnection, rehearsal.isMeant(by: head) {
                    return rehearsal.admit(head)
                }
                return router.admit(head)
            }
        ) {
            [bits = around.bits] request in
            // A journey that began elsewhere goes on; otherwise one begins here (W3C Trace Context).
            let trace = TraceContext(request.header("traceparent"))?.step(bits: bits) ?? TraceContext(bits: bits)
            return await TraceContext.$current.withValue(trace) {
                if let rehearsal = rehearsal.value, rehearsal.isMeant(by: request) {
                    return await rehearsal.respond(to: request)
                }
                return await router.respond(to: request)
            }
        }
    }

    private static func note(_ caller: Caller, at now: Instant, _ metrics: Metrics) {
        guard caller.role != .operator else { return }
        metrics.set(
            "gateway_caller_last_seen_timestamp_seconds", help: "When a partner or an institution last called.",
            labels: [("role", caller.role.rawValue), ("id", caller.id)], to: Double(now.milliseconds) / 1000)
    }

    private static func settings(_ configuration: Configuration) -> HTTPServerConfiguration {
        var listener = HTTPServerConfiguration(host: configuration.host, port: configuration.port)
        listener.maxBodyBytes = configuration.bodyBytes
        listener.proxies = configuration.proxies
        listener.tls = configuration.tls?.made
        listener.headerDeadline = .seconds(configuration.headerSeconds)
        listener.bodyDeadline = .seconds(configuration.bodySeconds)
        listener.maxConnections = configuration.connections
        listener.maxInFlight = configuration.inFlight
        listener.maxHeldBytes = configuration.heldBytes
        listener.maxIdlePerAddress = configuration.idlePerAddress
        listener.maxWaitingPerCaller = configuration.waitingCalls
        listener.problem = { status in problem(status).response(to: nil) }
        return listener
    }

    /// What the listener answers before any room has seen the request.
    private static func problem(_ status: Int) -> Problem {
        switch status {
        case 401:
            return Problem(
                .unauthorized, zh: "未登录或登录已过期，较大的内容未予读取；请登录（或刷新页面）后重发。",
                en:
                    "Nobody is signed in, or no longer: what is large was not read. Sign in, or reload the page, and send again."
            )
        case 408: return Problem(.timedOut, zh: "请求未在规定时间内发完。", en: "The request did not arrive in time.")
        case 413: return Problem(.tooLarge, zh: "请求体超过上限。", en: "The body is over the limit.")
        case 414: return Problem(.targetTooLong, zh: "网址超过上限。", en: "The target is over the limit.")
        case 415:
            var problem = Problem(
                .unsupportedMediaType, zh: "请求体的压缩方式不支持，请用 Content-Encoding: gzip 或不压缩。",
                en: "This content coding is not taken; send Content-Encoding: gzip, or none.")
            problem.headers = [("Accept-Encoding", "gzip, identity")]
            return problem
        case 431: return Problem(.headersTooLarge, zh: "请求头超过上限。", en: "The header fields are over the limit.")
        case 505:
            return Problem(
                .versionNotSupported, zh: "网关只接受 HTTP/1.1（及 1.0）。", en: "The gateway speaks HTTP/1.1, and 1.0.")
        case 503:
            var problem = Problem(
                .overloaded, zh: "系统繁忙，未接收本次请求，请稍后重发。", en: "Busy: nothing was taken. Send again later.")
            problem.headers = [("Retry-After", "1")]
            return problem
        default:
            return Problem(
                .badRequest, zh: "HTTP 请求的首部不合规或有歧义，已拒绝。",
                en: "The HTTP request's framing is malformed or ambiguous and was refused.")
        }
    }

    static func explain(_ error: any Error, _ request: HTTPRequest, _ log: Log) -> Problem {
        switch error {
        case StoreError.corrupt(let what):
            // Named for operators by its row; sending again mends nothing.
            log.error("a stored row cannot be read", [("problem", .string(what)), ("path", .string(request.path))])
            return .unreadableRow
        case StoreError.uncertain:
            log.error("whether a commit took place is unknown", [("path", .string(request.path))])
            return .outcomeUnknown
        case let error as StoreError:
            log.error("store refused", [("code", .string(error.code)), ("path", .string(request.path))])
            var problem = Problem(
                .storeUnavailable, zh: "存储暂时不可用，本次请求未被接收，请稍后重发。",
                en: "The store is not available; nothing was taken. Send again later.")
            problem.headers = [("Retry-After", "2")]
            return problem
        case let error as RenderError:
            log.error("status cannot be rendered", [("error", .string(error.code))])
            return Problem(
                .internalError, zh: "该状态无法转换为报送单位的格式，未予记录；请联系网关管理员检查出站映射。",
                en:
                    "The status cannot be put into the sender's format and was not recorded; have the outbound mapping checked."
            )
        default:
            log.error("unexpected error", [("type", .string("\(type(of: error))"))])
            return Problem(.internalError, zh: "系统内部错误，已记录。", en: "Internal error; it has been logged.")
        }
    }
}
