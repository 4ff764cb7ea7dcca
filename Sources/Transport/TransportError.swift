public enum TransportError: Error, Sendable, Hashable {
    /// Not a numeric IPv4 or IPv6 address.
    case badAddress(String)
    case cannotListen(host: String, port: UInt16)
    case noRandomness
    /// The system's OpenSSL lacks an algorithm, such as SM3.
    case noDigest
    /// The system's OpenSSL lacks a cipher, such as SM4.
    case noCipher
}
