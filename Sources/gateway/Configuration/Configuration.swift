import Cases
import Documents
import Foundation
import Intake
import Messaging
import Operations
import Storage
import Transport
import Triage
import Vocabulary

/// The settings of `gateway.xml` and of the files that it names.
struct Configuration: Sendable {
    /// The settings' own file.
    let file: String
    var host = "127.0.0.1"
    var port: UInt16 = 8480
    /// Numeric addresses of proxies on other machines that are believed what they say of the sender.
    var proxies: Set<String> = []
    /// Nothing where plain HTTP is spoken.
    private(set) var tls: TLSSettings?
    var storePath = "gateway.sqlite"
    /// Nothing where the store is a file.
    var postgreSQL: PostgreSQLSettings?
    var mappings = "Mappings"
    var rules = "config/rules"
    var calendar = "config/calendar"
    var institutionsFile = "config/institutions.xml"
    private(set) var partnersFile = "config/partners.xml"
    private(set) var credentialsFile = "config/credentials.xml"
    var senderKinds = SenderKinds()
    var partners: [Partner] = []
    var institutions: [Institution] = []
    var credentials = Credentials()
    var bodyBytes = 50 << 20
    var depth = 64
    var nodes = 10_000
    var headerSeconds = 10
    var bodySeconds = 60
    var connections = 1000
    var inFlight = 256
    /// Bytes of all bodies together that arrive or are worked on.
    var heldBytes = 512 << 20
    var idlePerAddress = 128
    var waitingCalls = 16
    var pendingWrites = 4096
    /// Between two looks into the exchange folders.
    var exchangeSeconds = 5
    /// How long a file must have rested there to be complete, where its partner uses no markers.
    var exchangeQuietSeconds = 5
    /// How long a complete file may wait for its receipt (CLK-25).
    var receiptSeconds = 300
    var alerts = AlertSettings()
    var caseLimits = CaseLimits()
    /// How long each kind of data is kept.
    var retention = RetentionSchedule()
    /// What `gateway.xml` and the file of retention say, by element and attribute: a change is told at a reload.
    private(set) var settings: [String: String] = [:]
    private var retentionFile: String?
    private(set) var retentionPath = "config/retention.xml"
    var uploadLimits = UploadLimits()
    var sweepSeconds = 15
    /// What receipts are signed by; nothing where none are.
    var receiptSigner: SignedReceipts.Signer?
    /// The secret for finding persons again; beside the store where nothing else is said.
    var identityKey: String?
    /// Whether operators may find people by their names; the names are indexed by keyed hash from then on.
    var findsNames = false
    /// Where heads of the audit trail are handed out to, besides the log.
    var auditHeadFile: String?
    var auditHeadHours = 24
    var identityKeyFile: String { identityKey ?? storePath + ".identity-key" }

    /// Nothing where the store is not encrypted.
    var encryption: StoreEncryption?

    /// Whether what is sent here goes over a network in clear.
    var isPlainToOthers: Bool {
        tls == nil && proxies.isEmpty && !host.hasPrefix("127.") && host != "::1"
    }

    var registry: Registry {
        Registry(
            partners: partners, institutions: institutions, senderKinds: senderKinds, alarmSystem: alerts.webhook)
    }
    var parseLimits: ParseLimits { ParseLimits(bytes: bodyBytes, depth: depth, nodes: nodes) }

    /// Reads `gateway.xml` and what it names.
    ///
    /// - Throws: `ConfigurationError` with every mistake in all of the files.
    init(file: String) throws(ConfigurationError) {
        self.file = URL(filePath: file).standardizedFileURL.path
        var reader = ConfigurationReader()
        let base = URL(filePath: file).deletingLastPathComponent()
        func path(_ relative: String) -> String { URL(filePath: relative, relativeTo: base).standardizedFileURL.path }
        partnersFile = path("partners.xml")
        credentialsFile = path("credentials.xml")
        storePath = path("gateway.sqlite")
        mappings = path("../Mappings")
        rules = path("rules")
        calendar = path("calendar")
        institutionsFile = path("institutions.xml")

        if let root = reader.root(of: file, named: "gateway") {
            for element in root.children {
                if element.name == "encryption" {
                    encryption = reader.encryption(in: element, path: path)
                } else {
                    read(element, path: reader.attribute("path", of: element).map(path), &reader)
                }
            }
            note(root)
            auditHeadFile = auditHeadFile.map(path)
            boundUploads(root.children.first { $0.name == "uploads" }, &reader)
        }
        retentionPath = retentionFile ?? path("retention.xml")
        retention = reader.retention(in: retentionFile, otherwise: retentionPath)
        // A share bears the moment of its end from its receipt on.
        caseLimits.evidence = retention[.shares].days.map { Int64($0) * 86_400_000 } ?? caseLimits.evidence
        institutions = reader.institutions(in: InstitutionFile(path: institutionsFile))
        senderKinds = reader.senderKinds(in: mappings + "/sender-kinds.xml")
        reader.ownPlaces = ownPlaces
        partners = reader.partners(in: partnersFile, kinds: senderKinds)
        reader.read(&credentials, in: credentialsFile, partners: partners, institutions: institutions)
        for index in partners.indices {
            partners[index].tokenEnd = tokenEnd(of: Caller(role: .partner, id: partners[index].id))
        }
        settings["<retention>"] = ConfigurationDigests.digest(ofFile: retentionPath) ?? ""
        guard reader.complaints.isEmpty else { throw ConfigurationError(reader.complaints) }
    }

    /// What is the gateway's own: folders whose files it reads as data, and single files.
    private var ownPlaces: OwnPlaces {
        OwnPlaces(
            folders: [mappings, rules, calendar],
            files: [file, partnersFile, credentialsFile, institutionsFile, retentionPath, storePath, identityKeyFile]
                + [auditHeadFile, encryption?.keyFile].compactMap(\.self))
    }

    private mutating func note(_ element: Node, within outer: String = "") {
        for child in element.children {
            let name = outer.isEmpty ? child.name : "\(outer)/\(child.name)"
            for (attribute, value) in child.attributes {
                settings["<\(name) \(attribute)>", default: ""] += value + "\n"
            }
            note(child, within: name)
        }
    }

    /// - Parameter named: the path that the element gives, from the file's own folder.
    private mutating func read(_ element: Node, path named: String?, _ reader: inout ConfigurationReader) {
        switch element.name {
        case "listen":
            host = reader.attribute("host", of: element) ?? host
            let named = element.attribute("proxies").map { $0.split(separator: " ").map(String.init) } ?? []
            for address in named where !ListenAddress.isNumeric(address) {
                reader.complain(at: element, "proxies must be numeric addresses with blanks between them")
            }
            proxies = Set(named)
            tls = reader.tls(in: element)
            port = UInt16(reader.number("port", of: element, in: 0...65_535) ?? Int(port))
        case "store": (storePath, postgreSQL) = (named ?? storePath, reader.postgreSQL(in: element))
        case "mappings": mappings = named ?? mappings
        case "rules": rules = named ?? rules
        case "calendar": calendar = named ?? calendar
        case "institutions": institutionsFile = named ?? institutionsFile
        case "partners": partnersFile = named ?? partnersFile
        case "credentials": credentialsFile = named ?? credentialsFile
        case "retention": retentionFile = named ?? retentionFile
        case "identityKey": identityKey = named ?? identityKey
        case "audit": readAudit(element, &reader)
        case "find": findsNames = reader.flag("names", of: element)
        case "cases": readCases(element, &reader)
        case "limits": readLimits(element, &reader)
        case "uploads": readUploads(element, &reader)
        case "receipts":
            guard let id = reader.required("keyId", of: element),
                let key = reader.signatureKey(of: element, isPrivate: true)?.key
            else { return }
            if key.algorithm.isShared {
                reader.complain(at: element, "receipts need a key of two halves: ed25519, ecdsa-p256-sha256 or sm2-sm3")
            }
            receiptSigner = SignedReceipts.Signer(key: key, keyID: id)
        case "signatures":
            credentials.skewSeconds =
                reader.number("skewSeconds", of: element, in: 5...3600) ?? credentials.skewSeconds
        case "exchange":
            exchangeSeconds = reader.number("pollSeconds", of: element, in: 1...3600) ?? exchangeSeconds
            exchangeQuietSeconds = reader.number("quietSeconds", of: element, in: 0...3600) ?? exchangeQuietSeconds
            receiptSeconds = reader.number("receiptSeconds", of: element, in: 1...86_400) ?? receiptSeconds
        case "alerts": alerts = reader.alerts(in: element)
        default: break  // The schema has told.
        }
    }

    private mutating func readAudit(_ element: Node, _ reader: inout ConfigurationReader) {
        auditHeadFile = reader.attribute("headFile", of: element) ?? auditHeadFile
        auditHeadHours = reader.number("headHours", of: element, in: 1...8760) ?? auditHeadHours
    }

    private mutating func readCases(_ element: Node, _ reader: inout ConfigurationReader) {
        func read(_ name: String, in range: ClosedRange<Int>, unit: Int64, into limit: inout Int64) {
            if let number = reader.number(name, of: element, in: range) { limit = Int64(number) * unit }
        }
        read("parkedSeconds", in: 1...31_536_000, unit: 1000, into: &caseLimits.parking)
        sweepSeconds = reader.number("sweepSeconds", of: element, in: 1...3600) ?? sweepSeconds
    }

    private mutating func readUploads(_ element: Node, _ reader: inout ConfigurationReader) {
        uploadLimits.bytes = reader.number("bytes", of: element, in: 1024...(1 << 30)) ?? uploadLimits.bytes
        uploadLimits.quota = reader.number("quotaBytes", of: element, in: 1024...(1 << 40)) ?? uploadLimits.quota
        if let hours = reader.number("keepHours", of: element, in: 1...8760) {
            uploadLimits.keep = Int64(hours) * 3_600_000
        }
    }

    /// An attachment comes as a body and is kept whole: it can be no larger than either bound.
    private mutating func boundUploads(_ element: Node?, _ reader: inout ConfigurationReader) {
        guard let element, element.attribute("bytes") != nil else {
            uploadLimits.bytes = min(uploadLimits.bytes, bodyBytes, uploadLimits.quota)
            return
        }
        if uploadLimits.quota < uploadLimits.bytes {
            reader.complain(at: element, "quotaBytes is less than bytes: no attachment of that size could be kept")
        }
        if uploadLimits.bytes > bodyBytes {
            reader.complain(at: element, "bytes is more than bodyBytes of <limits>: no such attachment could come in")
        }
    }

    private mutating func readLimits(_ element: Node, _ reader: inout ConfigurationReader) {
        bodyBytes = reader.number("bodyBytes", of: element, in: 1024...(1 << 30)) ?? bodyBytes
        depth = reader.number("depth", of: element, in: 4...200) ?? depth
        nodes = reader.number("nodes", of: element, in: 100...1_000_000) ?? nodes
        headerSeconds = reader.number("headerSeconds", of: element, in: 1...600) ?? headerSeconds
        bodySeconds = reader.number("bodySeconds", of: element, in: 1...3600) ?? bodySeconds
        connections = reader.number("connections", of: element, in: 1...100_000) ?? connections
        inFlight = reader.number("inFlight", of: element, in: 1...100_000) ?? inFlight
        heldBytes = reader.number("heldBytes", of: element, in: 1024...(1 << 40)) ?? heldBytes
        if heldBytes < bodyBytes {
            reader.complain(at: element, "heldBytes is less than bodyBytes: no body of that size could come in")
        }
        idlePerAddress = reader.number("idlePerAddress", of: element, in: 1...100_000) ?? idlePerAddress
        waitingCalls = reader.number("waitingCalls", of: element, in: 1...100_000) ?? waitingCalls
        credentials.callsPerMinuteOfAll = reader.number("callsPerMinute", of: element, in: 1...10_000_000)
        pendingWrites = reader.number("pendingWrites", of: element, in: 1...1_000_000) ?? pendingWrites
    }
}
