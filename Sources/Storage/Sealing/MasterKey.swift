import Messaging

/// Seals and opens bytes under one key.
public protocol PayloadCipher: Sendable {
    /// - Parameter context: what the bytes are; whoever opens them must say the same.
    func seal(_ plain: [UInt8], context: [UInt8]) throws(StoreError) -> [UInt8]
    /// - Returns: nothing where they were not sealed so.
    func open(_ sealed: ArraySlice<UInt8>, context: [UInt8]) -> [UInt8]?
    /// By what a text is found again without standing there.
    func hash(_ text: String) -> String
}

/// The key that wraps a store's data keys. It is kept outside of the store, and nothing else is sealed by it.
public protocol MasterKey: Sendable {
    /// Whose ciphers new data keys are for.
    var suite: String { get }
    /// Read anew: another may lie there meanwhile.
    func bytes() throws(StoreError) -> [UInt8]
    /// A new key, of random bytes.
    func makeKey() throws(StoreError) -> [UInt8]
    /// - Throws: `StoreError.failed` where there is no such suite.
    func cipher(_ suite: String, key: [UInt8]) throws(StoreError) -> any PayloadCipher
}
