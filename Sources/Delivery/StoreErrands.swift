import Messaging
import Observability
import Vocabulary

/// What time asks of the message store alone.
extension Errand {
    /// Lays in the dead-letter queue what waits for a referral that did not come in time.
    public static func expireParkedMessages(
        every interval: Duration, in store: any FollowUpStore, now: @escaping @Sendable () -> Instant, log: Log,
        metrics: Metrics
    ) -> Errand {
        Errand("expire parked messages", every: interval, limit: 100) { limit in
            let count = try await store.expireFollowUps(now: now(), limit: limit)
            if count > 0 { log.warning("parked messages expired", [("count", .init(count))]) }
            for _ in 0..<count {
                metrics.increment(
                    "gateway_parked_expired_total", help: "Messages whose referral did not come in time.", labels: [])
            }
            return count
        }
    }

    /// Lays in the dead-letter queue what is past its keep-by time.
    public static func expireMessages(
        every interval: Duration, in store: any DeliveryStore, now: @escaping @Sendable () -> Instant, log: Log
    ) -> Errand {
        Errand("expire messages", every: interval, limit: 1000) { limit in
            let count = try await store.expireMessages(now: now(), limit: limit)
            if count > 0 { log.warning("messages expired", [("count", .init(count))]) }
            return count
        }
    }

    /// Lays in the dead-letter queue what institutions leased as often as they may and never settled.
    ///
    /// - Parameter queues: those that institutions lease from now; a pushed message is tried more often.
    public static func exhaustLeases(
        every interval: Duration, of queues: @escaping @Sendable () -> [String], maxAttempts: Int,
        in store: any MessageStore,
        now: @escaping @Sendable () -> Instant, log: Log
    ) -> Errand {
        Errand("exhaust leases", every: interval, limit: 500) { limit in
            let count = try await store.exhaustLeases(
                of: queues(), now: now(), maxAttempts: maxAttempts, limit: limit)
            if count > 0 { log.warning("leases exhausted", [("count", .init(count))]) }
            return count
        }
    }

    /// Nonces of signatures that would not be taken any more.
    public static func forgetNonces(
        every interval: Duration, in store: any NonceStore, now: @escaping @Sendable () -> Instant
    ) -> Errand {
        Errand("forget nonces", every: interval, limit: 1000) { limit in
            // A second more: what ends at this very moment may still be judged.
            try await store.forgetNonces(before: now().advanced(seconds: -1), limit: limit)
        }
    }

    /// Erases uploaded attachments that no message referred to in time.
    public static func eraseUploads(
        every interval: Duration, in store: any AttachmentStore, now: @escaping @Sendable () -> Instant, log: Log
    ) -> Errand {
        Errand("erase uploads", every: interval, limit: 20) { limit in
            let count = try await store.eraseUploads(now: now(), limit: limit)
            if count > 0 { log.info("unreferenced uploads erased", [("count", .init(count))]) }
            return count
        }
    }
}
