import Canonical
import Testing

@testable import Translation

/// The code lists that ship, as data.
@Suite struct ShippedCodes {
    private static let codes = Result {
        try MappingLoader.load(directory: mappingsFolder.path, digest: { _ in "" }).codes
    }

    @Test(arguments: try codes.get().names)
    func `every code of a list is found by its name and named by its code`(name: String) throws {
        let list = try #require(try Self.codes.get()[name])
        for entry in list.entries where !entry.code.isEmpty {
            #expect(list.name(of: entry.code) == entry.zh)
            #expect(list.code(for: entry.code) == entry.code, "\(name) \(entry.code)")
            #expect(list.codes(in: entry.zh).contains(entry.code), "\(name) \(entry.zh)")
            for alias in entry.aliases where list.match == .exact {
                #expect(list.code(for: alias) == entry.code, "\(name) \(alias) stands for two codes")
            }
        }
    }

    @Test(arguments: [
        ("sex", "GB/T 2261.1", 4), ("marital", "GB/T 2261.2", 8), ("ethnicity", "GB/T 3304", 58),
        ("idDocumentType", "GA/T 2000.156", 36), ("division", "GB/T 2260", 50), ("courtCaseType", "案件类型", 70),
        ("officialDocument", "2023", 32), ("scopeItem", "法律援助法", 29), ("aidForm", "《法律援助法》第二十二条", 10),
        ("noticeGround", "法律援助法", 18), ("personnelKind", "程序规定", 4),
    ])
    func `the lists of the standards are whole and name their standard`(
        name: String, standard: String, count: Int
    ) throws {
        let list = try #require(try Self.codes.get()[name])
        #expect(list.standard?.contains(standard) ?? false)
        #expect(list.entries.count >= count)
    }
}
