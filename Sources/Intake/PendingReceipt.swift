import Messaging
import StrictJSON
import Synchronization

/// A receipt on its way through the store. What it says of follow-ups, and of records that were stored before, depends on what the store holds; then it is written
/// within the transaction that finds out, and whoever handed the message in reads here what was written.
final class PendingReceipt: UnsettledReceipt {
    private let draft: Receipt
    private let settled = Mutex<Receipt?>(nil)

    init(_ draft: Receipt) { self.draft = draft }

    /// As far as it is known by now.
    var receipt: Receipt { settled.withLock { $0 } ?? draft }

    func settle(_ attached: [String: [JoinedApplication]], kept: KeptRecords?) throws(StoreError) -> IntakeAnswer {
        let receipt = try draft.settled(attached, kept: kept)
        settled.withLock { $0 = receipt }
        return IntakeAnswer(outcome: receipt.outcome, bytes: receipt.json.serialized())
    }
}
