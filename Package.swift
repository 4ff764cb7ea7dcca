// swift-tools-version: 6.1
import PackageDescription

// The rooms of the house, in the order a message walks through them, and the rooms each may open a door to.
// Tests/ArchitectureTests holds the same plan against the import lines, since SwiftPM does not.
let rooms: [(name: String, doors: [Target.Dependency])] = [
    ("StrictJSON", []),
    ("Vocabulary", ["StrictJSON"]),
    ("Canonical", ["StrictJSON", "Vocabulary"]),
    ("Messaging", ["StrictJSON", "Vocabulary"]),
    ("Observability", ["StrictJSON"]),
    ("Documents", ["StrictJSON", "CLibXML2"]),
    ("Translation", ["StrictJSON", "Vocabulary", "Canonical", "Documents", "CPCRE2"]),
    ("Triage", ["StrictJSON", "Vocabulary", "Canonical", "Documents"]),
    ("Storage", ["StrictJSON", "Vocabulary", "Messaging", "CSQLite", "CPQ"]),
    ("Transport", ["StrictJSON", "Vocabulary", "CMicroHTTPD", "CCurl", "COpenSSL", "CZlib"]),
    (
        "Cases",
        [
            "StrictJSON", "Vocabulary", "Translation", "Triage", "Messaging", "Transport", "Canonical", "Observability",
        ]
    ),
    (
        "Intake",
        [
            "StrictJSON", "Vocabulary", "Cases", "Translation", "Triage", "Messaging", "Transport", "Documents",
            "Canonical",
            "Observability",
        ]
    ),
    ("Delivery", ["StrictJSON", "Vocabulary", "Messaging", "Transport", "Documents", "Observability"]),
    ("Spreadsheets", ["CXLSXWriter"]),
    (
        "Operations",
        [
            "StrictJSON", "Vocabulary", "Messaging", "Translation", "Triage", "Canonical", "Transport", "Observability",
            "Spreadsheets",
        ]
    ),
    (
        "Console",
        [
            "StrictJSON", "Vocabulary", "Operations", "Messaging", "Translation", "Triage", "Canonical", "Transport",
            "Observability",
        ]
    ),
]

/// Files, or folders of files, that are compiled in, so that the program is one file.
let embedded = [
    "Storage": ["Migrations"], "Console": ["Assets"], "Operations": ["Contract/contract.json", "Partners/Kit"],
]

let allRooms = rooms.map { Target.Dependency(stringLiteral: $0.name) }

/// Rooms with a test target of their own; the others are tested through the running gateway.
let testedAlone = [
    "StrictJSON", "Vocabulary", "Canonical", "Messaging", "Observability", "Documents", "Translation", "Triage",
    "Storage",
    "Transport", "Intake", "Delivery", "Operations",
]

/// Rooms that reckon much: they are optimised in debug builds too, since the tests read many thousands of documents. That is
/// compiled file by file, and tests see what is internal as before.
let optimised: Set<String> = ["StrictJSON", "Vocabulary", "Canonical", "Documents", "Translation", "Triage"]

/// What tests of a room need besides its doors: those who use the message store are tried with the real one.
let testedWith: [String: [Target.Dependency]] = [
    "Storage": ["PrivatePostgreSQL"],
    "Intake": ["Storage"], "Delivery": ["Storage"], "Operations": ["Storage", "Delivery"],
]

/// What lies beside a room's tests and is read by them.
let fixtures = ["Intake": ["Cases"]]

/// `make fuzz` asks for it: such a program links only with the sanitizers that it is built for. What it tries is a file of
/// the tests, which is linked into its folder.
let fuzzing: [Target] =
    Context.environment["LEGAL_AID_FUZZING"] == nil
    ? []
    : [
        .executableTarget(
            name: "gateway-fuzz", dependencies: ["StrictJSON", "Canonical", "Documents", "Translation"],
            path: "Tests/Fuzz")
    ]

let package = Package(
    name: "legal-aid-referral-gateway",
    products: [
        .executable(name: "gateway", targets: ["gateway"]),
        .executable(name: "gateway-bench", targets: ["gateway-bench"]),
    ],
    targets: [
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CXLSXWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    ]
        + rooms.map { room in
            .target(
                name: room.name, dependencies: room.doors,
                resources: (embedded[room.name] ?? []).map { .embedInCode($0) },
                swiftSettings: optimised.contains(room.name)
                    ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])
        }
        + [
            .executableTarget(
                name: "gateway", dependencies: allRooms, resources: [.embedInCode("Configuration/Schemas")]),
            .executableTarget(name: "gateway-bench", dependencies: allRooms),
            .target(name: "PrivatePostgreSQL", path: "Tests/PrivatePostgreSQL"),
            .testTarget(name: "ArchitectureTests"),
            .testTarget(
                name: "GatewayTests", dependencies: allRooms + ["gateway", "gateway-bench", "PrivatePostgreSQL"],
                exclude: ["Expected", "Frozen", "Independent"]),
        ]
        + fuzzing
        + testedAlone.map { room in
            .testTarget(
                name: "\(room)Tests",
                dependencies: [.init(stringLiteral: room)] + (rooms.first { $0.name == room }?.doors ?? [])
                    + (testedWith[room] ?? []),
                exclude: fixtures[room] ?? [])
        },
    swiftLanguageModes: [.v6]
)
