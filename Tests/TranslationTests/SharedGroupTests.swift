import Canonical
import Documents
import Foundation
import Testing
import Vocabulary

@testable import Translation

/// What lies outside the records of a document is read once for all of them, and nobody can tell.
@Suite struct SharedGroups {
    private static func examples() throws -> [[UInt8]] {
        try FileManager.default.subpathsOfDirectory(atPath: mappingsFolder.path).sorted()
            .filter { $0.contains("/examples/") && !$0.contains(".expected.") }
            .map { [UInt8](try Data(contentsOf: mappingsFolder.appending(path: $0))) }
    }

    private static func translate(_ bytes: [UInt8], _ translator: Translator) -> TranslatedDocument {
        translator.translate(
            bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_699_408_800), limits: ParseLimits(), explain: false)
    }

    @Test func `every example becomes the same, read once or once for each person`() throws {
        let once = try Translator(directory: mappingsFolder.path, digests: .fixed)
        let forEach = try Translator(directory: mappingsFolder.path, digests: .fixed, sharesGroups: false)
        var several = 0
        for bytes in try Self.examples() {
            let (shared, whole) = (Self.translate(bytes, once), Self.translate(bytes, forEach))
            if whole.records.count > 1 { several += 1 }
            let isSame = shared.records.map(\.application) == whole.records.map(\.application)
            let tellsTheSame = shared.records.map(\.findings) == whole.records.map(\.findings)
            #expect(isSame && tellsTheSame, "\(whole.mapping?.id ?? "")")
            #expect(shared.unknownCodes == whole.unknownCodes)
        }
        #expect(several > 10)
    }
}
