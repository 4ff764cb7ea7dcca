import Foundation
import Messaging
import Storage

/// What the operators' questions cost with much in the store, beside the same questions with little in it.
///
/// Both stores are as busy now: the larger one only has a longer past and more dead letters in the dead-letter queue.
enum StoreBench {
    /// Of so many messages the smaller store is made.
    private static let few = 10_000
    private static let runs = 51
    private static let page = 50

    static func run(messages: Int) async throws {
        let place = try Workplace()
        defer { place.remove() }
        let small = try await FilledStore(place, messages: Self.few)
        let large = try await FilledStore(place, messages: messages)
        print(
            """
            Operators' questions: \(small.summary)
            against \(large.summary); median of \(runs), µs
            Rows by the store's own intake; what follows it (leases, deliveries, statuses) by SQL

            """)
        var table = BenchTable(["question", "rows", "\(small.messages)", "\(large.messages)", "ratio"])
        for question in Question.all {
            // A page that the smaller store cannot fill is made smaller for both: as many rows are answered here and there.
            let page = min(try await question.ask(small, Self.page), Self.page)
            guard page > 0 else { throw BenchFailure("“\(question.name)” found nothing among few messages") }
            let costs = try await costs(of: question, in: [small, large], page)
            table.add(
                [question.name, "\(page)", rounded(costs[0]), rounded(costs[1]), rounded(costs[1] / costs[0], 2)])
        }
        let opened = [try await small.reopen(), try await large.reopen()]
        table.add(["open the store", "", rounded(opened[0]), rounded(opened[1]), rounded(opened[1] / opened[0], 2)])
        table.show()
    }

    /// Microseconds, the medians after a warm-up. The stores take turns, so that what else the machine does hurts both.
    private static func costs(
        of question: Question, in stores: [FilledStore], _ page: Int
    ) async throws -> [Double] {
        var taken = stores.map { _ in [Duration]() }
        for run in 0..<(runs + 3) {
            for (index, filled) in stores.enumerated() {
                let began = ContinuousClock.now
                guard try await question.ask(filled, page) >= page else {
                    throw BenchFailure("“\(question.name)” found less among \(filled.messages) messages than among few")
                }
                if run >= 3 { taken[index].append(ContinuousClock.now - began) }
            }
        }
        return taken.map { $0.sorted()[$0.count / 2] / .microseconds(1) }
    }
}

/// One question of the operators.
struct Question: Sendable {
    let name: String
    /// - Returns: how many rows were answered, of a page of so many where it is a list.
    let ask: @Sendable (FilledStore, _ page: Int) async throws -> Int

    static var all: [Question] { lists + filters + searches + figures }

    private static func list(
        _ name: String, _ filter: @escaping @Sendable (FilledStore) -> DeadLetterFilter, newestFirst: Bool = false,
        after cursor: @escaping @Sendable (FilledStore) -> DeadLetterCursor? = { _ in nil }
    ) -> Question {
        Question(name: name) { filled, page in
            try await filled.store.deadLetters(
                filter(filled), newestFirst: newestFirst, after: cursor(filled), limit: page
            ).deadLetters.count
        }
    }

    private static let lists = [
        list("dead letters: first page", { _ in DeadLetterFilter() }),
        list("dead letters: newest first", { _ in DeadLetterFilter() }, newestFirst: true),
        list("dead letters: page in the middle", { _ in DeadLetterFilter() }, after: { $0.middle.cursor }),
        list(
            "dead letters: a cause, page in the middle", { .init(cause: $0.middle.cause) },
            after: { $0.middle.cursor }),
        Question(name: "messages: first page") { filled, page in
            try await filled.store.referrals(partner: nil, before: nil, limit: page).count
        },
        Question(name: "messages: page in the middle") { filled, page in
            try await filled.store.referrals(partner: nil, before: filled.middle.correlationID, limit: page).count
        },
        Question(name: "messages: of a partner, page in the middle") { filled, page in
            try await filled.store.referrals(partner: "police", before: filled.middle.correlationID, limit: page).count
        },
    ]

    private static let filters = [
        list("filter: reason", { _ in .init(reason: .unroutable) }),
        list("filter: partner", { _ in .init(partnerID: "police") }),
        list("filter: partner and reason", { _ in .init(reason: .invalid, partnerID: "police") }),
        list("filter: queue", { _ in .init(queue: "CZ-WJ") }),
        list("filter: channel", { _ in .init(channel: .status) }),
        list("filter: channel of most letters", { _ in .init(channel: .referral) }),
        list("filter: cause", { .init(cause: $0.middle.cause) }),
        list("filter: time", { .init(since: $0.middle.since, until: $0.middle.since.advanced(seconds: 3_600)) }),
        list("filter: sender's message id", { .init(senderMessageID: $0.middle.senderMessageID) }),
        list("filter: queue and reason", { _ in .init(reason: .exhausted, queue: "CZ-WJ") }),
        list("filter: cause and partner", { .init(partnerID: $0.middle.partnerID, cause: $0.middle.cause) }),
    ]

    private static func search(_ name: String, _ quoted: @escaping @Sendable (FilledStore) -> String) -> Question {
        Question(name: "search: " + name) { filled, page in
            try await filled.store.findReferrals(quoted(filled), partners: FilledStore.partners, limit: page).count
        }
    }

    private static let searches = [
        search("referral") { $0.sample.referralID }, search("sender's message id") { $0.sample.messageID },
        search("application") { $0.sample.applicationNo }, search("envelope") { $0.sample.envelopeID },
        search("lease") { $0.sample.envelopeID + ".1" }, search("digest") { $0.sample.digest },
        search("letter number") { $0.sample.letterNo }, search("case number") { $0.sample.caseNumber },
        search("a dead letter's message id") { $0.middle.senderMessageID ?? "" },
        Question(name: "search: a number that nobody has") { filled, page in
            try await filled.store.findReferrals("nobody's", partners: FilledStore.partners, limit: page).isEmpty
                ? 1 : 0
        },
        Question(name: "detail of a letter") { filled, _ in
            try await filled.store.deadLetter(filled.middle.id) == nil ? 0 : 1
        },
        Question(name: "trace of a message") { filled, _ in
            try await filled.store.trace(referral: filled.sample.referralID) == nil ? 0 : 1
        },
        Question(name: "document of a message") { filled, _ in
            try await filled.store.document(referral: filled.sample.referralID) == nil ? 0 : 1
        },
    ]

    private static func causes(
        _ name: String, _ filter: @escaping @Sendable (FilledStore) -> DeadLetterFilter
    ) -> Question {
        Question(name: "causes of " + name + ", counted") { filled, _ in
            try await filled.store.deadLetterCauses(filter(filled)).count
        }
    }

    private static let figures = [
        causes("all letters") { _ in DeadLetterFilter() },
        causes("a partner's letters") { _ in .init(partnerID: "police") },
        causes("a queue's letters") { _ in .init(queue: "CZ-WJ") },
        causes("all letters dead by now") { .init(until: $0.end.advanced(seconds: -3_600)) },
        causes("the last hours' letters") { .init(since: $0.end.advanced(seconds: -6 * 3_600)) },
        Question(name: "overview: letters and statuses, counted") { filled, _ in
            let figures = try await filled.store.statistics()
            return figures.deadLetters.values.reduce(figures.statusBacklog, +)
        },
        Question(name: "overview: queues") { filled, _ in try await filled.store.queueFigures().count },
        Question(name: "overview: a partner's figures") { filled, _ in
            try await filled.store.partnerFigures("police", since: filled.end.advanced(seconds: -12 * 3_600))
                .outcomes.count
        },
        Question(name: "overview: messages of an hour") { filled, _ in
            try await filled.store.countReferrals(from: filled.end.advanced(seconds: -3_600), to: filled.end)
        },
        Question(name: "bulletin of a month") { filled, _ in
            let month = String(filled.end.timestamp.date.iso.prefix(7))
            let (start, end) = (filled.end.advanced(seconds: -31 * 86_400), filled.end)
            let cases = try await filled.store.caseTallies(month: month)
            let clocks = try await filled.store.clockTallies(from: start, to: end, now: filled.end)
            let messages = try await filled.store.messageTallies(from: start, to: end)
            let leads = try await filled.store.leadFigures(from: start, to: end)
            return cases.count + clocks.count + messages.count + leads.count > 0 ? 1 : 0
        },
        Question(name: "clocks: first page") { filled, page in
            try await filled.store.clocks(ClockFilter(), after: nil, limit: page).count
        },
    ]
}
