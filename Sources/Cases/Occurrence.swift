import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// When a step of a case happened, as its report tells. Clocks go by that; how late the report is stands apart.
struct Occurrence: Sendable, Hashable {
    /// When it happened; of a day without a time its end, or now where that day is today.
    let at: Instant
    let reportedAt: Instant
    /// Where in the report the time stands; nothing where it tells none and the report itself is the event.
    let place: String?
    /// A date of the report that could not be gone by, because the case was not there yet or the day is still to come.
    let ignored: String?

    /// From how many days on the answer warns that somebody may have mistyped a date.
    static let farBackDays = 30

    /// The clock of a caller's computer may go so much before the gateway's, milliseconds.
    private static let tolerance: Int64 = 120_000

    /// - Parameter previous: the step that it follows upon; nothing where it may be told in any order.
    /// - Throws: `Problem` where `occurredAt` is no date or time, in the future, before the receipt, or on a day before that
    ///   of the previous step.
    init(
        of step: CaseEvent, in report: JSONObject, received: Instant, previous: Instant?, reportedAt now: Instant
    ) throws(Problem) {
        let first = max(received, previous ?? received)
        try Self.refuseDatesToCome(in: report, now)
        let (document, date) = Self.documentDate(of: step, in: report)
        reportedAt = now
        if let told = report["occurredAt"] {
            guard let moment = told.string.flatMap({ Instant(happened: $0, by: now) }) else {
                throw Self.problem(
                    "notADate", zh: "应为日期 yyyy-MM-dd，或带时区的时间（如 2026-03-02T09:30:00+08:00）。",
                    en: "takes a date (yyyy-MM-dd) or a time with its offset (2026-03-02T09:30:00+08:00).")
            }
            guard moment <= now.advanced(milliseconds: Self.tolerance) else {
                throw Self.problem("outOfRange", zh: "不能晚于现在。", en: "lies in the future.")
            }
            guard moment.timestamp >= received.timestamp else {
                throw Self.problem(
                    "outOfRange", zh: "早于本案收到之时（\(received.timestamp.rfc3339)）。",
                    en: "lies before \(received.timestamp.rfc3339), when the case was received.")
            }
            guard moment.timestamp.date >= first.timestamp.date else {
                throw Self.problem(
                    "outOfRange", zh: "早于上一步骤之日（\(first.timestamp.date.iso)）。",
                    en: "lies before \(first.timestamp.date.iso), the day of the step before.")
            }
            (at, place, ignored) = (min(max(moment, first), now), "occurredAt", nil)
        } else if let date, let moment = Instant(happened: date, by: now), moment <= now,
            moment.timestamp.date >= first.timestamp.date
        {
            (at, place, ignored) = (max(moment, first), document, nil)
        } else {
            (at, place, ignored) = (now, nil, date == nil ? nil : document)
        }
    }

    var daysLate: Int { reportedAt.timestamp.date.daysSince1970 - at.timestamp.date.daysSince1970 }

    /// What stands in the history beside the report's own time.
    var told: Instant? { place == nil ? nil : at }

    /// What the answer tells of it.
    ///
    /// - Parameter others: what else should be checked.
    func members(warning others: [String]) -> [(String, JSONValue?)] {
        var warnings = others.map(JSONValue.string)
        if daysLate > Self.farBackDays {
            warnings.append(.string("\(place ?? "") 距今 \(daysLate) 天，请核对。 It lies \(daysLate) days back; check it."))
        }
        if let ignored {
            warnings.append(
                .string(
                    "\(ignored) 不在收到本案（或上一步骤）与今天之间，时限按报告时间计算。 It does not lie between the receipt, or the step before, and today; the limits go by the time of the report."
                ))
        }
        return [
            ("occurredAt", place == nil ? nil : .string(at.rfc3339)), ("occurredBy", .text(place)),
            ("daysLate", daysLate > 0 ? .some(JSONValue(daysLate)) : .none),
            ("warnings", warnings.isEmpty ? nil : .array(warnings)),
        ]
    }

    /// The last day that the report sets, which cannot lie before the step.
    ///
    /// - Throws: `Problem` with its place where it does.
    func limit(toldBy report: JSONObject) throws(Problem) -> CalendarDate? {
        guard let due = report["due"]?.string.flatMap({ CalendarDate(iso: $0) }) else { return nil }
        guard due >= at.timestamp.date else {
            throw .badMember(
                "outOfRange", at: "/due", zh: "due 早于该步骤之日（\(at.timestamp.date.iso)）。",
                en: "due lies before \(at.timestamp.date.iso), the day of the step.")
        }
        // A pause that never ends would stop the clock for good.
        guard due <= at.timestamp.date.adding(days: Self.longest) else {
            throw .badMember(
                "outOfRange", at: "/due", zh: "due 距该步骤超过 \(Self.longest) 日。",
                en: "due lies more than \(Self.longest) days after the step.")
        }
        return due
    }

    /// Days; no procedure gives a supplement more.
    private static let longest = 366

    // MARK: Reading

    /// The date that the step's own document bears: a decision, an assignment.
    private static func documentDate(of step: CaseEvent, in report: JSONObject) -> (String?, String?) {
        let name: String? =
            switch step {
            case .grant, .refuse: "decision"
            case .assign, .renotified, .replaced: "assignment"
            case .close: "closure"
            case .terminate, .ownLawyerRetained, .refusalJustified: "termination"
            case .accept, .requestSupplement, .acceptProvisionally, .supplemented, .dueExpired, .askCrossRegion,
                .crossRegionAnswered, .startAdvance, .withdraw, .transfer, .checkNotice, .noticeIncomplete,
                .personRefuses, .agreementSigned, .workStarted, .replaceRequested, .replaceDenied, .archive,
                .objectionFiled, .uphold, .orderCorrection, .arrangeDutyLawyer, .giveHelp, .apply, .terminationServed,
                .decisionServed, .papersComplete, .claimFiled, .papersFiledWithCourt, .closingPapersReceived,
                .closingPapersReviewed:
                nil
            }
        guard let name, let date = report[name]?["date"]?.string else { return (nil, nil) }
        return ("\(name).date", date)
    }

    /// A document bears no date that is still to come, and the sender is told what it bears.
    private static func refuseDatesToCome(in report: JSONObject, _ now: Instant) throws(Problem) {
        for name in ["decision", "assignment", "closure", "termination"] {
            guard let text = report[name]?["date"]?.string, let date = CalendarDate(iso: text),
                date > now.timestamp.date
            else { continue }
            throw .badMember(
                "outOfRange", at: "/\(name)/date", zh: "\(name).date 不能晚于今天（\(now.timestamp.date.iso)）。",
                en: "\(name).date lies after today, \(now.timestamp.date.iso).")
        }
    }

    /// Whether a text is a day, or a time with its offset.
    static func isTime(_ text: String) -> Bool { CalendarDate(iso: text) != nil || Instant(rfc3339: text) != nil }

    private static func problem(_ code: String, zh: String, en: String) -> Problem {
        .badMember(code, at: "/occurredAt", zh: "occurredAt \(zh)", en: "occurredAt \(en)")
    }
}
