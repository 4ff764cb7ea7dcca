import Messaging
import Transport

/// How messages are carried to a receiver.
enum Carrier: Sendable {
    case push(ReturnAddress)
    case folder(ExchangeFolder, marker: String?)
}

/// One receiver's way out, with slots of its own: whoever is slow holds up nobody but itself.
struct Lane: Sendable {
    let outlet: Outlet
    let carrier: Carrier
    let policy: RetryPolicy
    let slots: Int
    var breaker: CircuitBreaker
    var underway = 0
    var failingSince: Instant?
    var lastSuccess: Instant?
    var lastFailure: Instant?
    var lastProblem: String?

    init(_ outlet: Outlet, _ address: ReturnAddress, _ policy: RetryPolicy) {
        self.outlet = outlet
        carrier = .push(address)
        self.policy = policy
        slots = address.concurrency
        breaker = CircuitBreaker(policy: address.breaker)
    }

    init(_ outlet: Outlet, _ folders: ExchangeFolders, _ policy: RetryPolicy) {
        self.outlet = outlet
        carrier = .folder(ExchangeFolder(path: folders.outbox), marker: folders.marker)
        self.policy = policy
        slots = 1
        breaker = CircuitBreaker(policy: CircuitBreaker.Policy())
    }

    /// Every lane of the registry. A partner without an address or folder has none: it reads its feed.
    static func all(of registry: Registry) -> [Outlet: Lane] {
        var lanes: [Outlet: Lane] = [:]
        for partner in registry.partners.values {
            let outlet = Outlet(.status, partner.id)
            if let address = partner.returnAddress {
                lanes[outlet] = Lane(outlet, address, partner.retryPolicy)
            } else if let folders = partner.exchange {
                lanes[outlet] = Lane(outlet, folders, partner.retryPolicy)
            }
        }
        for institution in registry.institutions.values {
            guard let push = institution.push else { continue }
            let outlet = Outlet(.application, institution.code)
            lanes[outlet] = Lane(outlet, push.address, push.retryPolicy)
        }
        return lanes
    }

    func room(at now: Instant) -> OutletRoom? {
        let max = breaker.admits(slots - underway, at: now)
        return max > 0 ? OutletRoom(outlet, max: max, isProbe: breaker.isProbing) : nil
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
        case .refused(let problem):
            lastFailure = now
            lastProblem = problem
            failingSince = nil
            // Whoever refuses is there.
            return breaker.succeeded()
        case .failed(let problem, let asked, _):
            lastFailure = now
            lastProblem = problem
            failingSince = failingSince ?? now
            breaker.failed(at: now, asked: asked)
            return false
        }
    }
}

extension Lane {
    var report: LaneReport {
        LaneReport(
            outlet: outlet, circuit: breaker.state, nextProbe: breaker.reopens, underway: underway,
            failingSince: failingSince, lastSuccess: lastSuccess, lastFailure: lastFailure, lastProblem: lastProblem)
    }
}
