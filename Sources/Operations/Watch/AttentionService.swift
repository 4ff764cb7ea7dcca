import Messaging
import Transport
import Triage
import Vocabulary

extension Attention.Kind {
    var turn: Turn {
        switch self {
        case .partnerSilence, .parked: .sender
        case .storeLost, .storeDamaged, .storeFull, .storeUnwritable, .auditBroken, .calendarMissing, .limitsMoved,
            .deadLetters, .expiry,
            .paused, .receiptLate, .exchangeFolder, .reloadRefused:
            .gateway
        case .clocksOverdue, .hearingNear, .clocksDueSoon, .circuitOpen, .queueAge: .receiver
        }
    }

    public var advice: LocalizedText {
        switch self {
        case .storeLost: StoreFault.lost.advice
        case .storeDamaged: StoreFault.damaged.advice
        case .storeFull: StoreFault.full.advice
        case .storeUnwritable: StoreFault.unwritable.advice
        case .auditBroken:
            LocalizedText(
                zh: "审计记录被改动、删除或重写：运行 gateway audit verify 查明位置，保留现有存储和备份，通知审计人员；网关不会再封签，直至恢复到完整的存储。",
                en:
                    "The audit trail was changed, cut or written anew: gateway audit verify names the place. Keep this store and its backups and tell the auditors; nothing is sealed any more until a store with a whole trail is restored."
            )
        case .calendarMissing:
            LocalizedText(
                zh: "国务院办公厅公布放假安排后，添加 config/calendar/ 下该年的文件并重新加载。",
                en: "Once the plan of days off is published, add that year's file to config/calendar and reload.")
        case .limitsMoved:
            LocalizedText(
                zh: "查看变动清单；承办机构已逐件收到通知，无需另行告知。",
                en: "Look through the list; each institution has been told of its applications.")
        case .hearingNear:
            LocalizedText(
                zh: "立即联系承办机构，在开庭前指派律师并回报；已指派的请其补报。",
                en: "Call the institution: a lawyer must be assigned, or reported, before the hearing.")
        case .clocksOverdue:
            LocalizedText(
                zh: "立即联系应当办理的单位，核实是否已办理而未回报；已办理的请其补报进度。",
                en: "Call whoever must act at once: if that is done, it must be reported; if not, it must be done.")
        case .clocksDueSoon:
            LocalizedText(zh: "提醒应当办理的单位在期限内办理并回报。", en: "Remind whoever must act to do so and to report in time.")
        case .receiptLate:
            LocalizedText(
                zh: "查看日志中“exchange file waits”的原因，多为存储无法写入或回执目录写不进；排除后网关自动继续，无需重放。",
                en:
                    "The log says why (exchange file waits): mostly the store takes nothing, or the folder for receipts cannot be written. It goes on by itself then."
            )
        case .exchangeFolder:
            LocalizedText(
                zh: "查看日志中的原因：修正目录或文件的权限；无法读取的文件在错误目录（移不动的在原处），改正后重新放入或移走。",
                en:
                    "The log says why. Mend the permissions of folder or file; what cannot be read lies in the error folder, or where it was: put it in again or take it away."
            )
        case .reloadRefused:
            LocalizedText(
                zh: "运行 gateway check 查看全部错误及所在行，改正后再次 gateway reload；在此之前原有设置继续有效。",
                en:
                    "gateway check tells every mistake with its line. Mend them and reload again; until then what was in force stays."
            )
        case .deadLetters: LocalizedText(zh: "打开异常报文处理。", en: "Open the dead letters.")
        case .circuitOpen:
            LocalizedText(
                zh: "联系对方检查接收服务；恢复后网关会自动重试，无需重发。",
                en: "Ask the receiver to check its service; once it is back the gateway tries again by itself.")
        case .queueAge:
            LocalizedText(
                zh: "联系该机构，确认其业务系统在正常取件。",
                en: "Call the institution and ask whether its case system still fetches from this queue.")
        case .partnerSilence:
            LocalizedText(
                zh: "联系该单位，确认其系统仍在报送、网络和凭证有效。",
                en: "Ask the partner whether its system still sends, and whether network and credentials are good.")
        case .expiry:
            LocalizedText(zh: "在到期前更换证书或密钥。", en: "Replace the certificate or key before it ends.")
        case .paused: LocalizedText(zh: "原因消除后按“恢复”。", en: "Press Resume once the reason is gone.")
        case .parked:
            LocalizedText(
                zh: "一般无需处理，原报文到达后自动合并；临近截止时请报送单位补报原报文。",
                en: "Usually nothing: the referral releases it. Near its end, ask the sender for the referral.")
        }
    }
}

/// Answers at a glance: is anything stuck, what, since when, whose turn is it, what to press?
public struct AttentionService: Sendable {
    let deadLetters: DeadLetterService
    let flow: MessageQueryService
    let parked: ParkedMessageService
    let clockFigures: any ClockFigureSource
    let expiries: any CredentialExpirySource
    let exchange: any ExchangeReportSource
    let inspection: StoreInspection
    let trail: AuditTrailWatch
    let rules: any RulesInForce
    let cases: any MovedLimitStore & HearingStore
    let reload: ReloadService
    let acknowledged: any AcknowledgementStore
    private let settingsInForce: @Sendable () -> AlertSettings
    let now: @Sendable () -> Instant

    init(
        deadLetters: DeadLetterService, flow: MessageQueryService, parked: ParkedMessageService,
        clockFigures: any ClockFigureSource, expiries: any CredentialExpirySource, exchange: any ExchangeReportSource,
        inspection: StoreInspection, trail: AuditTrailWatch, rules: any RulesInForce, reload: ReloadService,
        cases: any MovedLimitStore & HearingStore, acknowledged: any AcknowledgementStore,
        settings: @autoclosure @escaping @Sendable () -> AlertSettings, now: @escaping @Sendable () -> Instant
    ) {
        self.deadLetters = deadLetters
        self.flow = flow
        self.parked = parked
        self.clockFigures = clockFigures
        self.expiries = expiries
        self.exchange = exchange
        self.inspection = inspection
        self.trail = trail
        self.rules = rules
        self.reload = reload
        self.cases = cases
        self.acknowledged = acknowledged
        settingsInForce = settings
        self.now = now
    }

    private var settings: AlertSettings { settingsInForce() }

    /// The most pressing first; nothing where all goes its way.
    public func items() async throws -> [Attention] {
        let queues = try await flow.queues() + flow.leadQueues()
        let partners = try await flow.partners()
        var items = knownByItself + (try await clocks())
        items += try await deadLetters.causes(DeadLetterFilter()).map { cause in
            let code = FailureAdvice(cause.cause)
            return Attention(
                .deadLetters, cause.cause.name, count: cause.count, since: cause.oldest, turn: code.turn.label,
                advice: code.advice)
        }
        for queue in queues where isOlder(queue.oldest, than: settings.queueAge) {
            items.append(Attention(.queueAge, queue.queue, count: queue.depth, since: queue.oldest))
        }
        for partner in partners where isOlder(partner.lastSeen, than: settings.partnerSilence) {
            items.append(Attention(.partnerSilence, partner.partnerID, count: 1, since: partner.lastSeen))
        }
        let waiting = Dictionary(
            queues.map { (Endpoint(.application, $0.queue), $0.depth) }
                + partners.map { (Endpoint(.status, $0.partnerID), $0.backlog) }
        ) { first, _ in first }
        for way in try await flow.endpoints.standings() {
            let count = waiting[way.endpoint] ?? 0
            if let connection = way.connection, connection.circuit.name == .open {
                items.append(Attention(.circuitOpen, "\(way.endpoint)", count: count, since: connection.failingSince))
            }
            if let pause = way.pause {
                items.append(Attention(.paused, "\(way.endpoint)", count: count, since: pause.since))
            }
        }
        return (items + (try await others())).enumerated().sorted {
            (Self.rank($0.element.kind), $0.offset) < (Self.rank($1.element.kind), $1.offset)
        }.map(\.element)
    }

    /// Known without asking the store, which may have no answer any more.
    var knownByItself: [Attention] {
        [fault, brokenTrail, refusedReload].compactMap(\.self)
            + exchange.reports.flatMap { report in
                let unread = report.unread + (report.isAtFault ? 1 : 0)
                return [
                    Attention(.receiptLate, report.partnerID, count: report.late, since: report.oldest),
                    Attention(.exchangeFolder, report.partnerID, count: unread, since: report.troubledSince),
                ].filter { $0.count > 0 }
            }
    }

    private var refusedReload: Attention? {
        reload.refusal.map { Attention(.reloadRefused, "all", count: $0.mistakes, since: $0.at) }
    }

    private var brokenTrail: Attention? {
        trail.brokenSince.map { Attention(.auditBroken, "audit", count: 1, since: $0) }
    }

    var fault: Attention? {
        switch inspection.condition {
        case .unknown, .sound: nil
        case .faulty(.lost, let since): Attention(.storeLost, "store", count: 1, since: since)
        case .faulty(.damaged, let since): Attention(.storeDamaged, "store", count: 1, since: since)
        case .faulty(.full, let since): Attention(.storeFull, "store", count: 1, since: since)
        case .faulty(.unwritable, let since): Attention(.storeUnwritable, "store", count: 1, since: since)
        }
    }

    private static func rank(_ kind: Attention.Kind) -> Int { Attention.Kind.allCases.firstIndex(of: kind) ?? 0 }

    /// The gateway's operators do not speak with applicants; their institution does.
    private static let applicantAdvice = LocalizedText(
        zh: "请承办机构联系申请人，提示期限和届满的后果。",
        en: "Ask the institution to tell the applicant of the time limit and of what its end means.")

    private func clocks() async throws -> [Attention] {
        try await clockFigures.figures().flatMap { figures in
            [(Attention.Kind.clocksOverdue, figures.overdue), (.clocksDueSoon, figures.dueSoon)]
                .filter { $0.1 > 0 }
                .map { kind, count in
                    Attention(
                        kind, figures.clock, count: count, since: figures.earliest, turn: figures.bound?.label,
                        advice: figures.bound == .applicant ? Self.applicantAdvice : nil,
                        cases: kind == .clocksOverdue ? figures.late : [])
                }
        }
    }

    private func others() async throws -> [Attention] {
        let now = now()
        var items = expiries.expiries().filter { end in
            settings.expiry.map { end.at <= now.advanced(by: $0) } ?? false
        }.map { Attention(.expiry, $0.name, count: 1, since: $0.at) }
        items += try await parked.figures().map {
            Attention(.parked, $0.partnerID, count: $0.count, since: $0.oldest)
        }
        items += try await hearings(at: now) + movedLimits(at: now)
        items += rules.missingCalendars(at: now).map { Attention(.calendarMissing, "\($0)", count: 1, since: nil) }
        return items
    }

    /// So many at most: whoever sees as many calls the institutions first.
    private static let mostHearings = 500

    private func hearings(at now: Instant) async throws -> [Attention] {
        guard let ahead = settings.hearing else { return [] }
        return try await cases.hearingsWithoutLawyer(
            from: now, to: now.advanced(by: ahead), limit: Self.mostHearings
        ).map { Attention(.hearingNear, $0.applicationNo, count: 1, since: $0.at) }
    }

    /// For how long operators are told, so that a holiday's absence misses nothing.
    private static let toldOfMoves: Duration = .seconds(7 * 86_400)

    private func movedLimits(at now: Instant) async throws -> [Attention] {
        let moved = try await cases.countMovedLimits(since: now.advanced(by: .zero - Self.toldOfMoves))
        return moved.count == 0 ? [] : [Attention(.limitsMoved, "all", count: moved.count, since: moved.first)]
    }

    func isOlder(_ since: Instant?, than age: Duration?) -> Bool {
        guard let since, let age else { return false }
        return since.advanced(by: age) <= now()
    }
}

extension ClockBound {
    public var label: LocalizedText {
        switch self {
        case .institution: LocalizedText(zh: "承办机构", en: "institution")
        case .sender: LocalizedText(zh: "报送单位", en: "sender")
        case .court: LocalizedText(zh: "人民法院", en: "court")
        case .dutyLawyer: LocalizedText(zh: "值班律师", en: "duty lawyer")
        case .firstContact: LocalizedText(zh: "首问单位", en: "first contact")
        case .applicant: LocalizedText(zh: "申请人", en: "applicant")
        case .lawyerUnit: LocalizedText(zh: "承办律所", en: "lawyer's firm")
        case .lawyer: LocalizedText(zh: "承办律师", en: "lawyer")
        case .justiceBureau: LocalizedText(zh: "司法行政机关", en: "justice bureau")
        case .gateway: LocalizedText(zh: "网关", en: "gateway")
        }
    }
}
