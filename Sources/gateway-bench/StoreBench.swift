import Foundation
import Messaging
import Storage

/// What the operators' questions cost with much in the store, beside the same questions with little in it.
///
/// Both stores are as busy now: the larger one only has a longer past and more letters in the tray.
enum StoreBench {
    /// Of so many messages the smaller store is made.
    private static let few = 10_000
    private static let runs = 25

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
        var table = BenchTable(["question", "\(small.messages)", "\(large.messages)", "ratio"])
        for question in Question.all {
            let costs = [
                try await cost(of: question, in: small), try await cost(of: question, in: large),
            ]
            table.add([question.name, rounded(costs[0]), rounded(costs[1]), rounded(costs[1] / costs[0], 2)])
        }
        let opened = [try await small.reopen(), try await large.reopen()]
        table.add(["open the store", rounded(opened[0]), rounded(opened[1]), rounded(opened[1] / opened[0], 2)])
        table.show()
    }

    /// Microseconds, the median after a warm-up.
    private static func cost(of question: Question, in filled: FilledStore) async throws -> Double {
        var taken: [Duration] = []
        for run in 0..<(runs + 3) {
            let began = ContinuousClock.now
            guard try await question.ask(filled) else {
                throw BenchFailure("“\(question.name)” found nothing among \(filled.messages) messages")
            }
            if run >= 3 { taken.append(ContinuousClock.now - began) }
        }
        return taken.sorted()[taken.count / 2] / .microseconds(1)
    }
}

/// One question of the window's.
struct Question: Sendable {
    let name: String
    /// - Returns: whether there was an answer.
    let ask: @Sendable (FilledStore) async throws -> Bool

    static var all: [Question] { lists + filters + searches + figures }

    private static func list(
        _ name: String, _ filter: @escaping @Sendable (FilledStore) -> DeadLetterFilter, newestFirst: Bool = false,
        after cursor: @escaping @Sendable (FilledStore) -> DeadLetterCursor? = { _ in nil }
    ) -> Question {
        Question(name: name) { filled in
            try await !filled.store.deadLetters(
                filter(filled), newestFirst: newestFirst, after: cursor(filled), limit: 50
            ).letters.isEmpty
        }
    }

    private static let lists = [
        list("dead letters: first page", { _ in DeadLetterFilter() }),
        list("dead letters: newest first", { _ in DeadLetterFilter() }, newestFirst: true),
        list("dead letters: page in the middle", { _ in DeadLetterFilter() }, after: { $0.middle.cursor }),
        list(
            "dead letters: a cause, page in the middle", { .init(cause: $0.middle.cause.name) },
            after: { $0.middle.cursor }),
        Question(name: "messages: first page") {
            try await $0.store.referrals(partner: nil, before: nil, limit: 50).count == 50
        },
        Question(name: "messages: page in the middle") { filled in
            try await filled.store.referrals(partner: nil, before: filled.middle.correlationID, limit: 50).count == 50
        },
        Question(name: "messages: of a partner, page in the middle") { filled in
            try await filled.store.referrals(partner: "police", before: filled.middle.correlationID, limit: 50).count
                == 50
        },
    ]

    private static let filters = [
        list("filter: reason", { _ in .init(reason: .unroutable) }),
        list("filter: partner", { _ in .init(partnerID: "police") }),
        list("filter: partner and reason", { _ in .init(reason: .invalid, partnerID: "police") }),
        list("filter: queue", { _ in .init(queue: "CZ-WJ") }),
        list("filter: channel", { _ in .init(channel: .status) }),
        list("filter: cause", { .init(cause: $0.middle.cause.name) }),
        list("filter: time", { .init(since: $0.middle.since, until: $0.middle.since.advanced(seconds: 3_600)) }),
        list("filter: sender's message id", { .init(senderMessageID: $0.middle.senderMessageID) }),
        list("filter: queue and reason", { _ in .init(reason: .exhausted, queue: "CZ-WJ") }),
        list("filter: cause and partner", { .init(partnerID: $0.middle.partnerID, cause: $0.middle.cause.name) }),
    ]

    private static func search(_ name: String, _ quoted: @escaping @Sendable (FilledStore) -> String) -> Question {
        Question(name: "search: " + name) { filled in
            try await filled.store.findReferrals(quoted(filled), partners: FilledStore.partners, limit: 50).count == 1
        }
    }

    private static let searches = [
        search("referral") { $0.sample.referralID }, search("sender's message id") { $0.sample.messageID },
        search("application") { $0.sample.applicationNo }, search("envelope") { $0.sample.envelopeID },
        search("lease") { $0.sample.envelopeID + ".1" }, search("digest") { $0.sample.digest },
        search("letter number") { $0.sample.letterNo }, search("case number") { $0.sample.caseNumber },
        search("a dead letter's message id") { $0.middle.senderMessageID ?? "" },
        Question(name: "search: a number that nobody has") { filled in
            try await filled.store.findReferrals("nobody's", partners: FilledStore.partners, limit: 50).isEmpty
        },
        Question(name: "detail of a letter") { try await $0.store.deadLetter($0.middle.id) != nil },
        Question(name: "trace of a message") { try await $0.store.trace(referral: $0.sample.referralID) != nil },
        Question(name: "document of a message") { try await $0.store.document(referral: $0.sample.referralID) != nil },
    ]

    private static let figures = [
        Question(name: "causes of all letters, counted") {
            try await !$0.store.deadLetterCauses(DeadLetterFilter()).isEmpty
        },
        Question(name: "causes of a partner's letters, counted") {
            try await !$0.store.deadLetterCauses(DeadLetterFilter(partnerID: "police")).isEmpty
        },
        Question(name: "overview: letters and queues, counted") { try await !$0.store.statistics().queues.isEmpty },
        Question(name: "overview: queues") { try await !$0.store.queueFigures().isEmpty },
        Question(name: "overview: a partner's figures") { filled in
            try await filled.store.partnerFigures("police", since: filled.end.advanced(seconds: -86_400)).lastSeen
                != nil
        },
        Question(name: "overview: messages of an hour") { filled in
            try await filled.store.countReferrals(from: filled.end.advanced(seconds: -3_600), to: filled.end) > 0
        },
        Question(name: "clocks: first page") {
            try await !$0.store.clocks(ClockFilter(), after: nil, limit: 50).isEmpty
        },
    ]
}
