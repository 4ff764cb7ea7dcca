/// A receipt whose last words depend on what the store holds.
public protocol UnsettledReceipt: Sendable {
    /// Writes it, within the transaction that finds out.
    ///
    /// - Parameters:
    ///   - attached: for the id of each record that is a follow-up, the applications that it was laid beside.
    ///   - kept: which records are new; nothing where all of them are.
    /// - Throws: `StoreError.corrupt` where what is on file cannot be read.
    func settle(_ attached: [String: [JoinedApplication]], kept: KeptRecords?) throws(StoreError) -> IntakeAnswer
}
