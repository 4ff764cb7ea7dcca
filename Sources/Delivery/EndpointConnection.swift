import Messaging
import Transport
import Vocabulary

/// How messages are carried to a receiver.
enum DeliveryMethod: Sendable, Equatable {
    case push(ReturnAddress)
    case folder(ExchangeFolder, marker: String?)

    /// How long one attempt may take.
    var patience: Duration {
        switch self {
        case .push(let address): address.timeout
        case .folder: .zero
        }
    }
}

/// One receiver's endpoint, with slots of its own: whoever is slow holds up nobody but itself.
struct EndpointConnection: Sendable {
    let endpoint: Endpoint
    let method: DeliveryMethod
    let policy: RetryPolicy
    let slots: Int
    var breaker: CircuitBreaker
    var underway = 0
    var failingSince: Instant?
    var lastSuccess: Instant?
    var lastFailure: Instant?
    var lastProblem: String?

    init(_ endpoint: Endpoint, _ address: ReturnAddress, _ policy: RetryPolicy) {
        self.endpoint = endpoint
        method = .push(address)
        self.policy = policy
        slots = address.concurrency
        breaker = CircuitBreaker(policy: address.breaker)
    }

    init(_ endpoint: Endpoint, _ folders: ExchangeFolders, _ policy: RetryPolicy) {
        self.endpoint = endpoint
        method = .folder(ExchangeFolder(path: folders.outbox), marker: folders.marker)
        self.policy = policy
        slots = 1
        breaker = CircuitBreaker(policy: CircuitBreaker.Policy())
    }

    /// Every connection of the registry. A partner without an address or folder has none: it reads its feed.
    static func all(of registry: Registry) -> [Endpoint: EndpointConnection] {
        var connections: [Endpoint: EndpointConnection] = [:]
        for partner in registry.partners.values {
            let endpoint = Endpoint(.status, partner.id)
            if let address = partner.returnAddress {
                connections[endpoint] = EndpointConnection(endpoint, address, partner.retryPolicy)
            } else if let folders = partner.exchange {
                connections[endpoint] = EndpointConnection(endpoint, folders, partner.retryPolicy)
            }
        }
        for institution in registry.institutions.values {
            guard let push = institution.push else { continue }
            for queue in [institution.code, LeadQueue.name(of: institution.code)] {
                let endpoint = Endpoint(.application, queue)
                connections[endpoint] = EndpointConnection(endpoint, push.address, push.retryPolicy)
            }
        }
        if let alarmSystem = registry.alarmSystem {
            connections[.alerts] = EndpointConnection(.alerts, alarmSystem, alertPolicy)
        }
        return connections
    }

    /// With the waits between them about a day.
    private static let alertPolicy = RetryPolicy(base: 5_000, cap: 600_000, maxAttempts: 150)

    /// The same connection by other settings: what is under way in it goes on. Its circuit begins closed where it leads
    /// elsewhere, or is to be broken by other bounds.
    func adopting(_ fresh: EndpointConnection) -> EndpointConnection {
        var fresh = fresh
        (fresh.underway, fresh.lastSuccess) = (underway, lastSuccess)
        guard fresh.method == method, fresh.breaker.policy == breaker.policy else { return fresh }
        fresh.breaker = breaker
        (fresh.failingSince, fresh.lastFailure, fresh.lastProblem) = (failingSince, lastFailure, lastProblem)
        return fresh
    }

    func capacity(at now: Instant) -> EndpointCapacity? {
        let max = breaker.admits(slots - underway, at: now)
        return max > 0 ? EndpointCapacity(endpoint, max: max, isProbe: breaker.isProbing) : nil
    }

    mutating func began(_ count: Int, at now: Instant) {
        underway += count
        breaker.began(at: now)
    }

    /// - Returns: whether an address that had been given up is back.
    mutating func ended(_ verdict: Verdict, at now: Instant) -> Bool {
        underway -= 1
        switch verdict {
        case .confirmed:
            lastSuccess = now
            lastProblem = nil
            failingSince = nil
            return breaker.succeeded()
        case .refused(_, let problem):
            lastFailure = now
            lastProblem = problem
            failingSince = nil
            // Whoever refuses is there.
            return breaker.succeeded()
        case .failed(_, let problem, let asked, _):
            lastFailure = now
            lastProblem = problem
            failingSince = failingSince ?? now
            breaker.failed(at: now, asked: asked)
            return false
        }
    }
}

extension EndpointConnection {
    var report: EndpointReport {
        EndpointReport(
            endpoint: endpoint, circuit: breaker.state, nextProbe: breaker.reopens, underway: underway,
            failingSince: failingSince, lastSuccess: lastSuccess, lastFailure: lastFailure, lastProblem: lastProblem)
    }
}
