import Messaging
import Operations
import Transport

extension WebConsole {
    /// What rings now.
    var alertRoutes: [Route] {
        [
            page("/console/alerts") { scene in
                let language = scene.language
                let now = now()
                var table = DataTable(
                    caption: language("最早响起的在前", "What began first comes first"),
                    columns: [
                        .init(name: language("告警", "Alert")), .init(name: language("从何时起", "Since")),
                        .init(name: language("怎么办", "What to do")),
                    ], empty: language("现在没有告警。", "Nothing rings."))
                table.rows = try await services.alerts.open().map { alert in
                    let rule = AlertRule(rawValue: alert.condition.rule)
                    let text = rule?.text(.began, subject(of: alert.condition))
                    return [
                        "\(text.map(language.text) ?? alert.condition.rule) <small class=\"mono\">\(alert.condition.subject == "all" ? "" : alert.condition.subject)</small>",
                        "\(alert.beganAt.age(at: now, language)) <small>\(alert.beganAt.readable)</small>",
                        """
                        \(rule.map { language.text($0.advice) } ?? "") \(rule.map { button($0.section, $0.path(to: alert.condition.subject), language) } ?? .none)
                        """,
                    ]
                }
                return Page(
                    title: Section.alerts.title(language), section: .alerts,
                    body: """
                        \(table.html)<p class="faint">\(language("每项告警只在开始和结束时各通知一次；情况消失一段时间后告警自行结束，无需手动确认。", "Each alert is told once when it begins and once when it is over; it ends by itself some time after its cause is gone."))</p>
                        """)
            }
        ]
    }

    /// What an alert is about, by the name that people know.
    private func subject(of condition: AlertCondition) -> String {
        switch AlertRule(rawValue: condition.rule) {
        case .queueAge: name(ofInstitution: condition.subject)
        case .partnerSilence, .receiptLate, .exchangeFolder: name(ofPartner: condition.subject)
        case .clocksDueSoon: title(ofClock: condition.subject) ?? condition.subject
        case .circuitOpen:
            condition.subject.split(separator: " ").last.flatMap { Endpoint(description: String($0)) }.map(name(of:))
                ?? condition.subject
        case .reloadRefused, .deadLetters, .deadLetterAge, .expiry, .storeLost, .storeDamaged, .storeFull,
            .storeUnwritable, .auditBroken, .calendarMissing,
            .clocksOverdue, .hearingNear, .limitsMoved, nil:
            condition.subject
        }
    }

    func button(_ section: Section?, _ query: String, _ language: Language) -> HTML {
        section.map { section in
            "<a class=\"go\" href=\"\(section.path)\(query)\">\(language("查看", "Open "))\(language == .zh ? section.title(language) : section.title(language).lowercased())</a>"
        } ?? .none
    }
}

extension AlertRule {
    /// Where something can be done about it.
    fileprivate var section: Section? {
        switch self {
        case .deadLetters, .deadLetterAge: .deadLetters
        case .queueAge: .queues
        case .partnerSilence, .circuitOpen, .receiptLate, .exchangeFolder: .partners
        case .clocksDueSoon, .limitsMoved: .clocks
        case .auditBroken: .audit
        case .clocksOverdue, .hearingNear: .messages
        case .reloadRefused, .expiry, .storeLost, .storeDamaged, .storeFull, .storeUnwritable, .calendarMissing: nil
        }
    }

    /// What of that section.
    fileprivate func path(to subject: String) -> String {
        switch self {
        case .clocksOverdue, .hearingNear: "/" + subject.urlEscaped
        case .limitsMoved: "/moved"
        case .clocksDueSoon: "?state=soon&clock=" + subject.urlEscaped
        case .reloadRefused, .deadLetters, .deadLetterAge, .queueAge, .partnerSilence, .circuitOpen, .expiry,
            .storeLost, .storeDamaged,
            .storeFull, .storeUnwritable, .auditBroken, .calendarMissing, .receiptLate, .exchangeFolder:
            ""
        }
    }
}
