import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// A field that keeps a document from being taken, with the place of its value: it can be mended without opening the rest.
public struct FailingField: Sendable, Hashable {
    /// The canonical field in Chinese, where it has one.
    public let title: String?
    /// What the sender calls it: its path in the document.
    public let name: String
    public let line: Int
    /// What is wrong with it, Chinese first.
    public let messages: [String]
    public let place: ValuePlace

    /// Errors in documents that are read; of each place one field.
    static func all(_ findings: [DeadLetterView.Finding], in text: [UInt8]) -> [FailingField] {
        var fields: [FailingField] = []
        for finding in findings where finding.isError {
            guard let line = finding.line, let path = finding.json.at("location.path")?.string,
                let place = ValuePlace(
                    in: text, line: line, column: finding.column ?? 1, path: path, field: finding.field)
            else { continue }
            if let index = fields.firstIndex(where: { $0.place == place }) {
                fields[index] = fields[index].saying(finding.message)
            } else if fields.count < most {
                fields.append(
                    FailingField(
                        title: finding.title, name: finding.field ?? path, line: line, messages: [finding.message],
                        place: place))
            }
        }
        return fields
    }

    /// More failing fields than that are the editor's business.
    private static let most = 20

    private func saying(_ message: String) -> FailingField {
        FailingField(
            title: title, name: name, line: line,
            messages: messages.contains(message) ? messages : messages + [message], place: place)
    }
}

extension DeadLetterService {
    /// The values of the failing fields are shown; that is noted before.
    public func openFields(_ id: String, by caller: Caller, reason: String) async throws {
        let names = try await show(id).fields.map { $0.title ?? $0.name }
        guard !names.isEmpty else { throw Self.noFields }
        let detail = "\(reason)（\(names.joined(separator: "、"))）"
        try await store.record(AuditAct(.unmask, on: id, by: caller, detail: detail, at: now()))
    }

    /// The document with new values in some of its failing fields, and nothing else touched.
    ///
    /// - Parameter values: by the field's number in the letter's view, from 0.
    /// - Throws: `Problem` `.stale` where the letter is another by now, `.badRequest` without a value.
    public func mended(
        _ id: String, version: DeadLetterVersion, values: [Int: String]
    ) async throws -> EditedDocument {
        let view = try await show(id)
        guard version == view.deadLetter.summary.version else { throw Self.stale }
        guard let original = text.decode(view.deadLetter.payload), !view.fields.isEmpty else { throw Self.noFields }
        let changes = try values.sorted { $0.key < $1.key }.map { index, value throws(Problem) in
            guard view.fields.indices.contains(index) else { throw Self.stale }
            return (place: view.fields[index].place, value: value)
        }
        guard !changes.isEmpty else {
            throw Problem(.badRequest, zh: "请填写更正后的内容。", en: "Write what is right.")
        }
        return .text(String(decoding: ValuePlace.replacing(changes, in: original.utf8), as: UTF8.self))
    }

    private static let noFields = Problem(
        .wrongState, zh: "这件报文没有可以单独更正的字段，请编辑全文。",
        en: "No field of this message can be mended by itself; edit it whole.")
}
