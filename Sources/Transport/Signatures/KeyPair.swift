import COpenSSL

/// A key of two halves, or its public half, by OpenSSL.
///
/// `@unchecked`: it is read only, which OpenSSL allows from several threads.
final class KeyPair: @unchecked Sendable {
    private let key: OpaquePointer

    init?(pem: [UInt8], isPrivate: Bool) {
        guard let length = Int32(exactly: pem.count), let source = BIO_new_mem_buf(pem, length) else { return nil }
        defer { BIO_free(source) }
        let read = isPrivate ? Self.privateKey(source) : Self.publicKey(source)
        ERR_clear_error()
        guard let read else { return nil }
        key = read
    }

    // No password is ever asked for at the terminal.

    private static func privateKey(_ source: OpaquePointer) -> OpaquePointer? {
        PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
    }

    private static func publicKey(_ source: OpaquePointer) -> OpaquePointer? {
        PEM_read_bio_PUBKEY(source, nil, { _, _, _, _ in -1 }, nil)
    }

    /// A new key, to be written down.
    init?(_ algorithm: SignatureAlgorithm) {
        let made: OpaquePointer?
        switch algorithm {
        case .ed25519: made = legalaid_keygen("ED25519", nil)
        case .ecdsaP256SHA256: made = legalaid_keygen("EC", "P-256")
        case .sm2SM3: made = legalaid_keygen("SM2", nil)
        case .hmacSHA256, .hmacSM3: made = nil
        }
        ERR_clear_error()
        guard let made else { return nil }
        key = made
    }

    deinit { EVP_PKEY_free(key) }

    func fits(_ algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .ed25519: EVP_PKEY_is_a(key, "ED25519") == 1
        case .ecdsaP256SHA256: EVP_PKEY_is_a(key, "EC") == 1 && group == "prime256v1"
        case .sm2SM3: EVP_PKEY_is_a(key, "SM2") == 1
        case .hmacSHA256, .hmacSM3: false
        }
    }

    private var group: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            var length = 0
            guard EVP_PKEY_get_group_name(key, buffer.baseAddress, 64, &length) == 1, let name = buffer.baseAddress
            else { return "" }
            return String(cString: name)
        }
    }

    /// The public half (SubjectPublicKeyInfo, RFC 5280).
    var publicBytes: [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &start)
        guard count > 0, let start else { return [] }
        defer { legalaid_openssl_free(start) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// PEM of the private or of the public half.
    func pem(isPrivate: Bool) -> String? {
        guard let sink = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(sink) }
        let done =
            isPrivate
            ? PEM_write_bio_PKCS8PrivateKey(sink, key, nil, nil, 0, nil, nil) : PEM_write_bio_PUBKEY(sink, key)
        guard done == 1 else { return nil }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = BIO_read(sink, &piece, 4096), count > 0 { text += piece[..<Int(count)] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Bytes of r and of s.
    private static let half = 32

    func sign(_ message: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
        guard let context = context(algorithm) else { return nil }
        defer { free(context) }
        guard EVP_DigestSignInit(context.digest, nil, Self.method(algorithm), nil, key) == 1 else { return failed() }
        var count = 0
        guard EVP_DigestSign(context.digest, nil, &count, message, message.count) == 1 else { return failed() }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context.digest, &signature, &count, message, message.count) == 1 else { return failed() }
        let made = Array(signature[..<count])
        return algorithm == .ed25519 ? made : Self.raw(made)
    }

    func verifies(_ signature: [UInt8], of message: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        guard signature.count == Self.half * 2, let context = context(algorithm) else { return false }
        defer { free(context) }
        guard let checked = algorithm == .ed25519 ? signature : Self.sequence(signature),
            EVP_DigestVerifyInit(context.digest, nil, Self.method(algorithm), nil, key) == 1
        else { return failed() != nil }
        let isRight = EVP_DigestVerify(context.digest, checked, checked.count, message, message.count) == 1
        ERR_clear_error()
        return isRight
    }

    private func failed() -> [UInt8]? {
        ERR_clear_error()
        return nil
    }

    private static func method(_ algorithm: SignatureAlgorithm) -> OpaquePointer? {
        switch algorithm {
        case .ed25519, .hmacSHA256, .hmacSM3: nil
        case .ecdsaP256SHA256: EVP_sha256()
        case .sm2SM3: EVP_sm3()
        }
    }

    private struct Context {
        let digest: OpaquePointer
        let key: OpaquePointer?
    }

    /// SM2 hashes the signer's identity too; where nothing else is agreed it is this one (GM/T 0009 §10).
    private static let identity = Array("1234567812345678".utf8)

    private func context(_ algorithm: SignatureAlgorithm) -> Context? {
        guard let digest = EVP_MD_CTX_new() else { return nil }
        guard algorithm == .sm2SM3 else { return Context(digest: digest, key: nil) }
        guard let own = EVP_PKEY_CTX_new(key, nil),
            EVP_PKEY_CTX_set1_id(own, Self.identity, Int32(Self.identity.count)) == 1
        else {
            EVP_MD_CTX_free(digest)
            return nil
        }
        EVP_MD_CTX_set_pkey_ctx(digest, own)
        return Context(digest: digest, key: own)
    }

    private func free(_ context: Context) {
        EVP_MD_CTX_free(context.digest)
        if let key = context.key { EVP_PKEY_CTX_free(key) }
    }

    /// OpenSSL's sequence of two numbers as r and s, one behind the other (RFC 9421 §3.3.4).
    private static func raw(_ sequence: [UInt8]) -> [UInt8]? {
        sequence.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            guard let numbers = d2i_ECDSA_SIG(nil, &start, bytes.count) else { return nil }
            defer { ECDSA_SIG_free(numbers) }
            var raw = [UInt8](repeating: 0, count: half * 2)
            let done = raw.withUnsafeMutableBufferPointer { raw in
                BN_bn2binpad(ECDSA_SIG_get0_r(numbers), raw.baseAddress, Int32(half)) >= 0
                    && BN_bn2binpad(ECDSA_SIG_get0_s(numbers), raw.baseAddress.map { $0 + half }, Int32(half)) >= 0
            }
            return done ? raw : nil
        }
    }

    private static func sequence(_ raw: [UInt8]) -> [UInt8]? {
        guard let numbers = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(numbers) }
        let r = BN_bin2bn(Array(raw[..<half]), Int32(half), nil)
        let s = BN_bin2bn(Array(raw[half...]), Int32(half), nil)
        guard ECDSA_SIG_set0(numbers, r, s) == 1 else {
            BN_free(r)
            BN_free(s)
            return nil
        }
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(numbers, &start)
        guard count > 0, let start else { return nil }
        defer { legalaid_openssl_free(start) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
