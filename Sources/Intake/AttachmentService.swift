import Canonical
import Cases
import Documents
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Vocabulary

/// The papers of applications: institutions fetch them, partners upload them once and refer to them by digest.
public struct AttachmentService: Sendable {
    let backDoor: BackDoor
    let store: any AttachmentStore
    let registry: Registry
    let limits: UploadLimits
    let parseLimits: ParseLimits
    let now: @Sendable () -> Instant
    let log: Log

    public init(
        backDoor: BackDoor, store: any AttachmentStore, registry: Registry, limits: UploadLimits,
        parseLimits: ParseLimits,
        now: @escaping @Sendable () -> Instant, log: Log
    ) {
        self.backDoor = backDoor
        self.store = store
        self.registry = registry
        self.limits = limits
        self.parseLimits = parseLimits
        self.now = now
        self.log = log
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/applications/{id}/attachments/{n}", for: .institution) { request, visit in
                try await fetch(request, visit.value("n"), of: visit.value("id"), for: visit.caller())
            },
            Route("PUT", "/v1/attachments/{sha-256}", for: .partner, .institution) { request, visit in
                try await take(request, digest: visit.value("sha-256"), from: visit.caller())
            },
        ]
    }

    // MARK: Fetching

    /// The bytes of one material: `n` is its place in `materials`, from 0, as findings and JSON Patch count it.
    private func fetch(
        _ request: HTTPRequest, _ place: String, of applicationNo: String, for caller: Caller
    ) async throws -> HTTPResponse {
        let record = try await backDoor.ownApplication(applicationNo, caller: caller)
        let materials = try record.application.value("materials")?.array ?? []
        guard let index = Int(place), materials.indices.contains(index) else {
            throw Problem(
                .notFound, zh: "materials 中没有这个序号（从 0 起）。",
                en: "There is no such place in materials; it is counted from 0.")
        }
        guard let sm3 = materials[index]["sm3"]?.string, let size = materials[index]["size"]?.int else {
            throw Problem(
                .notFound, zh: "这份材料没有随报文送达内容，只有名称、路径或未上传的摘要；请向报送单位索取。",
                en: "The content of this paper did not come, only its title, a path or a digest; ask its sender for it."
            )
        }
        if let unchanged = Representation.unchanged(sm3, for: request) { return unchanged }
        guard let bytes = try await bytes(of: materials[index], sm3: sm3, size: size, in: record) else {
            guard record.documentErasedAt == nil else {
                throw Problem(
                    .notFound, zh: "带来这份材料的报文已按保存期限删除。",
                    en: "The message that brought this paper was erased after its period.")
            }
            log.error(
                "attachment not found in its documents",
                [("applicationNo", .string(applicationNo)), ("place", LogValue(index))])
            throw Problem(
                .internalError, zh: "这份材料的内容在留存的报文中未能找到，已记录；请联系网关管理员。",
                en: "The content was not found in the documents that were kept; it has been logged.")
        }
        let mediaType = materials[index]["mime"]?.string ?? "application/octet-stream"
        return Representation(bytes: bytes, mediaType: mediaType, tag: sm3).response(to: request)
    }

    private func bytes(
        of material: JSONValue, sm3: String, size: Int, in record: ApplicationRecord
    ) async throws(StoreError) -> [UInt8]? {
        if let digest = material["sha256"]?.string {
            return try await store.upload(digest, of: record.partnerID)?.bytes
        }
        return try await store.document(of: record.applicationNo) { [parseLimits] stored in
            var message = Pipeline.Message(bytes: stored.bytes, receivedAt: record.receivedAt.timestamp)
            message.setMediaType(stored.mediaType)
            // What could not be parsed holds nothing that was read.
            guard
                let document = try? Document.parse(
                    stored.bytes, format: message.format, declaredEncoding: message.declaredEncoding,
                    limits: parseLimits)
            else { return nil }
            return AttachmentReference.bytes(withSM3: sm3, size: size, in: document, digests: .openSSL)
        }
    }

    // MARK: Uploading

    private func take(_ request: HTTPRequest, digest: String, from caller: Caller) async throws -> HTTPResponse {
        let sender = try registry.sender(caller)
        let digest = digest.lowercased()
        guard AttachmentReference.isDigest(digest) else {
            throw Problem(
                .badRequest, zh: "地址末段应为内容的 SHA-256（64 位十六进制）。",
                en: "The address ends with the SHA-256 of the content, 64 hexadecimal digits.")
        }
        guard !request.body.isEmpty else {
            throw Problem(
                .badRequest, zh: "请求体为空，应为附件本身的字节。", en: "The body is empty; it must be the attachment's bytes.")
        }
        guard request.body.count <= limits.bytes else {
            throw Problem(
                .tooLarge, zh: "附件超过上限 \(limits.bytes) 字节。",
                en: "The attachment is over the limit of \(limits.bytes) bytes.")
        }
        let actual = Digest.hex(Digest.sha256(request.body))
        guard actual == digest else {
            throw Problem(
                .badRequest, zh: "所收内容的 SHA-256 是 \(actual)，与地址不符，未保存；内容可能受损，请重发。",
                en: "The SHA-256 of what was received is \(actual), not the address's; nothing was kept. Send it again."
            )
        }
        let now = now()
        let (mediaType, _) = AttachmentFormat.mediaType(of: request.body, claimed: request.header("Content-Type"))
        let facts = Upload.Facts(
            sha256: digest, sm3: Digest.hex(Digest.sm3(request.body)), mediaType: mediaType, size: request.body.count)
        let result = try await store.keep(
            Upload(facts: facts, partnerID: sender.id, bytes: request.body),
            until: now.advanced(milliseconds: limits.keep), quota: limits.quota, now: now)
        return try answer(result, facts, at: now)
    }

    private func answer(_ result: UploadResult, _ facts: Upload.Facts, at now: Instant) throws(Problem) -> HTTPResponse
    {
        func json(until: Instant?) -> JSONValue {
            .compact([
                ("reference", .string("sha-256:" + facts.sha256)), ("size", JSONValue(facts.size)),
                ("mediaType", .string(facts.mediaType)), ("sm3", .string(facts.sm3)),
                ("keptUntil", .text(until?.rfc3339)),
            ])
        }
        switch result {
        case .stored(let until): return .json(json(until: until), status: 201)
        case .known(let until): return .json(json(until: until))
        case .overQuota(let waiting, let until):
            var problem = Problem(
                .quotaExceeded, zh: "未被报文引用的附件已有 \(waiting) 字节，加上本次超过上限 \(limits.quota) 字节，未保存。",
                en:
                    "\(waiting) bytes of yours wait for a message that refers to them; with this attachment they would be over \(limits.quota). Nothing was kept."
            )
            let seconds = max(1, (until.milliseconds - now.milliseconds + 999) / 1000)
            problem.headers = [("Retry-After", "\(seconds)")]
            throw problem
        }
    }
}
