import Messaging
import Transport

/// A partner's exchange folders, and what is known of what lies in them.
struct PartnerFolders: Sendable {
    let partner: String
    let inbox: ExchangeFolder
    /// In the inbox: whatever is being answered is moved here first, so that a file renamed over it meanwhile is another
    /// file. What lies here is complete.
    let claimed: ExchangeFolder
    let outbox: ExchangeFolder
    let archive: ExchangeFolder
    let errors: ExchangeFolder
    let marker: String?
    let ledger = FolderLedger()

    init(_ partner: String, _ folders: ExchangeFolders) {
        self.partner = partner
        inbox = ExchangeFolder(path: folders.inbox)
        claimed = ExchangeFolder(path: folders.inbox + "/.gateway-claimed")
        outbox = ExchangeFolder(path: folders.outbox)
        archive = ExchangeFolder(path: folders.archive)
        errors = ExchangeFolder(path: folders.errors)
        marker = folders.marker
    }

    /// Whether they are the same partner's, in the same places and with the same marker.
    func isSame(as other: PartnerFolders) -> Bool {
        partner == other.partner && inbox == other.inbox && outbox == other.outbox && archive == other.archive
            && errors == other.errors && marker == other.marker
    }

    /// Moves a file that is complete to where it is answered.
    ///
    /// - Returns: whether it is there now; not where an earlier one of its name still is, or where another file bears its
    ///   name since it was looked at, which has yet to rest.
    func claim(_ entry: ExchangeFolder.Entry) throws(FolderError) -> Bool {
        guard try inbox.move(entry.name, to: claimed) else { return false }
        // What does not even let itself be looked at is told of when it is read.
        guard let version = claimed.version(of: entry.name), !version.isSameContent(as: entry.version) else {
            return true
        }
        return try !claimed.move(entry.name, to: inbox)
    }

    /// Reads a claimed file. Its marker goes first: the next file of its name must not find it.
    func read(_ name: ExchangeFolder.Name, maxBytes: Int) throws(FolderError) -> ExchangeFolder.Content {
        if let marker, inbox.version(of: name) == nil { try inbox.remove(name.adding(marker)) }
        return try claimed.read(name, maxBytes: maxBytes)
    }

    /// Lays the answer beside the statuses, and the file aside.
    ///
    /// - Returns: where it lies now, and as what.
    func answer(
        _ name: ExchangeFolder.Name, with body: [UInt8], ending: String, isTaken: Bool, suffix: String
    ) throws(FolderError) -> (place: FolderLedger.Place, version: ExchangeFolder.Version?) {
        try write(body, to: name, ending: ending)
        let target = isTaken ? archive : errors
        let name = try claimed.move(name, to: target, suffix: suffix)
        return (FolderLedger.Place(folder: target, name: name), target.version(of: name))
    }

    func write(_ body: [UInt8], to name: ExchangeFolder.Name, ending: String) throws(FolderError) {
        try outbox.write(body, to: outbox.name(name, adding: ending, marker: marker), marker: marker)
    }
}
