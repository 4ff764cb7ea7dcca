import Messaging
import Vocabulary

/// Sends a message to the alarm system without the store.
public protocol AlertSender: Sendable {
    /// - Returns: whether it need not be sent again.
    func send(_ message: AlertMessage) async -> Bool
}

/// Alerts about the store itself, which may have no room for an alert: told past it, from memory, until they are taken. After
/// a restart what is still so is told once more.
actor StoreAlerts {
    private let sender: any AlertSender
    private var open: [AlertCondition: (beganAt: Instant, quietSince: Instant?)] = [:]
    private var waiting: [(condition: AlertCondition, message: AlertMessage)] = []
    private var isSending = false

    init(sender: any AlertSender) { self.sender = sender }

    /// - Parameters:
    ///   - conditions: all of them that are so, with since when.
    ///   - settle: so long a condition must be gone before it is over.
    func look(
        _ conditions: [AlertCondition: Instant], settle: Duration, now: Instant,
        write: @Sendable (AlertMessage.Phase, OpenAlert) -> AlertMessage
    ) async {
        for (condition, since) in conditions {
            if let known = open[condition] {
                open[condition] = (known.beganAt, nil)
            } else {
                open[condition] = (since, nil)
                waiting.append((condition, write(.began, OpenAlert(condition: condition, beganAt: since))))
            }
        }
        for (condition, known) in open where conditions[condition] == nil {
            let quietSince = known.quietSince ?? now
            open[condition] = (known.beganAt, quietSince)
            guard quietSince.advanced(by: settle) <= now else { continue }
            open[condition] = nil
            // Nobody needs to hear that it is over who could not be told that it was so.
            let untold = waiting.count
            waiting.removeAll { $0.condition == condition }
            guard waiting.count == untold else { continue }
            waiting.append((condition, write(.ended, OpenAlert(condition: condition, beganAt: known.beganAt))))
        }
        await sendWaiting()
    }

    /// In their order; what is not taken waits for the next look.
    private func sendWaiting() async {
        guard !isSending else { return }
        isSending = true
        defer { isSending = false }
        while let next = waiting.first {
            guard await sender.send(next.message) else { return }
            waiting.removeAll { $0.message.id == next.message.id }
        }
    }
}
