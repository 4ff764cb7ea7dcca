import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// A referral's document: masked for everybody, whole for whoever may and gives a reason.
public struct DocumentService: Sendable {
    /// Lines shown at most.
    private static let lines = 1_000

    let flow: MessageQueryService
    let audit: any AuditStore
    let now: @Sendable () -> Instant
    let text: any DocumentText

    /// The structure with every value masked; nothing where the bytes are no text.
    ///
    /// - Parameter quoted: any number that names one message.
    public func masked(_ quoted: String) async throws -> [String]? {
        let (_, document) = try await document(quoted)
        return text.decode(document.bytes).map { MaskedText($0.utf8, through: Self.lines).lines }
    }

    /// The document as it came. That it is looked at is written down before it is shown.
    public func open(_ quoted: String, by caller: Caller, reason: String) async throws -> StoredDocument {
        let (id, document) = try await document(quoted)
        try await audit.record(AuditAct(.unmask, on: id, by: caller, detail: reason, at: now()))
        return document
    }

    /// The document for whoever has opened it before in the same sitting.
    ///
    /// - Returns: its text; nothing where the bytes are none.
    public func opened(_ quoted: String) async throws -> (document: StoredDocument, text: String?) {
        let (_, document) = try await document(quoted)
        return (document, text.decode(document.bytes).map { String(decoding: $0.utf8, as: UTF8.self) })
    }

    private func document(_ quoted: String) async throws -> (id: String, StoredDocument) {
        let id = try await flow.one(quoted).id
        guard let document = try await flow.store.document(referral: id) else { throw MessageQueryService.unknown }
        if let erasedAt = document.erasedAt { throw Problem.erased(at: erasedAt) }
        return (id, document)
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/messages/{id}/document", may: .look) { _, visit in
                let lines = try await masked(visit.value("id"))
                return .json(["lines": lines.map { .array($0.map { .string($0) }) } ?? .null])
            },
            Route("POST", "/v1/messages/{id}/document", may: .unmask) { request, visit in
                let reason = try request.read { $0.reason() }
                let document = try await open(visit.value("id"), by: visit.caller(), reason: reason)
                let read = text.decode(document.bytes).map { String(decoding: $0.utf8, as: UTF8.self) }
                return .json(
                    .compact([
                        ("mediaType", .string(document.mediaType)), ("digest", .string(document.digest)),
                        ("text", .text(read)), ("base64", .string(base64(document.bytes))),
                    ]))
            },
        ]
    }
}
