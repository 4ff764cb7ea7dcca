import Delivery
import Messaging
import Observability
import Operations
import Synchronization
import Transport

/// Erasing what is past its period, a bounded step at each turn; what a turn leaves is the next one's.
final class RetentionWalk: Sendable {
    private struct Place {
        var part = 0
        var name: String?
        var erased = 0
    }

    private let service: RetentionService
    private let log: Log
    private let place = Mutex(Place())
    /// By whom it is done, in the audit trail.
    private static let system = Caller(role: .operator, id: "system", operatorRole: .administrator)

    init(_ service: RetentionService, log: Log) {
        self.service = service
        self.log = log
    }

    func errand(every interval: Duration) -> Errand {
        Errand("erase by retention", every: interval, limit: RetentionService.batch) { limit in
            try await self.turn() ? limit : 0
        }
    }

    /// - Returns: whether there is more to do at once.
    private func turn() async throws -> Bool {
        let place = place.withLock { $0 }
        guard RetentionPart.allCases.indices.contains(place.part) else {
            if place.erased > 0, try await service.freeSpace() > 0 { return true }
            self.place.withLock { $0 = Place() }
            return false
        }
        let part = RetentionPart.allCases[place.part]
        // A part that fails holds up none of the others.
        var step = RetentionStep()
        defer {
            let next = step.next
            let due = step.due
            self.place.withLock {
                $0 = Place(part: next == nil ? place.part + 1 : place.part, name: next, erased: place.erased + due)
            }
        }
        do {
            step = try await service.erase(part, after: place.name, by: Self.system)
        } catch {
            log.error(
                "erasing failed",
                [
                    ("part", .string(part.rawValue)), ("error", .string(error.code)),
                    ("problem", .text(error.damage) ?? .null),
                ])
        }
        for row in step.unreadable { log.error("a row was not erased", [("row", .string(row))]) }
        if step.due > 0 {
            log.info("erased by retention", [("part", .string(part.rawValue)), ("records", .init(step.due))])
        }
        return true
    }
}
