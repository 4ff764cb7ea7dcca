import Foundation
import Testing

/// The plan of the house: which rooms a room may open a door to. Package.swift repeats it for the compiler, but SwiftPM
/// accepts imports of siblings that were never declared, so the import lines themselves are read here.
private let doors: [String: Set<String>] = [
    "StrictJSON": [],
    "Vocabulary": ["StrictJSON"],
    "Canonical": ["StrictJSON", "Vocabulary"],
    "Messaging": ["StrictJSON", "Vocabulary"],
    "Observability": ["StrictJSON"],
    "Documents": ["StrictJSON", "CLibXML2"],
    "Translation": ["StrictJSON", "Vocabulary", "Canonical", "Documents", "CPCRE2"],
    "Triage": ["StrictJSON", "Vocabulary", "Canonical", "Documents"],
    "Storage": ["StrictJSON", "Vocabulary", "Messaging", "CSQLite", "CPQ"],
    "Transport": ["StrictJSON", "Vocabulary", "CMicroHTTPD", "CCurl", "COpenSSL", "CZlib"],
    "Cases": [
        "StrictJSON", "Vocabulary", "Translation", "Triage", "Messaging", "Transport", "Canonical", "Observability",
    ],
    "Intake": [
        "StrictJSON", "Vocabulary", "Cases", "Translation", "Triage", "Messaging", "Transport", "Documents",
        "Canonical",
        "Observability",
    ],
    "Delivery": ["StrictJSON", "Vocabulary", "Messaging", "Transport", "Documents", "Observability"],
    "Spreadsheets": ["CXLSXWriter"],
    "Operations": [
        "StrictJSON", "Vocabulary", "Messaging", "Translation", "Triage", "Canonical", "Transport", "Observability",
        "Spreadsheets",
    ],
    "Console": [
        "StrictJSON", "Vocabulary", "Operations", "Messaging", "Translation", "Triage", "Canonical", "Transport",
        "Observability",
    ],
    "gateway": allRooms,
    "gateway-bench": allRooms,
]

private let allRooms: Set<String> = [
    "StrictJSON", "Vocabulary", "Canonical", "Messaging", "Observability", "Documents", "Translation", "Triage",
    "Storage",
    "Transport",
    "Cases", "Intake", "Delivery", "Spreadsheets", "Operations", "Console",
]

/// What Swift itself and the system's C library bring.
private let outdoors: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch"]

private let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

private func swiftFiles(of room: String) throws -> [URL] {
    let root = sources.appending(path: room)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return paths.filter { $0.hasSuffix(".swift") }.map { root.appending(path: $0) }
}

private func imports(of room: String) throws -> Set<String> {
    var modules: Set<String> = []
    for file in try swiftFiles(of: room) {
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard let keyword = words.firstIndex(of: "import"),
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || $0 == "public" }),
                let module = words[(keyword + 1)...].first(where: { !["struct", "class", "enum", "func"].contains($0) })
            else { continue }
            modules.insert(String(module.split(separator: ".")[0]))
        }
    }
    return modules
}

@Test(arguments: doors.keys.sorted())
func `a room imports only the rooms on the plan`(room: String) throws {
    let allowed = try #require(doors[room]).union(outdoors)
    #expect(try imports(of: room).subtracting(allowed) == [])
}

@Test func `every folder of the house is on the plan`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter {
        !$0.contains(".") && $0 != "decisions"
    }
    let cModules = folders.filter {
        $0.hasPrefix("C") && FileManager.default.fileExists(atPath: sources.appending(path: "\($0)/shim.h").path)
    }
    #expect(Set(folders).subtracting(cModules) == Set(doors.keys))
}

@Test(arguments: ["CLibXML2", "CSQLite", "CPQ", "CCurl", "CMicroHTTPD", "COpenSSL", "CZlib", "CPCRE2", "CXLSXWriter"])
func `a C library is opened in exactly one room`(module: String) throws {
    let openers = try doors.keys.filter { try imports(of: $0).contains(module) }
    #expect(openers.count == 1, "\(module) is imported by \(openers.sorted())")
}

@Test func `only the executables read the clock, the environment and the arguments`() throws {
    let forbidden = ["Date()", "Date.now", "ProcessInfo.processInfo.environment", "CommandLine.arguments", "UUID()"]
    for room in allRooms.sorted() {
        for file in try swiftFiles(of: room) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in forbidden {
                #expect(!text.contains(word), "\(room)/\(file.lastPathComponent) uses \(word)")
            }
        }
    }
}

@Test func `nothing that input, disk or network can cause ends the process`() throws {
    let traps = ["try!", "fatalError(", "as! ", "preconditionFailure("]
    for room in doors.keys.sorted() {
        for file in try swiftFiles(of: room) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for trap in traps {
                #expect(!text.contains(trap), "\(room)/\(file.lastPathComponent) contains \(trap)")
            }
        }
    }
}
