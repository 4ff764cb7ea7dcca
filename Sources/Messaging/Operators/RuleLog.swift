import Vocabulary

/// Which rules were in force when. Applications do not bear their rules' digest: a set is changed a few times a year.
public protocol RuleLog: Sendable {
    /// Notes the set that is in force from now on, unless the last note says so already.
    ///
    /// - Parameter digest: names the set.
    func noteRules(_ digest: String, at now: Instant) async throws(StoreError)
    /// The set that was in force at a moment; nothing where none was noted by then.
    func rules(inForceAt moment: Instant) async throws(StoreError) -> String?
}
