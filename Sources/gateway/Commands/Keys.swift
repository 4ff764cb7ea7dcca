import Foundation
import Messaging
import Observability
import Operations
import Storage
import Transport
import Vocabulary

enum Keys: Command {
    static let name = "keys"
    static let synopsis =
        "new … | pair ALGORITHM FILE | master FILE | rotate-data | rotate-master --to FILE | identity --accept-loss  [options]"
    static let summary = "make bearer tokens; make and rotate the keys of a store, or give up a lost identity key"
    static let details = """
        new (--partner ID | --institution CODE | --operator NAME) [--days N]
                       make a bearer token and the line for credentials.xml that lets its holder in
        pair ALGORITHM FILE
                       make a key that messages are signed with (hmac-sha256, ed25519, ecdsa-p256-sha256, hmac-sm3,
                       sm2-sm3), in a file of its owner's alone; of two halves the public one goes into FILE.pub
        master FILE    make a master key for <encryption> in gateway.xml, in a file of its owner's alone
        rotate-data    make a new data key, seal everything by it, beside a running gateway, and remove the old one;
                       it also seals what a store holds in clear from before, and goes on where it was broken off
        rotate-master --to FILE
                       wrap the data keys by the master key in FILE, which takes the old one's place
        identity --accept-loss
                       the store goes on with the identity key that is in the file, or with a new one: persons and
                       shares from before are not found again. Only where the store's own key is in no backup either;
                       stop the gateway first

        --test         with --partner: for rehearsals, so that what comes with it reaches nobody
        --days N       the last day of the token, counted from today (1 to 3650); without it the token never ends
        --config FILE  settings (default config/gateway.xml)
        The token is printed once; the gateway keeps only its SHA-256.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: ["partner", "institution", "operator", "days", "config", "to"],
            flags: ["accept-loss", "test"])
        try arguments.allow(
            [
                "new": ["partner", "institution", "operator", "days", "test"], "master": [], "rotate-data": [],
                "pair": [],
                "rotate-master": ["to"], "identity": ["accept-loss"],
            ], besides: ["config"])
        switch (arguments.words.first, arguments.words.dropFirst().first, arguments.words.count) {
        case ("new", nil, 1): return try makeToken(arguments)
        case ("pair", let algorithm?, 3): return try SigningKeys.make(algorithm, arguments.words[2])
        case ("master", let file?, 2): return try StoreKeys.make(file)
        case ("rotate-data", nil, 1): return try await StoreKeys.rotateData(arguments)
        case ("rotate-master", nil, 1): return try await StoreKeys.rotateMaster(arguments)
        case ("identity", nil, 1): return try await giveUpIdentity(arguments)
        default:
            throw UsageError(
                "say new, pair with an algorithm and a file, master and a file, rotate-data, rotate-master or identity")
        }
    }

    private static func makeToken(_ arguments: Arguments) throws -> Int32 {
        let kinds = [("partner", "id"), ("institution", "code"), ("operator", "name")]
        let holders = kinds.compactMap { kind in arguments[kind.0].map { (kind.0, kind.1, $0) } }
        guard let (element, attribute, id) = holders.first, holders.count == 1 else {
            throw UsageError("say whose key it is: one partner, institution or operator")
        }
        var validity = ""
        if let days = arguments["days"] {
            guard let count = Int(days), (1...3650).contains(count) else { throw UsageError("--days takes 1 to 3650") }
            validity = " validUntil=\"\(Instant(Date()).advanced(seconds: count * 86_400).rfc3339.prefix(10))\""
        }
        guard !arguments.has("test") || element == "partner" else { throw UsageError("--test goes with --partner") }
        if arguments.has("test") { validity += " test=\"true\"" }
        let token = try Token.make()
        Terminal.print("token:  \(token)")
        Terminal.print("line:   <\(element) \(attribute)=\"\(id)\" tokenSha256=\"\(Token.hash(token))\"\(validity)/>")
        return 0
    }

    private static func giveUpIdentity(_ arguments: Arguments) async throws -> Int32 {
        guard arguments.has("accept-loss") else {
            throw UsageError("what is lost by it must be accepted: --accept-loss")
        }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        if configuration.postgreSQL == nil, StoreFiles.isInUse(configuration.storePath) {
            throw CommandFailure("\(configuration.storePath) is in use; stop the gateway first")
        }
        let database = try await configuration.openExistingStore()
        let store = try await SQLMessageStore(database: database)
        try await store.forgetIdentity()
        let key = try await IdentityKey.load(configuration.identityKeyFile, for: store, makesAnother: true)
        try await store.record(
            AuditAct(system: .giveUpIdentityKey, on: "identity key \(key.fingerprint)", detail: "", at: Instant(Date()))
        )
        await database.close()
        Terminal.print("\(configuration.identityKeyFile) is the store's identity key from now on")
        return 0
    }
}
