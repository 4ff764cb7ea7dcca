import Canonical
import Documents
import StrictJSON
import Vocabulary

/// What another set of mappings makes of the same document.
public struct MappingDifference: Sendable, Hashable {
    /// `record[0].recipient.name` for canonical fields, `findings` for what the sender is told.
    public let path: String
    /// Masked; nothing where there was none.
    public let before: String?
    public let after: String?

    /// Translates a document by both sets and tells what differs.
    public static func between(
        _ old: Translator, _ new: Translator, _ bytes: [UInt8], receivedAt: Timestamp, limits: ParseLimits
    ) -> [MappingDifference] {
        func translate(_ translator: Translator) -> TranslatedDocument {
            translator.translate(
                bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil, receivedAt: receivedAt,
                limits: limits, explain: false)
        }
        let (before, after) = (translate(old), translate(new))
        var found = changes("mapping", before.mapping?.id, after.mapping?.id)
        for index in 0..<max(before.records.count, after.records.count) {
            let left = before.records.indices.contains(index) ? before.records[index] : nil
            let right = after.records.indices.contains(index) ? after.records[index] : nil
            let place = "record[\(index)]"
            found += fields(
                left.map { .object($0.application.content) }, right.map { .object($0.application.content) },
                place: place, canonical: "")
            found += findings(left?.findings ?? [], right?.findings ?? [], place: place)
        }
        return found + findings(before.findings, after.findings, place: "document")
    }

    private static func changes(_ path: String, _ before: String?, _ after: String?) -> [MappingDifference] {
        before == after ? [] : [MappingDifference(path: path, before: before, after: after)]
    }

    private static func fields(
        _ before: JSONValue?, _ after: JSONValue?, place: String, canonical: String
    ) -> [MappingDifference] {
        if before == after { return [] }
        let left = before?.object
        let right = after?.object
        if left != nil || right != nil {
            let names = (left?.names ?? []) + (right?.names ?? []).filter { left?[$0] == nil }
            return names.flatMap {
                fields(left?[$0], right?[$0], place: "\(place).\($0)", canonical: TargetTree.join(canonical, $0))
            }
        }
        if before?.array != nil || after?.array != nil {
            let (left, right) = (before?.array ?? [], after?.array ?? [])
            return (0..<max(left.count, right.count)).flatMap { index in
                fields(
                    left.indices.contains(index) ? left[index] : nil,
                    right.indices.contains(index) ? right[index] : nil,
                    place: "\(place)[\(index)]", canonical: canonical)
            }
        }
        func shown(_ value: JSONValue?) -> String? { value.map { ExplanationMask.mask($0, of: canonical) } }
        return [MappingDifference(path: place, before: shown(before), after: shown(after))]
    }

    private static func findings(_ before: [Finding], _ after: [Finding], place: String) -> [MappingDifference] {
        func told(_ findings: [Finding]) -> [String] {
            findings.map { "\($0.severity.rawValue) \($0.code) \($0.path ?? "")" }
        }
        let (left, right) = (told(before), told(after))
        return left.filter { !right.contains($0) }.map {
            MappingDifference(path: place + ".findings", before: $0, after: nil)
        }
            + right.filter { !left.contains($0) }.map {
                MappingDifference(path: place + ".findings", before: nil, after: $0)
            }
    }
}
