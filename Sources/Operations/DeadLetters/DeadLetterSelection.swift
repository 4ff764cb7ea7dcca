import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What was done to dead letters that an operator picked one by one.
public struct SelectionResult: Sendable, Hashable {
    public var done = 0
    /// Dead letters again, under other numbers.
    public var failedAgain = 0
    /// Somebody else has dealt with them, or the act does not fit them.
    public var left = 0
}

extension DeadLetterService {
    public enum SelectionAct: String, Sendable, CaseIterable {
        case retry, assign, discard
    }

    /// So many at most: a page of the list.
    public static let mostSelected = 50

    /// Acts on each by itself; what one of them stands in the way of leaves the others alone.
    ///
    /// - Parameters:
    ///   - picks: each with the stay in the dead-letter queue that the operator has seen.
    ///   - queue: the institution for those that no rule routes; needed to assign, and of no use otherwise.
    public func act(
        _ act: SelectionAct, on picks: [(id: String, version: DeadLetterVersion)], by caller: Caller, reason: String,
        queue: String?
    ) async throws -> SelectionResult {
        guard (1...Self.mostSelected).contains(picks.count) else {
            throw Problem(
                .badRequest, zh: "请选择 1 至 \(Self.mostSelected) 件。", en: "Select 1 to \(Self.mostSelected) of them.")
        }
        if act == .assign, queue.flatMap({ registry.institutions[$0] }) == nil {
            throw Problem(.badRequest, zh: "请选择要指定的承办机构。", en: "Choose the institution to assign them to.")
        }
        var result = SelectionResult()
        for pick in picks {
            do {
                let found = try await deadLetter(pick.id)
                switch act {
                case .discard:
                    _ = try await discard(found, version: pick.version, by: caller, reason: reason, job: nil)
                case .assign where found.summary.reason != .unroutable:
                    result.left += 1
                    continue
                case .assign, .retry:
                    let again = try await retry(
                        found, version: pick.version, by: caller, reason: reason, edited: nil,
                        queue: act == .assign ? queue : nil, job: nil)
                    if again?["type"] != nil {
                        result.failedAgain += 1
                        continue
                    }
                }
                result.done += 1
            } catch is Problem {
                result.left += 1
            }
        }
        return result
    }
}
