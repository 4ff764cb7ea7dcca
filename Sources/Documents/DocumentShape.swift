import CLibXML2
import Glibc

/// Which elements and attributes a document has; no values.
///
/// Documents of one sender mostly have the same shape, so it is kept as it was found, and paths are made of it when they
/// are asked for.
public struct DocumentShape: Sendable, Hashable {
    /// Longer paths and more of them are left out: the names of JSON members are the sender's to choose.
    private static let longestPath = 200
    private static let mostPaths = 1000
    /// Of the outline; the rest of the document is left out.
    private static let mostBytes = 1 << 20

    private enum Mark {
        static let element: UInt8 = 1
        static let attribute: UInt8 = 2
        static let end: UInt8 = 3
    }

    /// Names in document order, each behind its mark.
    private let outline: [UInt8]
    private let isJSON: Bool

    public init(_ document: Document) {
        isJSON = document.format == .json
        var outline: [UInt8] = []
        outline.reserveCapacity(1024)
        var node: xmlNodePtr? = document.root.handle
        while let here = node, outline.count < Self.mostBytes {
            Self.add(Mark.element, here.pointee.name, to: &outline)
            var attribute = here.pointee.properties
            while let one = attribute {
                Self.add(Mark.attribute, one.pointee.name, to: &outline)
                attribute = one.pointee.next
            }
            node = xmlFirstElementChild(here) ?? Self.following(here, &outline)
        }
        self.outline = outline
    }

    private static func add(_ mark: UInt8, _ name: UnsafePointer<UInt8>?, to outline: inout [UInt8]) {
        outline.append(mark)
        if let name { outline.append(contentsOf: Bytes(start: name, count: strlen(name))) }
    }

    /// The next element in document order that does not lie below this one.
    private static func following(_ node: xmlNodePtr, _ outline: inout [UInt8]) -> xmlNodePtr? {
        var current: xmlNodePtr? = node
        while let here = current, here.pointee.type == XML_ELEMENT_NODE {
            outline.append(Mark.end)
            if let next = xmlNextElementSibling(here) { return next }
            current = here.pointee.parent
        }
        return nil
    }

    /// Bytes that it takes.
    public var size: Int { outline.count }

    public func hash(into hasher: inout Hasher) { outline.withUnsafeBytes { hasher.combine(bytes: $0) } }

    /// Slash-separated, without positions; JSON's arrays repeat their member's path.
    public var paths: Set<String> {
        var paths: Set<String> = []
        var open = [""]
        var index = 0
        while index < outline.count, paths.count < Self.mostPaths {
            let mark = outline[index]
            index += 1
            guard mark != Mark.end else {
                open.removeLast()
                continue
            }
            let written = String(decoding: outline[index...].prefix { $0 > Mark.end }, as: UTF8.self)
            index += written.utf8.count
            let name = isJSON ? JSONTree.unescape(written) : written
            let path = mark == Mark.attribute ? "\(open[open.count - 1])/@\(name)" : "\(open[open.count - 1])/\(name)"
            if path.utf8.count <= Self.longestPath { paths.insert(path) }
            if mark == Mark.element { open.append(path) }
        }
        return paths
    }
}
