extension String {
    /// The text of these scalars. Swift's own way over its view of scalars costs several times as much.
    public init(scalars: ArraySlice<Unicode.Scalar>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        for scalar in scalars {
            if scalar.isASCII {
                bytes.append(UInt8(scalar.value))
            } else if let encoded = UTF8.encode(scalar) {
                bytes.append(contentsOf: encoded)
            }
        }
        self.init(decoding: bytes, as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// Zero-width space and joiners, marks of direction and byte order, soft hyphen: they make equal texts differ.
    @inlinable public var isInvisible: Bool {
        (0x200B...0x200F).contains(value) || (0x202A...0x202E).contains(value) || value == 0x2060
            || (0x2066...0x2069).contains(value) || value == 0xFEFF || value == 0xAD || value == 0x61C
    }

    /// The ASCII character that a full-width one stands for; every other is itself.
    @inlinable public var narrowed: Unicode.Scalar {
        (0xFF01...0xFF5E).contains(value) ? Unicode.Scalar(UInt8(truncatingIfNeeded: value &- 0xFEE0)) : self
    }
}
