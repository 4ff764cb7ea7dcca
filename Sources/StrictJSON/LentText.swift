extension String {
    /// Lends the text's UTF-8 while it is used. `withUTF8` wants a variable of its own for it, and so counts a second owner
    /// each time; Swift's own strings need none.
    @inlinable
    public func lend<Result>(_ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(use) { return result }
        var copy = self
        return copy.withUTF8(use)
    }
}
