import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// The list of leads (线索台账): who may need legal aid and has not asked for it, and what has become of that. Places and
/// codes, never a person's data.
public struct LeadService: Sendable {
    let store: any LeadStore
    let registry: Registry

    public init(store: any LeadStore, registry: Registry) {
        self.store = store
        self.registry = registry
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/leads", for: .operator, .institution) { request, visit in
                let caller = try visit.caller()
                // An institution sees its own.
                let institution = caller.role == .institution ? caller.id : request.query("institution")
                let filter = try self.filter(institution, in: request)
                let limit = try request.query("limit", in: 1...500, default: 100)
                let page = try await list(filter, after: request.query("after"), limit: limit)
                return .json(
                    .compact([
                        ("leads", .array(page.leads.map(\.json))),
                        ("unreadable", page.unreadable.isEmpty ? nil : .array(page.unreadable.map { .string($0) })),
                        ("next", .text(page.next)),
                    ]))
            }
        ]
    }

    /// A page of leads, the oldest first.
    public struct Page: Sendable {
        public let leads: [LeadView]
        /// The numbers of those whose rows are damaged.
        public let unreadable: [String]
        /// Leads to the next page; nothing on the last.
        public let next: String?
    }

    public func list(_ filter: LeadFilter, after number: String?, limit: Int) async throws(StoreError) -> Page {
        let records = try await store.leads(filter, after: number, limit: limit)
        let cityCentre = registry.cityCentre
        var (leads, unreadable): ([LeadView], [String]) = ([], [])
        for record in records {
            do throws(StoreError) {
                leads.append(try LeadView(record, cityCentre: cityCentre))
            } catch {
                guard error.damage != nil else { throw error }
                unreadable.append(record.applicationNo)
            }
        }
        return Page(
            leads: leads, unreadable: unreadable,
            next: records.count == limit ? records.last?.applicationNo : nil)
    }

    /// The leads of an institution, or of all, in the state that is asked for. Those that lie with nobody are the city
    /// centre's, which is asked first (首问负责) and may answer them.
    ///
    /// - Throws: `Problem` `.badRequest` for an unknown state.
    public func filter(_ institution: String?, in request: HTTPRequest) throws(Problem) -> LeadFilter {
        LeadFilter(
            institution: institution, includesUnplaced: institution == registry.cityCentre,
            state: try Self.state(in: request))
    }

    private static func state(in request: HTTPRequest) throws(Problem) -> LeadState? {
        guard let text = request.query("state"), !text.isEmpty else { return nil }
        guard let state = LeadState(rawValue: text) else {
            let known = LeadState.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, zh: "参数 state 应为 \(known) 之一。", en: "Parameter state is one of \(known).")
        }
        return state
    }
}
