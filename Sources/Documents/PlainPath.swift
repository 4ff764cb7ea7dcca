import CLibXML2

/// A path of children and parents alone, such as `../../BSXX/XXBH`: what nearly every mapping rule selects by. Walking the
/// tree gives the same nodes as XPath does, in a tenth of the time.
struct PlainPath {
    private enum Step {
        case parent
        case child([UInt8])
    }

    private let steps: [Step]

    /// Nothing for any other expression.
    init?(_ source: String) {
        var steps: [Step] = []
        for part in source.split(separator: "/", omittingEmptySubsequences: false) {
            switch part {
            case ".": continue
            case "..":
                // A parent of children could be met twice.
                guard steps.allSatisfy({ if case .parent = $0 { true } else { false } }) else { return nil }
                steps.append(.parent)
            default:
                guard Self.isName(part) else { return nil }
                steps.append(.child(Array(part.utf8) + [0]))
            }
        }
        self.steps = steps
    }

    private static func isName(_ text: Substring) -> Bool {
        func isStart(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20)
        }
        guard let first = text.utf8.first, isStart(first) else { return false }
        return text.utf8.allSatisfy { isStart($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    func nodes(at node: Node) -> [Node] {
        var current: [xmlNodePtr] = [node.handle]
        for step in steps {
            switch step {
            case .parent: current = current.compactMap { $0.pointee.parent }
            case .child(let name): current = name.withUnsafeBufferPointer { name in Self.children(of: current, name) }
            }
            if current.isEmpty { return [] }
        }
        return current.map { Node(handle: $0, document: node.document) }
    }

    private static func children(
        of parents: [xmlNodePtr], _ name: UnsafeBufferPointer<UInt8>
    ) -> [xmlNodePtr] {
        var found: [xmlNodePtr] = []
        for parent in parents {
            var child = xmlFirstElementChild(parent)
            while let here = child {
                // A name without prefix means no namespace (XPath 1.0 §2.3).
                if here.pointee.ns == nil, xmlStrEqual(here.pointee.name, name.baseAddress) == 1 { found.append(here) }
                child = xmlNextElementSibling(here)
            }
        }
        return found
    }
}
