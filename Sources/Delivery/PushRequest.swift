import Messaging
import Synchronization
import Transport
import Vocabulary

/// A push that cannot be signed, though its address asks for that.
struct UnsignedPush: Error {
    enum Reason: String { case unknownAlgorithm, unreadableKey, weakKey, noRandomness, notSigned }

    let keyID: String
    let reason: Reason
}

/// Signing keys as they are used: each is read once, and not for every push.
private final class ReadKeys: Sendable {
    static let shared = ReadKeys()
    private let known = Mutex<[SigningKey: SignatureKey]>([:])

    func key(_ key: SigningKey, _ algorithm: SignatureAlgorithm) throws(SignatureKey.Mistake) -> SignatureKey {
        if let read = known.withLock({ $0[key] }) { return read }
        let read = try SignatureKey(algorithm, text: key.text, isPrivate: true)
        known.withLock { $0[key] = read }
        return read
    }
}

extension ReturnAddress {
    /// A push to it, with its token, and signed where its settings name a key.
    func request(
        _ headers: [(String, String)], body: [UInt8], answerBytes: Int, at now: Instant
    ) throws(UnsignedPush) -> OutgoingRequest {
        var headers = headers
        if let signing { headers += try signature(of: body, headers, by: signing, at: now) }
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        var request = OutgoingRequest(
            method: "POST", url: url, headers: headers, body: body, timeout: timeout, maxResponseBytes: answerBytes)
        request.authorities = authorities
        request.clientCertificate = clientCertificate
        request.clientKey = clientKey
        request.pinnedKey = pinnedKey
        request.keepsFirstBytes = true
        return request
    }

    private func signature(
        of body: [UInt8], _ headers: [(String, String)], by key: SigningKey, at now: Instant
    ) throws(UnsignedPush) -> [(String, String)] {
        func fault(_ reason: UnsignedPush.Reason) -> UnsignedPush { UnsignedPush(keyID: key.id, reason: reason) }
        guard let algorithm = SignatureAlgorithm(rawValue: key.algorithm) else { throw fault(.unknownAlgorithm) }
        let own: SignatureKey
        do throws(SignatureKey.Mistake) {
            own = try ReadKeys.shared.key(key, algorithm)
        } catch {
            throw fault(error == .weak ? .weakKey : .unreadableKey)
        }
        let nonce: [UInt8]
        do throws(TransportError) { nonce = try SecureRandom.bytes(16) } catch { throw fault(.noRandomness) }
        let signer = MessageSigner(key: own, keyID: key.id)
        guard
            let fields = signer.fields(
                method: "POST", url: url, headers: headers, body: body, at: now, nonce: Digest.hex(nonce))
        else { throw fault(.notSigned) }
        return fields
    }
}

extension Verdict {
    init(_ unsigned: UnsignedPush) {
        self = .failed(
            .notReached("notSigned"), problem: "not signed: \(unsigned.reason.rawValue)", asked: nil,
            isAddressAtFault: true)
    }
}
