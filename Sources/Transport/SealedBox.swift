import COpenSSL
import StrictJSON

/// Authenticated encryption under one key of 32 random bytes, by OpenSSL.
public struct SealedBox: Sendable {
    public enum Suite: String, Sendable, Hashable, CaseIterable {
        /// AES-256-GCM (NIST SP 800-38D).
        case aes256GCM = "aes-256-gcm"
        /// SM4-CTR, then HMAC-SM3 over it (GB/T 32907, GB/T 32905): OpenSSL 3.0 offers no SM4-GCM.
        case sm4
    }

    public static let keyLength = 32

    private enum Method: Sendable {
        case aes256GCM(key: [UInt8])
        case sm4(key: [UInt8], code: KeyedHash)
    }

    private let method: Method
    private let lookUp: KeyedHash

    /// - Throws: `TransportError.noRandomness` where the key is not `keyLength` bytes long, `noCipher` and `noDigest` where
    ///   the system's OpenSSL offers no such algorithm.
    public init(_ suite: Suite, key: [UInt8]) throws(TransportError) {
        guard key.count == Self.keyLength else { throw .noRandomness }
        // One key serves one algorithm only: what else is needed is derived.
        let derived = try KeyedHash(key: key)
        lookUp = try KeyedHash(key: try derived.derive("look-up"))
        switch suite {
        case .aes256GCM: method = .aes256GCM(key: key)
        case .sm4:
            method = .sm4(
                key: Array(try derived.derive("sm4-ctr").prefix(16)),
                code: try KeyedHash(key: try derived.derive("hmac-sm3")))
        }
    }

    /// - Parameter context: what the bytes are; whoever opens them must say the same.
    /// - Returns: nonce, encrypted bytes and tag.
    public func seal(_ plain: [UInt8], context: [UInt8]) throws(TransportError) -> [UInt8] {
        switch method {
        case .aes256GCM(let key):
            let nonce = try SecureRandom.bytes(AES256GCM.nonceLength)
            let (sealed, tag) = try AES256GCM.seal(plain, key: key, nonce: nonce, context: context)
            return nonce + sealed + tag
        case .sm4(let key, let code):
            let nonce = try SecureRandom.bytes(SM4Counter.blockLength)
            let sealed = nonce + (try SM4Counter.apply(plain, key: key, counter: nonce))
            return sealed + (try Self.tag(of: sealed[...], context, code))
        }
    }

    /// - Returns: nothing where the bytes were not sealed so: by another key, as something else, or changed since.
    public func open(_ sealed: ArraySlice<UInt8>, context: [UInt8]) -> [UInt8]? {
        switch method {
        case .aes256GCM(let key):
            guard sealed.count >= AES256GCM.nonceLength + AES256GCM.tagLength else { return nil }
            let nonce = Array(sealed.prefix(AES256GCM.nonceLength))
            let rest = sealed.dropFirst(AES256GCM.nonceLength)
            return AES256GCM.open(
                Array(rest.dropLast(AES256GCM.tagLength)), tag: Array(rest.suffix(AES256GCM.tagLength)), key: key,
                nonce: nonce, context: context)
        case .sm4(let key, let code):
            let length = 32
            guard sealed.count >= SM4Counter.blockLength + length else { return nil }
            let (body, given) = (sealed.dropLast(length), Array(sealed.suffix(length)))
            guard let tag = try? Self.tag(of: body, context, code), CRYPTO_memcmp(tag, given, length) == 0 else {
                return nil
            }
            let nonce = Array(body.prefix(SM4Counter.blockLength))
            return try? SM4Counter.apply(Array(body.dropFirst(SM4Counter.blockLength)), key: key, counter: nonce)
        }
    }

    /// By what a text is found again without standing there: 128 bits, hexadecimal.
    public func hash(_ text: String) -> String { lookUp.hash(text) }

    /// The context's length stands before it, so that none of it can pass for what is sealed.
    private static func tag(
        of sealed: ArraySlice<UInt8>, _ context: [UInt8], _ code: KeyedHash
    ) throws(TransportError) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt64(context.count).bigEndian) { Array($0) }
        return try code.code(of: length + context + sealed)
    }
}

/// AES-256 in Galois/Counter mode.
enum AES256GCM {
    static let nonceLength = 12
    static let tagLength = 16

    // Fetched once: OpenSSL looks for a method anew with every use otherwise.
    nonisolated(unsafe) private static let method = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    static func seal(
        _ plain: [UInt8], key: [UInt8], nonce: [UInt8], context: [UInt8]
    ) throws(TransportError) -> (sealed: [UInt8], tag: [UInt8]) {
        guard let method, let state = EVP_CIPHER_CTX_new() else { throw .noCipher }
        defer { EVP_CIPHER_CTX_free(state) }
        var (length, last): (Int32, Int32) = (0, 0)
        guard EVP_EncryptInit_ex2(state, method, key, nonce, nil) == 1,
            EVP_EncryptUpdate(state, nil, &length, context, Int32(context.count)) == 1
        else { throw .noCipher }
        var isDone = false
        let sealed = [UInt8](unsafeUninitializedCapacity: plain.count + tagLength) { buffer, written in
            isDone =
                EVP_EncryptUpdate(state, buffer.baseAddress, &length, plain, Int32(plain.count)) == 1
                && EVP_EncryptFinal_ex(state, buffer.baseAddress?.advanced(by: Int(length)), &last) == 1
            written = isDone ? plain.count : 0
        }
        var tag = [UInt8](repeating: 0, count: tagLength)
        guard isDone, EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), &tag) == 1 else {
            throw .noCipher
        }
        return (sealed, tag)
    }

    static func open(
        _ sealed: [UInt8], tag: [UInt8], key: [UInt8], nonce: [UInt8], context: [UInt8]
    ) -> [UInt8]? {
        guard let method, let state = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(state) }
        var (length, last): (Int32, Int32) = (0, 0)
        var tag = tag
        guard EVP_DecryptInit_ex2(state, method, key, nonce, nil) == 1,
            EVP_DecryptUpdate(state, nil, &length, context, Int32(context.count)) == 1,
            EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag) == 1
        else { return nil }
        var isDone = false
        let plain = [UInt8](unsafeUninitializedCapacity: sealed.count + tagLength) { buffer, written in
            isDone =
                EVP_DecryptUpdate(state, buffer.baseAddress, &length, sealed, Int32(sealed.count)) == 1
                && EVP_DecryptFinal_ex(state, buffer.baseAddress?.advanced(by: Int(length)), &last) == 1
            written = isDone ? sealed.count : 0
        }
        return isDone ? plain : nil
    }
}

/// SM4 in counter mode, which is its own inverse. It proves nothing by itself.
enum SM4Counter {
    static let blockLength = 16

    nonisolated(unsafe) private static let method = EVP_CIPHER_fetch(nil, "SM4-CTR", nil)

    static func apply(_ bytes: [UInt8], key: [UInt8], counter: [UInt8]) throws(TransportError) -> [UInt8] {
        guard let method, let state = EVP_CIPHER_CTX_new() else { throw .noCipher }
        defer { EVP_CIPHER_CTX_free(state) }
        guard EVP_EncryptInit_ex2(state, method, key, counter, nil) == 1 else { throw .noCipher }
        var length: Int32 = 0
        var isDone = false
        let result = [UInt8](unsafeUninitializedCapacity: bytes.count + blockLength) { buffer, written in
            isDone = EVP_EncryptUpdate(state, buffer.baseAddress, &length, bytes, Int32(bytes.count)) == 1
            written = isDone ? bytes.count : 0
        }
        guard isDone else { throw .noCipher }
        return result
    }
}
