import CLibXML2
import Glibc
import StrictJSON

/// The type that a JSON value had.
public enum JSONType: Int, Sendable {
    case object = 1, array, string, number, boolean, null
}

/// Builds libxml2's tree from a JSON text. Type and place of each value are packed into the node's private pointer.
enum JSONTree {
    /// A tree, what its elements are called, and where they lie.
    struct Built {
        let document: xmlDocPtr
        let names: NameSet
        let memory: TreeMemory
    }

    static func build(_ utf8: [UInt8], limits: ParseLimits) throws(DocumentError) -> Built {
        guard let document = xmlNewDoc("1.0") else { throw DocumentError(.notJSON) }
        var builder = Builder(document: document, memory: TreeMemory())
        do {
            try JSONReader.read(
                utf8, isUTF8: true, limits: JSONLimits(depth: limits.depth, values: limits.nodes), into: &builder)
        } catch {
            TreeMemory.detach(document)
            xmlFreeDoc(document)
            let problem: DocumentError.Problem =
                switch error.problem {
                case .duplicateName: .duplicateKey
                case .tooDeep: .tooDeep
                case .tooManyValues: .tooManyNodes
                case .invalidUTF8: .badEncoding
                case .unexpectedEnd, .unexpectedCharacter, .invalidEscape, .loneSurrogate, .controlCharacter,
                    .invalidNumber, .trailingContent:
                    .notJSON
                }
            throw DocumentError(problem, line: error.line, column: error.column)
        }
        guard let built = builder.built else { throw DocumentError(.tooLarge) }
        return built
    }

    /// The same tree from a value that was read or made already; its nodes have no places.
    static func build(_ value: JSONValue) -> Built? {
        guard let document = xmlNewDoc("1.0") else { return nil }
        var builder = Builder(document: document, memory: TreeMemory())
        add(value, to: &builder)
        return builder.built
    }

    static func add(_ value: JSONValue, to builder: inout Builder) {
        switch value {
        case .null: builder.scalar(.null, "null")
        case .bool(let flag): builder.scalar(.boolean, flag ? "true" : "false")
        case .number(let digits): builder.scalar(.number, digits)
        case .string(let text): builder.scalar(.string, text)
        case .array(let items):
            builder.beginArray(at: .nowhere)
            for item in items { add(item, to: &builder) }
            builder.endArray()
        case .object(let object):
            builder.beginObject(at: .nowhere)
            for member in object.members {
                builder.name(member.name, at: .nowhere)
                add(member.value, to: &builder)
            }
            builder.endObject()
        }
    }

    /// Makes elements of JSON values as they come.
    struct Builder: JSONReceiver {
        private struct Open {
            let node: xmlNodePtr
            /// The element name of the next value, kept by the document's dictionary.
            var name: Name
            /// Values repeat the name: they are the items of an array.
            let isArray: Bool
            /// The pushed node is the array's own element, rather than the one of the object around it.
            let ownsNode: Bool
        }

        private typealias Name = UnsafePointer<UInt8>?

        private let document: xmlDocPtr
        private let memory: TreeMemory
        private var open: [Open] = []
        /// The list's last item, where one is added to: items of a list always stand together.
        private var lastItem: xmlNodePtr?
        /// Of all elements that it has made.
        private(set) var names = NameSet()

        init(document: xmlDocPtr, memory: TreeMemory) {
            self.document = document
            self.memory = memory
            // The document frees it.
            if document.pointee.dict == nil { document.pointee.dict = xmlDictCreate() }
        }

        /// Adds one more item to the list `name` of an object that stands already.
        init(addingTo list: String, of node: xmlNodePtr, in document: xmlDocPtr, memory: TreeMemory) {
            self.init(document: document, memory: memory)
            let name = kept(JSONTree.escape(list))
            open = [Open(node: node, name: name, isArray: true, ownsNode: false)]
            var child = node.pointee.last
            while let here = child, here.pointee.name != name { child = here.pointee.prev }
            lastItem = child
        }

        /// Nothing where libxml2 had no memory for a name.
        var built: Built? {
            document.pointee.children.map { _ in Built(document: document, names: names, memory: memory) }
        }

        private mutating func kept(_ name: String) -> Name {
            name.lend {
                names.insert($0)
                return xmlDictLookup(document.pointee.dict, $0.baseAddress, Int32(clamping: $0.count))
            }
        }

        mutating func beginObject(at position: JSONPosition) {
            guard let node = add(.object, at: position) else { return }
            open.append(Open(node: node, name: nil, isArray: false, ownsNode: true))
        }

        mutating func name(_ name: String, at position: JSONPosition) {
            let name = kept(escape(name))
            open[open.count - 1].name = name
        }

        mutating func endObject() { open.removeLast() }

        mutating func beginArray(at position: JSONPosition) {
            if let parent = open.last, !parent.isArray {
                open.append(Open(node: parent.node, name: parent.name, isArray: true, ownsNode: false))
            } else if let node = add(.array, at: position) {
                let name = kept("item")
                open.append(Open(node: node, name: name, isArray: true, ownsNode: true))
            }
        }

        mutating func endArray() { open.removeLast() }

        mutating func scalar(_ kind: JSONScalar, _ text: UnsafeBufferPointer<UInt8>, at position: JSONPosition) {
            let type: JSONType =
                switch kind {
                case .null: .null
                case .boolean: .boolean
                case .number: .number
                case .string: .string
                }
            guard let node = add(type, at: position), type != .null, !text.isEmpty else { return }
            // XML cannot hold U+0001 and its like even escaped; the tree can, and nobody serialises it as XML.
            let leaf = memory.node(XML_TEXT_NODE, legalaid_xml_text_name(), in: document)
            let content = memory.text(text)
            // U+0000 would end the text for libxml2: another control character stands for it, and is told like it.
            if kind == .string, memchr(content, 0, text.count) != nil {
                for index in 0..<text.count where content[index] == 0 { content[index] = 1 }
            }
            leaf.pointee.content = content
            link(leaf, below: node, behind: nil)
        }

        /// Of a value that no text was read for.
        mutating func scalar(_ kind: JSONScalar, _ text: String) {
            text.lend { scalar(kind, $0, at: .nowhere) }
        }

        private mutating func add(_ type: JSONType, at position: JSONPosition) -> xmlNodePtr? {
            let parent = open.last
            guard let name = parent.map(\.name) ?? kept("root") else { return nil }
            let node = memory.node(XML_ELEMENT_NODE, name, in: document)
            node.pointee._private = pack(type, isItem: parent?.isArray ?? false, position)
            let above = parent?.node ?? UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self)
            link(node, below: above, behind: open.count == 1 ? lastItem : nil)
            return node
        }

        /// A new node behind another, or behind the last one: libxml2's own call looks for texts to join and other
        /// documents' nodes.
        private func link(_ node: xmlNodePtr, below parent: xmlNodePtr, behind other: xmlNodePtr?) {
            let previous = other ?? parent.pointee.last
            let next = previous?.pointee.next
            node.pointee.parent = parent
            node.pointee.prev = previous
            node.pointee.next = next
            if let previous { previous.pointee.next = node } else { parent.pointee.children = node }
            if let next { next.pointee.prev = node } else { parent.pointee.last = node }
        }
    }

    // Bits: 0–2 type, 3 item of an array, 4–33 line, 34–63 column.
    private static func pack(_ type: JSONType, isItem: Bool, _ position: JSONPosition) -> UnsafeMutableRawPointer? {
        let mask: UInt = 0x3FFF_FFFF
        let bits =
            UInt(type.rawValue) | (isItem ? 8 : 0) | (UInt(position.line) & mask) << 4
            | (UInt(position.column) & mask) << 34
        return UnsafeMutableRawPointer(bitPattern: bits)
    }

    private static func bits(_ node: xmlNodePtr) -> UInt { UInt(bitPattern: node.pointee._private) }

    static func type(of node: xmlNodePtr) -> JSONType? { JSONType(rawValue: Int(bits(node) & 7)) }
    static func isItem(_ node: xmlNodePtr) -> Bool { bits(node) & 8 != 0 }

    static func place(of node: xmlNodePtr) -> (line: Int, column: Int)? {
        let bits = bits(node)
        let line = Int(bits >> 4 & 0x3FFF_FFFF)
        return line == 0 ? nil : (line, Int(bits >> 34))
    }

    /// A JSON pointer (RFC 6901).
    static func pointer(to node: xmlNodePtr) -> String {
        var pointer = ""
        walk(to: node) { step in
            pointer += "/"
            switch step {
            case .item(let index): pointer += "\(index)"
            case .member(let name):
                let isPlain = !name.utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
                pointer += isPlain ? name : name.replacing("~", with: "~0").replacing("/", with: "~1")
            }
        }
        return pointer
    }

    enum Step { case member(String), item(Int) }

    /// The way to a value from the root; no deeper than documents may be.
    static func walk(to node: xmlNodePtr, _ visit: (Step) -> Void) {
        guard let parent = node.pointee.parent, parent.pointee.type == XML_ELEMENT_NODE else { return }
        walk(to: parent, visit)
        if !isItem(node) || type(of: parent) != .array {
            visit(.member(unescape(String(cString: node.pointee.name))))
        }
        if isItem(node) { visit(.item(Node.position(of: node) - 1)) }
    }

    /// Makes a key an XML name: whatever may not stand there becomes `_xHHHH_`.
    static func escape(_ key: String) -> String {
        if isPlain(key) { return key }
        func isStart(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z")
                || scalar.value >= 0xC0
        }
        func isName(_ scalar: Unicode.Scalar) -> Bool {
            isStart(scalar) || (scalar >= "0" && scalar <= "9") || scalar == "-" || scalar == "."
        }
        let scalars = key.unicodeScalars
        if let first = scalars.first, isStart(first), scalars.dropFirst().allSatisfy(isName), !key.contains("_x") {
            return key
        }
        var escaped = ""
        for (index, scalar) in scalars.enumerated() {
            let isUnderscore = scalar == "_" && key.contains("_x")
            if (index == 0 ? isStart(scalar) : isName(scalar)) && !isUnderscore {
                escaped.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                escaped += "_x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_"
            }
        }
        return escaped.isEmpty ? "_x_" : escaped
    }

    /// Letters and digits alone, as nearly all keys are.
    private static func isPlain(_ key: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
        return key.lend { key in
            guard let first = key.first, isLetter(first) else { return false }
            return key.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
        }
    }

    static func unescape(_ name: String) -> String {
        // Names of the canonical form have no underscore, and looking for a byte is cheap.
        guard name.utf8.contains(UInt8(ascii: "_")), name.contains("_x") else { return name }
        if name == "_x_" { return "" }
        var key = ""
        var rest = name[...]
        while let first = rest.first {
            if rest.hasPrefix("_x"), let end = rest.dropFirst(2).firstIndex(of: "_"),
                let value = UInt32(rest.dropFirst(2)[..<end], radix: 16), let scalar = Unicode.Scalar(value)
            {
                key.unicodeScalars.append(scalar)
                rest = rest[rest.index(after: end)...]
            } else {
                key.append(first)
                rest = rest.dropFirst()
            }
        }
        return key
    }
}
