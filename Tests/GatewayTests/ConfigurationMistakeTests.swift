import Documents
import Foundation
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Every word of the configuration's files, misspelt once: none is passed over.
@Suite struct ConfigurationMistakeTests {
    /// One planted mistake.
    private struct Mistake: CustomStringConvertible {
        let file: String
        let text: String
        let line: Int
        /// The misspelt word, which the complaint names.
        let word: String

        var description: String { "\(file):\(line): \(word)" }
    }

    /// A configuration with every element and attribute that the schemas know, in a folder of the test's own.
    private struct FullConfiguration {
        let folder: URL
        let files: [String: String]

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["in", "out", "archive", "error"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            try sampleAuthority.write(to: folder.appending(path: "ca.pem"), atomically: true, encoding: .utf8)
            let secret = Data((0..<32).map { UInt8($0) }).base64EncodedString()
            try secret.write(to: folder.appending(path: "secret.b64"), atomically: true, encoding: .utf8)
            try SignatureKey.make(.ed25519).own.write(
                to: folder.appending(path: "receipts.pem"), atomically: true, encoding: .utf8)
            for name in ["secret.b64", "receipts.pem"] { chmod(folder.appending(path: name).path, 0o600) }
            try "token\n".write(to: folder.appending(path: "token"), atomically: true, encoding: .utf8)
            let config = repository.appending(path: "config").path
            let address =
                #"url="https://example.invalid/x" tokenFile="token" authorities="ca.pem" timeoutSeconds="20" concurrency="4" openAfter="5" probeSeconds="30""#
            let retry = #"<retry baseSeconds="2" capSeconds="3600" maxAttempts="100" keepHours="240"/>"#
            let confirm =
                #"<sign keyId="out-1" algorithm="hmac-sha256" keyFile="secret.b64"/><confirm path="/answer/code" equals="0"/>"#
            let hashes = (0..<4).map { "tokenSha256=\"\(Token.hash("\($0)"))\" validUntil=\"2099-12-31\"" }
            files = [
                "gateway.xml": """
                <gateway xmlns="urn:legal-aid-gateway:config:1">
                  <listen host="127.0.0.1" port="0" proxies="192.0.2.1 2001:db8::1"/>
                  <store path="store.sqlite"/>
                  <encryption suite="sm4" keyFile="master.key" keyVariable="MASTER_KEY"/>
                  <mappings path="\(repository.appending(path: "Mappings").path)"/>
                  <rules path="\(config)/rules"/>
                  <calendar path="\(config)/calendar"/>
                  <institutions path="institutions.xml"/>
                  <partners path="partners.xml"/>
                  <credentials path="credentials.xml"/>
                  <identityKey path="identity.key"/>
                  <retention path="retention.xml"/>
                  <exchange pollSeconds="5" quietSeconds="5" receiptSeconds="300"/>
                  <cases parkedSeconds="259200" sweepSeconds="15"/>
                  <limits bodyBytes="52428800" depth="64" nodes="10000" headerSeconds="10" bodySeconds="60" connections="1000" inFlight="256" pendingWrites="4096" heldBytes="536870912" idlePerAddress="128" waitingCalls="16" callsPerMinute="6000"/>
                  <signatures skewSeconds="300"/>
                  <receipts keyId="receipts-1" algorithm="ed25519" keyFile="receipts.pem"/>
                  <uploads bytes="20971520" quotaBytes="1073741824" keepHours="72"/>
                  <find names="true"/>
                  <audit headFile="heads.jsonl" headHours="24"/>
                  <alerts everySeconds="30" settleSeconds="300" deadLetters="1" deadLetterHours="24" queueMinutes="120" partnerSilentHours="48" hearingDays="3" expiryDays="30">
                    <webhook \(address)>
                      \(confirm)
                    </webhook>
                  </alerts>
                </gateway>
                """,
                "partners.xml": """
                <partners xmlns="urn:legal-aid-gateway:partners:1">
                  <partner id="court" name="法院" senderType="court" statusMapping="court/status" contact="立案庭 0519-80000001" callsPerMinute="600" signatures="required">
                    <senderCode>320402</senderCode>
                    <mapping>court/defence-notice</mapping>
                    <returnAddress \(address)>
                      \(confirm)
                    </returnAddress>
                    \(retry)
                    <exchange in="in" out="out" archive="archive" error="error" marker=".ok"/>
                  </partner>
                </partners>
                """,
                "institutions.xml": """
                <institutions xmlns="urn:legal-aid-gateway:institutions:1">
                  <institution code="CZ-SZ" name="常州市法律援助中心" division="320400" phone="0519-80000000" center="yes" signatures="optional">
                    <court>苏04</court>
                    <organ>常州市司法局</organ>
                    <push \(address)>
                      \(confirm)
                      \(retry)
                    </push>
                  </institution>
                  <institution code="CZ-TN" name="天宁" within="CZ-SZ" active="no" replacedBy="CZ-SZ">
                    <division>320402</division>
                    <place>天宁区</place>
                    <town from="CZ-SZ">郑陆镇</town>
                  </institution>
                  <region name="南京市" division="3201" court="苏01"/>
                </institutions>
                """,
                "credentials.xml": """
                <credentials xmlns="urn:legal-aid-gateway:credentials:1">
                  <partner id="court" \(hashes[0])/>
                  <partner id="court" \(hashes[3]) test="true"/>
                  <partner id="court" keyId="court-1" algorithm="hmac-sha256" keyFile="secret.b64" validFrom="2026-01-01" validUntil="2099-12-31"/>
                  <institution code="CZ-SZ" keyId="cz-1" algorithm="hmac-sm3" keyFile="secret.b64" validFrom="2026-01-01"/>
                  <institution code="CZ-SZ" \(hashes[1])/>
                  <operator name="wang" role="operator" \(hashes[2])/>
                </credentials>
                """,
                "retention.xml": """
                <retention xmlns="urn:legal-aid-gateway:retention:1">
                  <keep kind="shares" days="90" zh="依据" en="basis"/>
                </retention>
                """,
            ]
            for (name, text) in files { try write(text, to: name) }
        }

        func write(_ text: String, to name: String) throws {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }

        func complaints() -> [Complaint] {
            do throws(ConfigurationError) {
                _ = try Configuration(file: folder.appending(path: "gateway.xml").path)
                return []
            } catch {
                return error.complaints
            }
        }

        func remove() throws { try FileManager.default.removeItem(at: folder) }
    }

    /// The text with each of its words misspelt in turn: attributes, elements, and the words of closed lists.
    private static func mistakes(in text: String, of file: String) -> [Mistake] {
        var found: [Mistake] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() {
            func plant(_ changed: String, _ word: String) {
                lines[index] = changed
                found.append(
                    Mistake(file: file, text: lines.joined(separator: "\n"), line: index + 1, word: word))
                lines[index] = line
            }
            for match in line.matches(of: /([A-Za-z][A-Za-z0-9]*)="([^"]*)"/) where match.output.1 != "xmlns" {
                let word = String(match.output.1) + "x"
                plant(
                    line.replacingCharacters(in: match.output.1.startIndex..<match.output.1.endIndex, with: word), word)
                if ["yes", "no", "operator"].contains(match.output.2) {
                    let word = String(match.output.2) + "x"
                    plant(
                        line.replacingCharacters(in: match.output.2.startIndex..<match.output.2.endIndex, with: word),
                        word)
                }
                if match.output.2.allSatisfy(\.isNumber), !["division", "equals"].contains(match.output.1) {
                    plant(
                        line.replacingCharacters(in: match.output.2.startIndex..<match.output.2.endIndex, with: "many"),
                        String(match.output.1))
                }
            }
            // Of elements that begin and end on one line; of others the end would have to be found.
            let names = line.matches(of: /<\/?([A-Za-z]+)/).map(\.output.1)
            if let name = names.first, names.count == 2 || line.contains("/>") {
                plant(
                    line.replacing("<\(name)", with: "<\(name)x").replacing("</\(name)", with: "</\(name)x"), name + "x"
                )
            }
        }
        return found
    }

    @Test func `the store is in a file or in a database, and never in both`() throws {
        let full = try FullConfiguration()
        let text = try #require(full.files["gateway.xml"])
        for (store, isRight) in [
            (#"<store postgresql="host=db dbname=x"/>"#, true), (#"<store postgresql="postgresql://db/x"/>"#, true),
            ("<store/>", false), (#"<store path="x" postgresql="host=db"/>"#, false),
            (#"<store postgresql=""/>"#, false),
            (#"<store postgresql="host=db password=secret"/>"#, false),
            (#"<store postgresql="host=db nonsense=1"/>"#, false),
        ] {
            try full.write(text.replacing(/<store[^>]*>/, with: store), to: "gateway.xml")
            #expect(full.complaints().isEmpty == isRight, "\(store): \(full.complaints())")
            #expect(!"\(full.complaints())".contains("secret"))
        }
        try full.remove()
    }

    private static let ofCertificates: Set<String> = [
        "tls", "certificate", "key", "clientAuthorities", "revocationList", "clientCertificates", "minimum",
        "clientCertificate", "clientKey", "pinnedKey", "certificateSha256", "certificateSubject",
    ]

    @Test func `the full configuration is in order and holds every word that the schemas know`() throws {
        let full = try FullConfiguration()
        #expect(full.complaints() == [])
        for schema in ConfigurationSchema.allCases where schema != .senderKinds {
            let text = try #require(full.files["\(schema.rawValue).xml"])
            let source = String(decoding: schema.text, as: UTF8.self)
            for match in source.matches(of: /xs:(attribute|element) name="([A-Za-z0-9]+)"/) {
                let word = match.output.2
                // What needs certificates is settled and called over TLS in `CertificateCallTests`.
                if Self.ofCertificates.contains(String(word)) { continue }
                // Of the store's two places one is named, and the other in a test of its own.
                if word == "postgresql" { continue }
                #expect(
                    match.output.1 == "attribute" ? text.contains(" \(word)=\"") : text.contains("<\(word)"),
                    "\(schema): \(word)")
            }
        }
        try full.remove()
    }

    @Test func `every attribute, element and listed word that is misspelt once is told with its file and line`() throws
    {
        let full = try FullConfiguration()
        var count = 0
        for (file, text) in full.files {
            for mistake in Self.mistakes(in: text, of: file) {
                count += 1
                try full.write(mistake.text, to: file)
                let complaints = full.complaints()
                #expect(
                    complaints.contains {
                        $0.file.hasSuffix("/" + file) && $0.line == mistake.line && $0.text.contains(mistake.word)
                    }, "\(mistake) is told as \(complaints.map(\.description))")
            }
            try full.write(text, to: file)
        }
        #expect(count > 160, "\(count) mistakes")
        try full.remove()
    }

    /// The schema language takes them for flags.
    @Test func `a flag with blanks around it is told, and never read as no`() throws {
        let full = try FullConfiguration()
        var count = 0
        for (file, text) in full.files {
            for match in text.matches(of: /[ ]([a-z]+)="(true|false)"/) {
                for written in [" true", "true ", "\t1", "0\n"] {
                    try full.write(text.replacing(match.output.0, with: " \(match.output.1)=\"\(written)\""), to: file)
                    #expect(
                        full.complaints().contains { $0.file.hasSuffix("/" + file) }, "\(match.output.1) \(written)")
                    count += 1
                }
            }
            try full.write(text, to: file)
        }
        #expect(count >= 8)
        try full.remove()
    }

    @Test func `every wrong value of a line is told, and told once`() throws {
        let full = try FullConfiguration()
        var count = 0
        for (file, text) in full.files {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for (index, line) in lines.enumerated() {
                var names: [String] = []
                lines[index] = line.replacing(#/ ([A-Za-z0-9]+)="([^"]*)"/#) { match in
                    let name = String(match.1)
                    let isNumber = !match.2.isEmpty && match.2.allSatisfy(\.isNumber)
                    // Those that anything may stand in.
                    guard !["equals", "xmlns"].contains(name),
                        isNumber || ["host", "suite", "role", "id"].contains(name),
                        !["division", "court"].contains(name)
                    else { return String(match.0) }
                    names.append(name)
                    return isNumber ? " \(name)=\"many\"" : " \(name)=\"\""
                }
                guard names.count > 1 else {
                    lines[index] = line
                    continue
                }
                count += 1
                try full.write(lines.joined(separator: "\n"), to: file)
                let told = full.complaints().filter { $0.line == index + 1 && $0.file.hasSuffix("/" + file) }
                for name in names {
                    let count = told.count { $0.text.split { !$0.isLetter && !$0.isNumber }.first == name[...] }
                    #expect(count == 1, "\(name): \(told.map(\.text))")
                }
                lines[index] = line
            }
            try full.write(text, to: file)
        }
        #expect(count > 6, "\(count) lines")
        try full.remove()
    }

    @Test func `the manual names every schema that can be printed`() throws {
        let manual = try String(contentsOf: repository.appending(path: "config/README.md"), encoding: .utf8)
        let names = ConfigurationSchema.allCases.map(\.rawValue).joined(separator: "|")
        #expect(manual.contains("`gateway schema \(names)`"))
    }

    @Test func `a store that the settings do not name lies beside them`() throws {
        let full = try FullConfiguration()
        let text = try #require(full.files["gateway.xml"])
        try full.write(text.replacing(/<store[^>]*>/, with: ""), to: "gateway.xml")
        let configuration = try Configuration(file: full.folder.appending(path: "gateway.xml").path)
        #expect(configuration.storePath == full.folder.appending(path: "gateway.sqlite").path)
        try full.remove()
    }

    @Test func `a file without its namespace is told which one it needs`() throws {
        let full = try FullConfiguration()
        for (file, text) in full.files {
            try full.write(text.replacing(#/ xmlns="[^"]*"/#, with: "", maxReplacements: 1), to: file)
            #expect(full.complaints().contains { $0.line == 1 && $0.text.contains("needs xmlns=\"urn:") }, "\(file)")
            try full.write(text, to: file)
        }
        try full.remove()
    }

    @Test(arguments: ConfigurationSchema.allCases.map(\.rawValue))
    func `a schema is printed for editors`(name: String) throws {
        let (code, output) = try GatewayProcess.run(["schema", name])
        #expect(code == 0)
        #expect(output.contains("targetNamespace=\"urn:legal-aid-gateway:"))
        #expect(try GatewayProcess.run(["schema", "nobody"]).code == 2)
    }
}
