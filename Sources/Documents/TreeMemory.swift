import CLibXML2

/// Where the nodes and texts of a tree lie that was built here. They lie side by side and are let go all at once, which
/// costs a fraction of what libxml2 pays for taking and returning each.
///
/// The tree's document must never be asked to free them: `detach` first.
final class TreeMemory {
    private static let chunkBytes = 16 << 10

    private var chunks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer?
    private var left = 0

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Takes the tree out of its document, so that the document can be freed.
    static func detach(_ document: xmlDocPtr) {
        document.pointee.children = nil
        document.pointee.last = nil
    }

    func node(_ type: xmlElementType, _ name: UnsafePointer<UInt8>?, in document: xmlDocPtr) -> xmlNodePtr {
        let node = take(MemoryLayout<xmlNode>.size).bindMemory(to: xmlNode.self, capacity: 1)
        node.initialize(to: xmlNode())
        node.pointee.type = type
        node.pointee.name = name
        node.pointee.doc = document
        return node
    }

    /// A copy of a text, closed by a zero.
    func text(_ bytes: Bytes) -> UnsafeMutablePointer<UInt8> {
        let copy = take(bytes.count + 1).bindMemory(to: UInt8.self, capacity: bytes.count + 1)
        if let start = bytes.baseAddress { copy.initialize(from: start, count: bytes.count) }
        copy[bytes.count] = 0
        return copy
    }

    private func take(_ size: Int) -> UnsafeMutableRawPointer {
        let size = (size + 15) & ~15
        guard let start = next, size <= left else { return refill(size) }
        next = start + size
        left -= size
        return start
    }

    private func refill(_ size: Int) -> UnsafeMutableRawPointer {
        let isLarge = size > Self.chunkBytes / 4
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: isLarge ? size : Self.chunkBytes, alignment: 16)
        chunks.append(chunk)
        // A long text has a piece of its own, and what is left of the last one serves on.
        if isLarge { return chunk }
        next = chunk + size
        left = Self.chunkBytes - size
        return chunk
    }
}
