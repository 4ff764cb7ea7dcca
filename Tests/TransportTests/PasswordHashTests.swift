import Testing

@testable import Transport

@Suite struct PasswordHashTests {
    @Test func `a password matches its own hash and no other, and the salt makes each hash another`() throws {
        let hash = try PasswordHash.make("密码 correct horse")
        #expect(PasswordHash.matches("密码 correct horse", hash))
        #expect(!PasswordHash.matches("密码 correct horse ", hash))
        #expect(!PasswordHash.matches("", hash))
        #expect(try PasswordHash.make("密码 correct horse") != hash)
        #expect(!PasswordHash.matches("", PasswordHash.decoy))
    }

    @Test func `scrypt agrees with RFC 7914`() {
        // §12, the third vector, whose key is cut to the 32 bytes that are kept here.
        let stored =
            "scrypt$14$8$1$536f6469756d43686c6f72696465$7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        #expect(PasswordHash.matches("pleaseletmein", stored))
        #expect(!PasswordHash.matches("pleaseletmeout", stored))
    }

    @Test(arguments: ["", "scrypt", "scrypt$30$8$1$00$00", "scrypt$15$8$3$zz$00", "md5$1$1$1$00$00"])
    func `a damaged hash matches nothing`(stored: String) { #expect(!PasswordHash.matches("", stored)) }

    @Test func `HMAC agrees with RFC 4231`() {
        #expect(
            Digest.hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(Digest.isEqual("ab", "ab") && !Digest.isEqual("ab", "ac") && !Digest.isEqual("ab", "abc"))
    }
}
