import Synchronization

/// One for each mapping in force, made when something is first told by it and then kept for every worker.
final class FindingNamesInForce: Sendable {
    private let made = Mutex<[String: FindingNames]>([:])

    func names(of mapping: Mapping) -> FindingNames {
        made.withLock { made in
            if let known = made[mapping.id] { return known }
            let names = FindingNames(mapping)
            made[mapping.id] = names
            return names
        }
    }
}
