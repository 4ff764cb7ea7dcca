import Vocabulary

/// What a partner asks of what it has sent and been told. Each call reads one page, however much is stored.
public protocol PartnerViewStore: Sendable {
    /// Newest first.
    func ownMessages(_ filter: OwnMessageFilter, before id: String?, limit: Int) async throws(StoreError)
        -> [OwnMessage]
    /// Oldest first, whether they are delivered or not. Reading them delivers none.
    func toldStatuses(_ filter: ToldStatusFilter, after id: String?, limit: Int) async throws(StoreError)
        -> [ToldStatus]
}
