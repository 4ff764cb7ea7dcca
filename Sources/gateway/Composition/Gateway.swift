import Canonical
import Console
import Delivery
import Documents
import Foundation
import Intake
import Messaging
import Observability
import Operations
import Storage
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// The gateway, wired: the only place where the rooms meet, and where clock and randomness come from.
final class Gateway: Sendable {
    let pipeline: Pipeline
    let store: SQLMessageStore
    let server: HTTPServer
    /// Every call that is answered.
    let routes: [Route]
    private let log: Log
    private let client: HTTPClient
    private let database: SQLiteDatabase
    private let delivery: Task<Void, Never>
    private let desk: Task<Void, Never>
    private let watch: Task<Void, Never>
    private let inspection: Task<Void, Never>
    private let sweeper: Task<Void, Never>
    private let bell: Bell

    /// Opens the store, loads mappings and rules, and begins to listen.
    ///
    /// - Throws: `ConfigurationError` with every mistake in mappings and rules; what keeps the store or the port shut.
    init(_ configuration: Configuration, log: Log) async throws {
        let now: @Sendable () -> Instant = { Instant(Date()) }
        let metrics = Metrics()
        let registry = configuration.registry
        let pipeline = try Self.pipeline(configuration)
        let bits: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
        let identifiers = IdentifierSource(random: bits)
        let underway = CommitsUnderway()
        let database = try SQLiteDatabase(
            path: configuration.storePath, maxPending: configuration.pendingWrites, underway: underway,
            onCommit: { metrics.committed(units: $0, took: $1) })
        let store = try await SQLMessageStore(database: database)
        await Self.note(pipeline.triage, in: store, at: now(), log: log)
        let bell = Bell()
        let courierBell = Bell()
        store.onQueued { _ in
            bell.ring()
            courierBell.ring()
        }

        let hash = try IdentityKey.load(configuration.identityKeyFile)
        let drift = DriftWatch(store: store, hash: hash, log: log, metrics: metrics)
        let clerk = CaseClerk(
            pipeline: pipeline, identifiers: identifiers, registry: registry,
            keys: CaseKeys(hash: hash))
        let intake = IntakeService(
            clerk: clerk, store: store, limits: configuration.caseLimits, now: now, log: log, metrics: metrics,
            drift: drift, underway: underway)
        let referrals = ReferralView(store: store, registry: registry, now: now)
        let backDoor = BackDoor(clerk: clerk, store: store, now: now, log: log)
        let signIn: LeaseService.SignIn = { try await backDoor.signIn(applicationNo: $0, leaseID: $1, caller: $2) }
        let leaseService = LeaseService(
            store: store, limits: LeaseService.Limits(), bell: bell, now: now, signIn: signIn, log: log)
        let client = HTTPClient()
        let delivery = DeliveryModule(
            DeliveryModule.Surroundings(
                store: store, registry: registry, client: client, bell: bell, courierBell: courierBell, now: now,
                bits: bits, log: log, metrics: metrics),
            files: ExchangeFolderIntake(intake), referrals: referrals, signIn: signIn, configuration: configuration)
        var caseServices = Self.caseServices(intake, backDoor, pipeline, delivery)
        caseServices.clocks = {
            // The most urgent are looked at: with more than that overdue, nobody reads the number.
            let near = ClockFilter(dueBefore: now().advanced(seconds: 7 * 86_400))
            return ClockFigures.counting(try await store.clocks(near, after: nil, limit: 1000), at: now())
        }
        let onTime = OnTimeService(store: store, now: now, rules: { pipeline.triage.book })
        caseServices.expiries = { configuration.tokenExpiries + configuration.certificateExpiries() }
        caseServices.onTime = { try await onTime.figures(from: $0, to: $1) }
        let inspection = StoreInspection()
        caseServices.store = { inspection.condition }
        let services = OperatorServices(
            store: store, registry: registry, identifiers: identifiers, now: now,
            caseServices: caseServices, alerts: configuration.alerts,
            node: ProcessInfo.processInfo.hostName, client: client, log: log, metrics: metrics)
        let health = Health(
            store: store, gauges: services.gauges, metrics: metrics, now: now,
            condition: { inspection.condition },
            warnings: { pipeline.triage.warnings(on: Timestamp(secondsSince1970: now().milliseconds / 1000).date) })
        let console = WebConsole(
            services: services, statistics: { () throws(StoreError) in try await store.statistics() },
            library: Self.library(pipeline, metrics, now: now), registry: registry,
            now: now)
        let calls =
            HTTPIntake(intake, referrals: referrals).routes + referrals.routes + backDoor.routes + leaseService.routes
            + services.routes + health.routes + delivery.routes
        routes = calls + console.routes + [try OpenAPI(describing: calls).route]
        let router = Router(
            routes: routes,
            doorkeeper: Doorkeeper(
                callers: configuration.callers,
                isExpired: { hash in configuration.tokenEnds[hash].map { $0 < now() } ?? false }),
            session: { try await services.signIn.caller(of: $0) },
            seen: { Self.note($0, at: now(), metrics) },
            observe: { metrics.answered(route: $0, status: $1, took: $2) }, explain: { Self.explain($0, $1, log: log) })

        server = try HTTPServer(configuration: Self.listener(configuration)) { request in
            // A journey that began elsewhere goes on; otherwise one begins here (W3C Trace Context).
            let trace = TraceContext(request.header("traceparent"))?.step(bits: bits) ?? TraceContext(bits: bits)
            return await TraceContext.$current.withValue(trace) { await router.respond(to: request) }
        }
        self.delivery = Task { await delivery.run() }
        desk = Task { await services.run() }
        watch = Task { await drift.run() }
        self.inspection = Task {
            await Self.inspect(database, now: now, inspection, log: log, metrics: metrics)
            // It cannot wait for the next look.
            if inspection.condition.damagedSince != nil { await services.alerts.look() }
        }
        let sweeper = Scheduler(
            clocks: services.clocks, store: store, escalate: { try await backDoor.escalateOverdueHandovers() },
            interval: .seconds(configuration.sweepSeconds), now: now, log: log, metrics: metrics)
        self.sweeper = Task { await sweeper.run() }
        self.pipeline = pipeline
        self.log = log
        self.store = store
        self.client = client
        self.database = database
        self.bell = bell
    }

    /// Puts other rules in force for messages to come.
    func replaceRules(with triage: Triage) async {
        let now = Instant(Date())
        pipeline.replaceTriage(with: triage)
        await Self.note(triage, in: store, at: now, log: log)
    }

    /// Writes down which rules are in force from now on: a message is told later which ones decided about it.
    private static func note(_ triage: Triage, in store: SQLMessageStore, at now: Instant, log: Log) async {
        guard let digest = triage.digest else { return }
        do {
            try await store.noteRules(digest, at: now)
        } catch {
            log.warning("the rules in force were not noted", [("error", .string(error.code))])
        }
    }

    /// Stops taking, finishes what is under way, flushes.
    func stop() async {
        bell.close()
        await server.stop(drain: .seconds(20))
        delivery.cancel()
        desk.cancel()
        watch.cancel()
        // Not waited for: it only reads, and a large table takes its time.
        inspection.cancel()
        sweeper.cancel()
        await delivery.value
        await desk.value
        await watch.value
        await sweeper.value
        await client.close()
        await database.close()
    }

    /// Reads a large store through beside the work: opening it has read small ones only.
    private static func inspect(
        _ database: SQLiteDatabase, now: @Sendable () -> Instant, _ inspection: StoreInspection, log: Log,
        metrics: Metrics
    ) async {
        func conclude(_ condition: StoreCondition) {
            inspection.conclude(condition)
            metrics.set(
                "gateway_store_damaged", help: "Whether reading the store through after the start found damage.",
                labels: [], to: condition.damagedSince == nil ? 0 : 1)
        }
        do {
            try await database.inspect()
            if !Task.isCancelled { conclude(.sound) }
        } catch .corrupt(let what) {
            conclude(.damaged(since: now()))
            log.error("the store is damaged", [("problem", .string(what))])
        } catch {
            log.warning("the store was not read through", [("error", .string(error.code))])
        }
    }

    private static func note(_ caller: Caller, at now: Instant, _ metrics: Metrics) {
        guard caller.role != .operator else { return }
        metrics.set(
            "gateway_caller_last_seen_timestamp_seconds", help: "When a partner or an institution last called.",
            labels: [("role", caller.role.rawValue), ("id", caller.id)], to: Double(now.milliseconds) / 1000)
    }

    /// What the console shows of mappings and rules: always those in force.
    private static func library(
        _ pipeline: Pipeline, _ metrics: Metrics, now: @escaping @Sendable () -> Instant
    ) -> Library {
        Library(
            mappings: { pipeline.translator.mappings }, fields: { pipeline.translator.fieldTable(of: $0) },
            translate: { bytes, mapping in
                pipeline.walk(
                    Pipeline.Message(
                        bytes: bytes, mapping: mapping,
                        receivedAt: Timestamp(secondsSince1970: now().milliseconds / 1000), explain: true)
                ).json
            }, rules: { pipeline.triage.book },
            fired: { Int(metrics.total("gateway_rule_fired_total", label: "rule", $0)) })
    }

    /// What the operator services asks of the doors.
    private static func caseServices(
        _ intake: IntakeService, _ backDoor: BackDoor, _ pipeline: Pipeline, _ delivery: DeliveryModule
    ) -> CaseServices {
        let deadLetters = DeadLetterReplay(intake)
        var caseServices = CaseServices(
            replay: { try await deadLetters.replay(bytes: $0, of: $1, superseding: $2) },
            dryRun: { try deadLetters.dryRun(bytes: $0, of: $1) },
            rejection: { try backDoor.rejection(of: $0, reason: $1) },
            decode: { bytes in (try? ReadableText(bytes)).map { ($0.utf8, $0.encoding.rawValue) } },
            encode: { text, name in TextEncoding(name: name).flatMap { try? $0.encode(text) } })
        caseServices.connections = { delivery.courier.reports }
        caseServices.calendar = { pipeline.triage.calendar }
        caseServices.route = { applicationNo in
            switch try await intake.reassess(applicationNo: applicationNo)?.now.target {
            case .queue(let queue, _)?: .queue(queue)
            case .unroutable(let reason)?: .none(why: reason.detail)
            case nil: .none(why: applicationNo)
            }
        }
        caseServices.reassess = { applicationNo in
            try await intake.reassess(applicationNo: applicationNo, explain: true).map {
                Reassessment(
                    applicationNo: applicationNo, receivedAt: $0.record.receivedAt,
                    application: $0.record.application, now: $0.now, rules: $0.rules)
            }
        }
        caseServices.retryMatch = { try await intake.retryMatch($0, version: $1, act: $2) }
        caseServices.codeName = { pipeline.translator.name(of: $1, in: $0) }
        return caseServices
    }

    /// Mappings and rules as the configuration names them; both are checked before anything is said.
    static func pipeline(_ configuration: Configuration) throws -> Pipeline {
        var complaints: [ConfigurationComplaint] = []
        var translator: Translator?
        var triage: Triage?
        do {
            translator = try Translator(directory: configuration.mappings, digests: .openSSL)
        } catch {
            complaints += error.complaints.map {
                ConfigurationComplaint(file: $0.file, line: $0.line, message: $0.text)
            }
        }
        do {
            triage = try Self.triage(configuration)
        } catch {
            complaints += error.complaints.map {
                ConfigurationComplaint(file: $0.file, line: $0.line, message: $0.text)
            }
        }
        guard let translator, let triage else { throw ConfigurationError(complaints) }
        return Pipeline(translator: translator, triage: triage, limits: configuration.parseLimits)
    }

    static func triage(_ configuration: Configuration) throws(RuleSetError) -> Triage {
        try Triage(
            rules: configuration.rules, calendar: configuration.calendar,
            institutions: configuration.institutionsFile, digest: Digests.openSSL.sm3)
    }

    private static func listener(_ configuration: Configuration) -> HTTPServerConfiguration {
        var listener = HTTPServerConfiguration(host: configuration.host, port: configuration.port)
        listener.maxBodyBytes = configuration.bodyBytes
        listener.headerDeadline = .seconds(configuration.headerSeconds)
        listener.bodyDeadline = .seconds(configuration.bodySeconds)
        listener.maxConnections = configuration.connections
        listener.maxInFlight = configuration.inFlight
        listener.problem = { status in Self.serverProblem(status).response(to: nil) }
        return listener
    }

    /// What the listener answers before any room has seen the request.
    private static func serverProblem(_ status: Int) -> Problem {
        switch status {
        case 408: return Problem(.timedOut, zh: "请求未在规定时间内发完。", en: "The request did not arrive in time.")
        case 413: return Problem(.tooLarge, zh: "请求体超过上限。", en: "The body is over the limit.")
        case 415:
            var problem = Problem(
                .unsupportedMediaType, zh: "请求体的压缩方式不支持，请用 Content-Encoding: gzip 或不压缩。",
                en: "This content coding is not taken; send Content-Encoding: gzip, or none.")
            problem.headers = [("Accept-Encoding", "gzip, identity")]
            return problem
        case 431: return Problem(.headersTooLarge, zh: "请求头超过上限。", en: "The header fields are over the limit.")
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

    private static func explain(_ error: any Error, _ request: HTTPRequest, log: Log) -> Problem {
        switch error {
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
                .internalError, zh: "该状态无法转换为来源单位的格式，未予记录；请联系网关管理员检查出站映射。",
                en:
                    "The status cannot be put into the sender's format and was not recorded; have the outbound mapping checked."
            )
        default:
            log.error("unexpected error", [("type", .string("\(type(of: error))"))])
            return Problem(.internalError, zh: "系统内部错误，已记录。", en: "Internal error; it has been logged.")
        }
    }
}
