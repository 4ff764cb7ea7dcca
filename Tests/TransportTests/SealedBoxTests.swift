import Testing

@testable import Transport

@Suite struct SealedBoxTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), on which NIST SP 800-38D rests.
    @Test func `AES-256-GCM gives the published answer`() throws {
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let plain = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        let (nonce, context) = (
            bytes("cafebabefacedbaddecaf888"), bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        )
        let (sealed, tag) = try AES256GCM.seal(plain, key: key, nonce: nonce, context: context)
        #expect(
            Digest.hex(sealed)
                == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        )
        #expect(Digest.hex(tag) == "76fc6ece0f4e1768cddf8853bb2d551b")
        #expect(AES256GCM.open(sealed, tag: tag, key: key, nonce: nonce, context: context) == plain)
    }

    /// The CTR example of draft-ribose-cfrg-sm4, with the key of GB/T 32907.
    @Test func `SM4-CTR gives the published answer`() throws {
        let key = bytes("0123456789abcdeffedcba9876543210")
        let counter = bytes("000102030405060708090a0b0c0d0e0f")
        let plain = bytes(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb"
        )
        let sealed = try SM4Counter.apply(plain, key: key, counter: counter)
        #expect(
            Digest.hex(sealed)
                == "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514"
        )
        #expect(try SM4Counter.apply(sealed, key: key, counter: counter) == plain)
    }

    /// The example of GM/T 0042: key 0102…20, twice "abcdbcdecdef…".
    @Test func `HMAC-SM3 gives the published answer`() throws {
        let text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        let code = try KeyedHash(key: Array(1...32)).code(of: Array((text + text).utf8))
        #expect(Digest.hex(code) == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a")
    }

    @Test(arguments: SealedBox.Suite.allCases)
    func `what was sealed is opened by its key and for its purpose alone, and only whole`(_ suite: SealedBox.Suite)
        throws
    {
        let box = try SealedBox(suite, key: try SecureRandom.bytes(SealedBox.keyLength))
        let other = try SealedBox(suite, key: try SecureRandom.bytes(SealedBox.keyLength))
        for length in [0, 1, 15, 16, 17, 4096, 1 << 20] {
            let plain = [UInt8](repeating: 0x41, count: length)
            let sealed = try box.seal(plain, context: [1, 2])
            #expect(box.open(sealed[...], context: [1, 2]) == plain)
            #expect(box.open(sealed[...], context: [1]) == nil)
            #expect(other.open(sealed[...], context: [1, 2]) == nil)
            #expect(try box.seal(plain, context: [1, 2]) != sealed)
            for place in [0, sealed.count / 2, sealed.count - 1] {
                var changed = sealed
                changed[place] ^= 1
                #expect(box.open(changed[...], context: [1, 2]) == nil)
                #expect(box.open(sealed.prefix(place), context: [1, 2]) == nil)
            }
        }
    }

    @Test func `a key of another length is refused`() {
        for suite in SealedBox.Suite.allCases {
            for length in [0, 16, 31, 33] {
                #expect(throws: TransportError.self) {
                    try SealedBox(suite, key: [UInt8](repeating: 1, count: length))
                }
            }
        }
    }
}
