import Canonical
import StrictJSON
import Vocabulary

/// Events in the life of one application at chosen times, played on the machines and the clocks alone: nothing waits, and
/// no computer's clock is asked. So a whole life cycle is a table that anybody can read.
///
/// A line is `TIME EVENT`, or `TIME EVENT until DATE` where a last day is set; `#` begins a remark. TIME is a day or
/// RFC 3339 in China's time. The first event is `received`; the others are the steps of the case and what happens between
/// institutions (`CaseStory.words`).
public struct CaseStory: Sendable, Hashable {
    public struct Event: Sendable, Hashable {
        public let at: Timestamp
        /// Nothing for the receipt.
        public let event: ApplicationEvent?
        public let until: CalendarDate?

        public var word: String { CaseStory.word(event) }
    }

    /// How everything stands after an event.
    public struct Moment: Sendable {
        public let event: Event
        public let standing: ApplicationStanding
        public let route: AidRoute
        public let clocks: [Clock]
    }

    public struct Mistake: Error, Sendable, Hashable {
        public let line: Int
        public let text: LocalizedText

        init(line: Int, _ zh: String, _ en: String) {
            self.line = line
            text = LocalizedText(zh: zh, en: en)
        }
    }

    /// What happens between institutions, and between the sender and the gateway.
    private static let others: [(String, ApplicationEvent)] = [
        ("senderCancels", .senderCancels), ("signIn", .signIn), ("proposeHandover", .proposeHandover),
        ("targetSignsIn", .targetSignsIn), ("targetReturns", .targetReturns), ("handoverTimeout", .handoverTimeout),
        ("cityAssigns", .cityAssigns), ("handOutside", .handOutside),
        ("outsideSignsIn", .outsideSignsIn),
    ]

    /// Every event that a line may name.
    public static let words = ["received"] + others.map(\.0) + CaseEvent.allCases.map(\.rawValue)

    public let events: [Event]
    private let lines: [Int]

    /// - Throws: `Mistake` at the first line that is none.
    public init(text: String) throws(Mistake) {
        var events: [Event] = []
        var lines: [Int] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.isEmpty { continue }
            let event = try Self.event(words, line: index + 1)
            if let last = events.last, event.at < last.at {
                throw Mistake(
                    line: index + 1, "\(event.word) 早于前一事件 \(last.word)", "\(event.word) lies before \(last.word)")
            }
            if (event.event == nil) != events.isEmpty {
                throw Mistake(
                    line: index + 1, "第一个事件应为 received，且只写一次", "a story begins with received, once")
            }
            events.append(event)
            lines.append(index + 1)
        }
        (self.events, self.lines) = (events, lines)
    }

    private static func event(_ words: [String], line: Int) throws(Mistake) -> Event {
        guard words.count == 2 || (words.count == 4 && words[2] == "until") else {
            throw Mistake(
                line: line, "应写作：时间 事件，或 时间 事件 until 日期", "takes TIME EVENT, or TIME EVENT until DATE")
        }
        guard let at = Timestamp(canonical: words[0]) else {
            throw Mistake(
                line: line,
                "\(words[0]) 不是时间：写日期（2026-03-02），或带时区的时间（2026-03-02T09:30:00+08:00）",
                "\(words[0]) is no time: it takes a day (2026-03-02), or a time with its offset (2026-03-02T09:30:00+08:00)"
            )
        }
        let until = words.count == 4 ? CalendarDate(iso: words[3]) : nil
        if words.count == 4, until == nil {
            throw Mistake(
                line: line, "\(words[3]) 不是日期（yyyy-MM-dd）", "\(words[3]) is no date (yyyy-MM-dd)")
        }
        if words[1] == "received" { return Event(at: at, event: nil, until: until) }
        let step = CaseEvent(rawValue: words[1]).map(ApplicationEvent.report)
        guard let event = step ?? others.first(where: { $0.0 == words[1] })?.1 else {
            let nearest = Spelling.nearest(to: words[1], among: Self.words)
            throw Mistake(
                line: line, "没有事件 \(words[1])" + (nearest.map { "，是否为 \($0)？" } ?? ""),
                "\(words[1]) is no event" + (nearest.map { "; did you mean \($0)?" } ?? ""))
        }
        return Event(at: at, event: event, until: until)
    }

    private static func word(_ event: ApplicationEvent?) -> String {
        guard let event else { return "received" }
        if case .report(let step) = event { return step.rawValue }
        return others.first { $0.1 == event }?.0 ?? "\(event)"
    }

    // MARK: Playing

    /// - Throws: `Mistake` at the first event that the machine refuses.
    public func play(_ application: LegalAidApplication, by triage: Triage) throws(Mistake) -> [Moment] {
        var application = application
        var standing = ApplicationStanding(referral: .queued)
        var route =
            application.intakeKind == .dutyLawyerHelp ? .byConsultation : application.aidRoute ?? AidRoute.byApplication
        var clocks: [Clock] = []
        var moments: [Moment] = []
        for (index, event) in events.enumerated() {
            if let happened = event.event {
                let next: ApplicationMachine.Transition
                do {
                    next = try ApplicationMachine.transition(from: standing, on: happened, route: route)
                } catch {
                    let legal = error.legal.map(\.rawValue).joined(separator: ", ")
                    throw Mistake(
                        line: lines[index], "此时不能执行 \(event.word)，可用：\(legal)",
                        "\(event.word) is not legal then; legal: \(legal)")
                }
                application.set("progress.state", .text(standing.caseState?.rawValue))
                application.set("progress.work", .text(standing.work?.rawValue))
                route = next.route ?? route
                application.set("aidRoute", .string(route.rawValue))
                for effect in next.effects { Self.move(&clocks, by: effect, event, application, triage) }
                standing = next.standing
            } else {
                if application.text("source.receivedAt") == nil {
                    application.set("source.receivedAt", .string(event.at.rfc3339))
                }
                clocks = triage.clocks(startedBy: .received, at: event.at, for: application)
            }
            moments.append(Moment(event: event, standing: standing, route: route, clocks: clocks))
        }
        return moments
    }

    private static func move(
        _ clocks: inout [Clock], by effect: ApplicationEffect, _ event: Event, _ application: LegalAidApplication,
        _ triage: Triage
    ) {
        switch effect {
        case .moveClocks(let trigger):
            clocks = triage.advance(clocks, by: trigger, at: event.at, for: application, until: event.until)
        case .endClocks: clocks = clocks.map { $0.ended(at: event.at, by: triage.calendar) }
        case .endMessage, .sendMessage, .tellSender, .tellResponsibleOfWithdrawal, .tellTargetOfWithdrawal,
            .tellResponsibleOfReturn, .tellCityCentre:
            break
        }
    }
}

extension CaseStory.Moment {
    /// As programs read it.
    public var json: JSONValue {
        .compact([
            ("at", .string(event.at.rfc3339)), ("event", .string(event.word)), ("route", .string(route.rawValue)),
            ("referralState", .string(standing.referral.rawValue)), ("state", .text(standing.caseState?.rawValue)),
            ("clocks", .array(clocks.map { $0.stored })),
        ])
    }

    /// As people read it.
    public var report: [String] {
        let state = standing.caseState?.rawValue ?? standing.referral.rawValue
        return ["\(event.at.rfc3339) \(event.word) → \(state)"]
            + clocks.map { "  \($0.id) \($0.standing)" }
    }
}

extension Clock {
    /// Until when it runs, or what became of it.
    public var standing: String {
        if let isMet { return isMet ? "kept at the receipt" : "not kept at the receipt, was due \(dueAt.rfc3339)" }
        guard isRunning else { return phase.text }
        let target = targetAt == dueAt ? "" : " (\(targetAt.date.iso) before it was moved)"
        return "runs until \(dueAt.rfc3339)\(target)" + (isProvisional ? ", provisional" : "")
    }
}

extension Clock.Phase {
    var text: String {
        switch self {
        case .running: "running"
        case .paused(let since, let left): "paused since \(since.rfc3339), \(left) left"
        case .stopped(let at): "stopped \(at.rfc3339)"
        case .ended(let at): "ended \(at.rfc3339)"
        }
    }
}
