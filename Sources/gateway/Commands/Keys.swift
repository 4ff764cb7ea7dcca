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
        "add … | list | revoke NAME | rotate NAME | new … | pair ALGORITHM FILE | master FILE | rotate-data --reason TEXT | rotate-master --to FILE --reason TEXT | identity --accept-loss --reason TEXT  [options]"
    static let summary = LocalizedText(
        "谁可以调用：令牌、密钥、证书的增加、列出、撤销和更换；存储密钥的建立与更换；身份密钥遗失时弃用",
        "who may call: add, list, revoke and rotate tokens, keys and certificates; make and rotate the keys of a store, or give up a lost identity key"
    )
    static let details: [HelpLine] =
        [
            .item(
                "add (--partner ID | --institution CODE | --operator NAME [--role ROLE]) [--days N] [--test]",
                "生成令牌并写入 credentials.xml；加 --algorithm ALGORITHM --key FILE [--id KEYID] 则登记其签名密钥，加 --certificate FILE 则登记其证书",
                "make a bearer token and put its line into credentials.xml; with --algorithm ALGORITHM --key FILE [--id KEYID] the key that its holder signs with instead, with --certificate FILE its certificate"
            ),
            .item("list", "谁可以调用，凭哪些令牌、密钥和证书，到何时", "who may call, by which tokens, keys and certificates, until when"),
            .item("revoke NAME", "撤销一个，NAME 为 list 所示名称", "take one out, by what `list` calls it"),
            .item(
                "rotate NAME", "在原令牌之外发放新令牌，原令牌在 --overlap 日（默认 7）后失效",
                "a new token beside the old one, which ends after --overlap days (7)"),
            .item(
                "new (--partner ID | --institution CODE | --operator NAME) [--days N] [--test]",
                "生成令牌，以及写入 credentials.xml 的一行",
                "make a bearer token and the line for credentials.xml that lets its holder in"),
            .item(
                "pair ALGORITHM FILE",
                "生成签名密钥（hmac-sha256、ed25519、ecdsa-p256-sha256、hmac-sm3、sm2-sm3），文件仅属主可读；成对的公钥写到 FILE.pub",
                "make a key that messages are signed with (hmac-sha256, ed25519, ecdsa-p256-sha256, hmac-sm3, sm2-sm3), in a file of its owner's alone; of two halves the public one goes into FILE.pub"
            ),
            .item(
                "master FILE", "为 gateway.xml 的 <encryption> 生成主密钥，文件仅属主可读",
                "make a master key for <encryption> in gateway.xml, in a file of its owner's alone"),
            .item(
                "rotate-data", "换一把数据密钥，重新加密全部内容并删去旧钥，网关可照常运行；以前未加密的也一并加密；中断后再运行即接着做",
                "make a new data key, seal everything by it, beside a running gateway, and remove the old one; it also seals what a store holds in clear from before, and goes on where it was broken off"
            ),
            .item(
                "rotate-master --to FILE", "改用 FILE 中的主密钥包裹数据密钥",
                "wrap the data keys by the master key in FILE, which takes the old one's place"),
            .item(
                "identity --accept-loss", "存储改用文件中的（或新的）身份密钥：以前的人和共享数据不再能按号码找到。仅在任何备份中都没有原密钥时使用，先停网关",
                "the store goes on with the identity key that is in the file, or with a new one: persons and shares from before are not found again. Only where the store's own key is in no backup either; stop the gateway first"
            ),
            .item(
                "--test", "与 --partner 同用：测试用，所发内容不到达任何人",
                "with --partner: for rehearsals, so that what comes with it reaches nobody"),
            .item(
                "--days N", "令牌的最后一天，从今天起算（1 到 3650）；不写则长期有效",
                "the last day of the token, counted from today (1 to 3650); without it the token never ends"),
            .item(
                "--reason TEXT", "rotate-data、rotate-master、identity 须写明的理由，记入审计",
                "why, which rotate-data, rotate-master and identity need, for the audit trail"),
            .config,
            .note("令牌只显示这一次；网关只保存其 SHA-256。", "The token is printed once; the gateway keeps only its SHA-256."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments,
            valued: [
                "partner", "institution", "operator", "role", "days", "overlap", "algorithm", "key", "id",
                "certificate",
                "config", "to", "reason",
            ],
            flags: ["accept-loss", "test"])
        try arguments.allow(
            [
                "add": [
                    "partner", "institution", "operator", "role", "days", "test", "algorithm", "key", "id",
                    "certificate",
                ], "list": [], "revoke": [], "rotate": ["days", "overlap"],
                "new": ["partner", "institution", "operator", "days", "test"], "master": [], "rotate-data": ["reason"],
                "pair": [],
                "rotate-master": ["to", "reason"], "identity": ["accept-loss", "reason"],
            ], besides: ["config"])
        switch (arguments.words.first, arguments.words.dropFirst().first, arguments.words.count) {
        case (let action?, nil, 1) where ["add", "list"].contains(action):
            return try CredentialKeys.run(action, arguments)
        case (let action?, _?, 2) where ["revoke", "rotate"].contains(action):
            return try CredentialKeys.run(action, arguments)
        case ("new", nil, 1): return try makeToken(arguments)
        case ("pair", let algorithm?, 3): return try SigningKeys.make(algorithm, arguments.words[2])
        case ("master", let file?, 2): return try StoreKeys.make(file)
        case ("rotate-data", nil, 1): return try await StoreKeys.rotateData(arguments)
        case ("rotate-master", nil, 1): return try await StoreKeys.rotateMaster(arguments)
        case ("identity", nil, 1): return try await giveUpIdentity(arguments)
        default:
            throw UsageError(
                "写 add、list、revoke 或 rotate 名称、new、pair 算法 文件、master 文件、rotate-data、rotate-master 或 identity",
                "say add, list, revoke or rotate with a name, new, pair with an algorithm and a file, master and a file, rotate-data, rotate-master or identity"
            )
        }
    }

    private static func makeToken(_ arguments: Arguments) throws -> Int32 {
        let kinds = [("partner", "id"), ("institution", "code"), ("operator", "name")]
        let holders = kinds.compactMap { kind in arguments[kind.0].map { (kind.0, kind.1, $0) } }
        guard let (element, attribute, id) = holders.first, holders.count == 1 else {
            throw UsageError(
                "写明是谁的：一个 --partner、--institution 或 --operator",
                "say whose key it is: one partner, institution or operator")
        }
        var validity = ""
        if let days = arguments["days"] {
            guard let count = Int(days), (1...3650).contains(count) else {
                throw UsageError("--days 为 1 到 3650", "--days takes 1 to 3650")
            }
            validity = " validUntil=\"\(Instant(Date()).advanced(seconds: count * 86_400).rfc3339.prefix(10))\""
        }
        guard !arguments.has("test") || element == "partner" else {
            throw UsageError("--test 与 --partner 同用", "--test goes with --partner")
        }
        if arguments.has("test") { validity += " test=\"true\"" }
        let token = try Token.make()
        // The same in every language: scripts take them out by these words.
        Terminal.print("token:  \(token)")
        let line = "<\(element) \(attribute)=\"\(id)\" tokenSha256=\"\(Token.hash(token))\"\(validity)/>"
        Terminal.print("line:   \(line)")
        return 0
    }

    private static func giveUpIdentity(_ arguments: Arguments) async throws -> Int32 {
        guard arguments.has("accept-loss") else {
            throw UsageError("须以 --accept-loss 表示接受由此失去的内容", "what is lost by it must be accepted: --accept-loss")
        }
        let reason = try arguments.reason()
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        if configuration.postgreSQL == nil, StoreFiles.isInUse(configuration.storePath) {
            throw CommandFailure(at: configuration.storePath, "正在使用，请先停止网关。", "is in use; stop the gateway first.")
        }
        let database = try await configuration.openExistingStore()
        let store = try await SQLMessageStore(database: database)
        try await store.forgetIdentity()
        // What it remembers is under the key that is lost.
        try AuditTrailFile(besideKey: configuration.identityKeyFile).forget()
        let key = try await IdentityKey.load(configuration.identityKeyFile, for: store, makesAnother: true)
        try await store.record(
            AuditAct(
                system: .giveUpIdentityKey, on: "identity key \(key.fingerprint)", detail: reason, at: Instant(Date()))
        )
        await configuration.close(sealing: database)
        let file = configuration.identityKeyFile
        Terminal.print("存储从此使用身份密钥 \(file)", "\(file) is the store's identity key from now on")
        return 0
    }
}
