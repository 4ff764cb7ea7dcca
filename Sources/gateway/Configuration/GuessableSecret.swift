/// Tokens out of samples and manuals, and those that anybody would try first.
enum GuessableSecret {
    private static let known = [
        "", "token", "secret", "password", "passw0rd", "changeme", "change-me", "test", "sample", "example", "demo",
        "123456", "12345678", "123456789", "1234567890", "11111111", "88888888", "legal-aid", "gateway", "TOKEN",
        "your-token", "your-token-here", "令牌", "密码",
    ]
    private static let hashes = Set(known.map(Token.hash))

    /// - Parameter hash: the SHA-256 of a token, in lower case.
    static func isHash(_ hash: String) -> Bool { hashes.contains(hash) }
}
