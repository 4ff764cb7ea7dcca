/// Directories that a partner and the gateway exchange files through (前置机).
public struct ExchangeFolders: Sendable, Hashable {
    /// The partner puts referrals here.
    public let inbox: String
    /// The gateway puts receipts and statuses here.
    public let outbox: String
    /// Where referrals lie once they were answered by a receipt.
    public let archive: String
    /// Where they lie once they were answered by an error.
    public let errors: String
    /// Ending of the empty file that says that the file before it is complete; `nil`: a file is complete as soon as it
    /// bears its name, since the partner writes under another and renames.
    public let marker: String?

    public init(inbox: String, outbox: String, archive: String, errors: String, marker: String?) {
        self.inbox = inbox
        self.outbox = outbox
        self.archive = archive
        self.errors = errors
        self.marker = marker
    }
}
