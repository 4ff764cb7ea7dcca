import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Translation
import Transport
import Vocabulary

@testable import gateway

/// A shipped `all-fields` example of a message about an earlier referral, and what it says.
struct FollowUpExample: Sendable, CustomStringConvertible {
    let mapping: String
    let kind: IntakeKind
    /// Whether its mapping's language is JSON.
    let isJSON: Bool
    let bytes: [UInt8]
    let application: LegalAidApplication

    var description: String { mapping }
    var mediaType: String { isJSON ? "application/json" : "application/xml" }

    /// Of every mapping that gives supplements, withdrawals or case events.
    static let all: [FollowUpExample] = {
        let folder = repository.appending(path: "Mappings")
        guard let translator = try? Translator(directory: folder.path, digests: .openSSL),
            let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder.path)
        else { return [] }
        return paths.filter { $0.contains("/examples/all-fields.") && !$0.hasSuffix(".expected.json") }.sorted()
            .compactMap { path in
                guard let data = FileManager.default.contents(atPath: folder.appending(path: path).path) else {
                    return nil
                }
                let document = translator.translate(
                    [UInt8](data), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
                    receivedAt: Timestamp(secondsSince1970: 1_772_000_000), limits: ParseLimits(), explain: false)
                guard document.records.count == 1, let record = document.records.first, record.isUsable,
                    let kind = record.application.intakeKind, [.supplement, .cancel, .caseEvent].contains(kind)
                else { return nil }
                return FollowUpExample(
                    mapping: record.mapping?.id ?? "", kind: kind, isJSON: document.format == .json,
                    bytes: [UInt8](data), application: record.application)
            }
    }()

    func text(_ path: String) -> String? { application.text(path) }

    /// The person whom it names.
    var person: (idNumber: String?, name: String?) {
        (
            text("reference.idNumber") ?? text("recipient.idNumber"), text("reference.name") ?? text("recipient.name")
        )
    }

    /// The document with other words in the place of some of its own, which are ASCII in every encoding.
    func bytes(replacing words: [(old: String?, new: String)]) -> [UInt8] {
        var bytes = bytes
        for case (let old?, let new) in words where !old.isEmpty {
            // What the mapping raised to upper case may be lower in the document.
            for spelling in Set([old, old.lowercased()]) {
                bytes = bytes.replacing(Array(spelling.utf8), with: Array(new.utf8))
            }
        }
        return bytes
    }

    /// The same message under another id.
    func renamed(_ digit: Character) -> (old: String?, new: String) {
        let id = text("source.messageId")
        return (id, String((id ?? "").dropLast()) + String(digit))
    }
}

/// A resident identity number of nobody's, with its check character (GB 11643).
func inventedNumber(_ serial: Int) -> String {
    let digits = "32040219900101" + String(String(1000 + serial).suffix(3))
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(digits.compactMap(\.wholeNumberValue), weights).reduce(0) { $0 + $1.0 * $1.1 }
    return digits + String(Array("10X98765432")[sum % 11])
}
