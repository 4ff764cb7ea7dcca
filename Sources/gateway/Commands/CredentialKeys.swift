import Foundation
import Transport
import Vocabulary

/// Who may call: `gateway keys add|list|revoke|rotate` write `credentials.xml`.
enum CredentialKeys {
    /// Days that an old token still counts, so that its holder has time to change.
    private static let overlap = 7

    static func run(_ action: String, _ arguments: Arguments) throws -> Int32 {
        let settings = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        var file = try CredentialFile(path: settings.credentialsFile)
        switch action {
        case "list":
            list(file)
            return 0
        case "add": try add(arguments, settings, to: &file)
        case "revoke": try revoke(try named(arguments, in: file), in: &file)
        default: try rotate(try named(arguments, in: file), arguments, in: &file)
        }
        try file.save()
        Terminal.print("重新加载（gateway reload 或 SIGHUP）后生效。", "It counts after `gateway reload`, or SIGHUP.")
        return 0
    }

    private static func list(_ file: CredentialFile) {
        for line in file.lines {
            let name = "\(line.kind) \(line.holder)  \(line.credential) \(line.name)"
            let (from, until) = (line.attributes["validFrom"], line.attributes["validUntil"])
            Terminal.print(
                name + (from.map { "，自 \($0)" } ?? "") + (until.map { "，至 \($0)" } ?? ""),
                name + (from.map { " from \($0)" } ?? "") + (until.map { " until \($0)" } ?? ""))
        }
    }

    private static func named(_ arguments: Arguments, in file: CredentialFile) throws -> CredentialFile.Line {
        guard arguments.words.count == 2 else {
            throw UsageError(
                "写明哪一个：密钥编号、证书主题，或摘要的前八位以上（见 keys list）",
                "say which: a key's id, a certificate's subject, or eight digits or more of a digest (`keys list`)")
        }
        let name = arguments.words[1]
        let found = file.lines.filter { $0.isNamed(name) }
        guard let line = found.first, found.count == 1 else {
            throw CommandFailure(
                at: name, found.isEmpty ? "没有此凭证，见 gateway keys list。" : "不止一个，请给出更多位。",
                found.isEmpty ? "no such credential; see `gateway keys list`." : "more than one; give more digits.")
        }
        return line
    }

    private static func add(
        _ arguments: Arguments, _ settings: Configuration, to file: inout CredentialFile
    ) throws {
        let kinds = [("partner", "id"), ("institution", "code"), ("operator", "name")]
        let holders = kinds.compactMap { kind in arguments[kind.0].map { (kind.0, kind.1, $0) } }
        guard let (kind, attribute, id) = holders.first, holders.count == 1 else {
            throw UsageError(
                "写明是谁的：一个 --partner、--institution 或 --operator",
                "say whose it is: one partner, institution or operator")
        }
        try require(kind, id, in: settings)
        var line = "<\(kind) \(attribute)=\"\(id.escapedForAttribute)\""
        if let certificate = arguments["certificate"] {
            line += " certificateSha256=\"\(try fingerprint(certificate))\""
        } else if let algorithm = arguments["algorithm"] {
            guard let path = arguments["key"] else {
                throw UsageError(
                    "--key FILE：持有人的公钥或共享密钥；gateway keys pair 可生成",
                    "--key FILE: the holder's public key, or the secret; `gateway keys pair` makes them")
            }
            line += try key(algorithm, path, arguments["id"])
        } else {
            let token = try Token.make()
            line += " tokenSha256=\"\(Token.hash(token))\""
            if let role = arguments["role"] {
                guard kind == "operator", OperatorRole(rawValue: role) != nil else {
                    throw UsageError(
                        "--role 为 viewer、operator、auditor 或 administrator，与 --operator 同用",
                        "--role takes viewer, operator, auditor or administrator, with --operator")
                }
                line += " role=\"\(role)\""
            }
            if arguments.has("test") {
                guard kind == "partner" else { throw UsageError("--test 与 --partner 同用", "--test goes with --partner") }
                line += " test=\"true\""
            }
            Terminal.print("token:  \(token)")
        }
        if let end = try lastDay(arguments["days"]) { line += " validUntil=\"\(end)\"" }
        try file.add(line + "/>")
    }

    private static func require(_ kind: String, _ id: String, in settings: Configuration) throws {
        let isKnown =
            switch kind {
            case "partner": settings.partners.contains { $0.id == id }
            case "institution": settings.institutions.contains { $0.code == id }
            default: !id.isEmpty
            }
        guard isKnown else { throw CommandFailure("设置中没有此单位：\(id)", "no \(kind) \(id) in the settings") }
    }

    private static func fingerprint(_ path: String) throws -> String {
        guard let digest = CertificateFile.fingerprint(of: try bytes(of: path)) else {
            throw CommandFailure(at: path, "不是 PEM 证书。", "holds no certificate in PEM.")
        }
        return digest
    }

    private static func key(_ name: String, _ path: String, _ id: String?) throws -> String {
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            let known = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("没有算法 \(name)；可用：\(known)", "\(name) is no algorithm; take one of \(known)")
        }
        let place = URL(filePath: path).standardizedFileURL
        let data = try bytes(of: place.path)
        let key: SignatureKey
        do throws(SignatureKey.Mistake) {
            key = try SignatureKey(algorithm, text: String(decoding: data, as: UTF8.self), isPrivate: false)
        } catch {
            throw CommandFailure(at: path, "不是 \(name) 的公钥或密钥。", "holds no key of \(name).")
        }
        let own = id ?? "\(place.deletingPathExtension().lastPathComponent)-\(key.fingerprint.prefix(6))"
        return
            " keyId=\"\(own.escapedForAttribute)\" algorithm=\"\(name)\" keyFile=\"\(place.path.escapedForAttribute)\""
    }

    private static func revoke(_ line: CredentialFile.Line, in file: inout CredentialFile) throws {
        file.remove(line)
        let name = "\(line.kind) \(line.holder): \(line.credential) \(line.name)"
        Terminal.print("\(name) 已撤销", "\(name) taken out")
    }

    /// A new token beside the old one, which ends soon.
    private static func rotate(
        _ line: CredentialFile.Line, _ arguments: Arguments, in file: inout CredentialFile
    ) throws {
        guard line.attributes["tokenSha256"] != nil else {
            throw CommandFailure(
                "密钥和证书由持有人更换：先 keys add 新的，再 keys revoke 旧的。",
                "keys and certificates are their holder's to renew: `keys add` the new one, then `keys revoke` this one."
            )
        }
        let token = try Token.make()
        var fresh = line.attributes
        fresh["tokenSha256"] = Token.hash(token)
        fresh["validUntil"] = try lastDay(arguments["days"])
        var old = line.attributes
        let days = arguments["overlap"] ?? "\(overlap)"
        guard let count = Int(days), (0...365).contains(count) else {
            throw UsageError("--overlap 为 0 到 365", "--overlap takes 0 to 365")
        }
        let end = day(in: count)
        // One that ends sooner still does.
        old["validUntil"] = min(old["validUntil"] ?? end, end)
        file.replace(line, with: element(line.kind, old))
        try file.add(element(line.kind, fresh))
        Terminal.print("token:  \(token)")
        let name = "\(line.kind) \(line.holder): \(line.credential) \(line.name)"
        let last = old["validUntil"] ?? end
        Terminal.print("\(name) 于 \(last) 失效", "\(name) ends \(last)")
    }

    private static func element(_ kind: String, _ attributes: [String: String]) -> String {
        let order = ["id", "code", "name", "role", "tokenSha256", "validUntil", "test"]
        let written = order.compactMap { name in
            attributes[name].map { " \(name)=\"\($0.escapedForAttribute)\"" }
        }
        return "<\(kind)\(written.joined())/>"
    }

    private static func lastDay(_ days: String?) throws(UsageError) -> String? {
        guard let days else { return nil }
        guard let count = Int(days), (1...3650).contains(count) else {
            throw UsageError("--days 为 1 到 3650", "--days takes 1 to 3650")
        }
        return day(in: count)
    }

    private static func day(in days: Int) -> String {
        String(Instant(Date()).advanced(seconds: days * 86_400).rfc3339.prefix(10))
    }
}
