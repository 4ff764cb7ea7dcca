import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// A number that cannot be somebody's is told wherever it stands, whoever's it is.
@Suite struct IdentityNumbers {
    private static let translator = Result { try Translator(directory: mappingsFolder.path, digests: .fixed) }

    private static func translate(_ tree: SampleTree) throws -> TranslatedDocument {
        try translator.get().translate(
            tree.bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_799_408_800), limits: ParseLimits(), explain: true)
    }

    /// The same number, spoilt in one way each.
    private static func spoilt(_ number: String) -> [String] {
        var digits = Array(number)
        digits[17] = digits[17] == "1" ? "2" : "1"
        let (head, tail) = (number.prefix(6), number.suffix(4))
        return [
            String(digits), String(number.dropLast()), head + "********" + tail, head + "19901301" + tail,
            number.replacing(number.prefix(3), with: "32O", maxReplacements: 1), "身份证" + number,
        ]
    }

    @Test func `a spoilt number is told at its place in every shipped example`() throws {
        let examples = try FileManager.default.subpathsOfDirectory(atPath: mappingsFolder.path).filter {
            $0.contains("/examples/all-fields.") && !$0.hasSuffix(".expected.json")
        }.sorted()
        var tried = 0
        for example in examples {
            let bytes = try [UInt8](Data(contentsOf: mappingsFolder.appending(path: example)))
            guard let tree = try? SampleTree(bytes) else { continue }
            let places = try Self.translate(tree).records.flatMap(\.traces).filter {
                $0.conversions.contains("residentId")
            }.compactMap { $0.location?.path }
            for place in Set(places) {
                let number = try Document.parse(tree.bytes).root.text(at: place)
                guard let number,
                    ResidentID.check(number, today: try #require(CalendarDate(iso: "2027-01-01"))) == .valid
                else { continue }
                for wrong in Self.spoilt(number) {
                    var other = tree
                    guard other.apply(.set(wrong), at: place) else { continue }
                    let document = try Self.translate(other)
                    let told = (document.findings + document.records.flatMap(\.findings)).contains {
                        $0.severity != .info && $0.location?.path == place
                    }
                    #expect(told, "\(example) \(place)")
                    tried += 1
                }
            }
        }
        #expect(tried > 300, "examples no longer hold identity numbers")
    }
}

extension Node {
    /// The text of the leaf at a place as findings write it.
    fileprivate func text(at path: String) -> String? {
        if location.path == path { return text }
        if let attribute = attributes.first(where: { "\(location.path)/@\($0.name)" == path }) {
            return attribute.value
        }
        return children.lazy.compactMap { $0.text(at: path) }.first
    }
}
