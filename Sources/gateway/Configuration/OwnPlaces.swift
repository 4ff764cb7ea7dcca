/// Where the gateway keeps what is its own.
struct OwnPlaces: Sendable {
    /// Their files are read as mappings, rules and calendars.
    let folders: [String]
    let files: [String]
}
