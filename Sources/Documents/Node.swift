import CLibXML2
import Glibc

/// An element, attribute or text of a document.
public struct Node {
    let handle: xmlNodePtr
    let document: Document

    /// The element's name without prefix; for JSON the key as it was written.
    public var name: String {
        guard let name = handle.pointee.name else { return "" }
        let text = String(cString: name)
        return document.format == .json ? JSONTree.unescape(text) : text
    }

    /// The namespace's name, where the element is in one.
    public var namespace: String? {
        guard handle.pointee.type == XML_ELEMENT_NODE, let name = handle.pointee.ns?.pointee.href else { return nil }
        return String(cString: name)
    }

    /// The XPath step to elements of this name. Keys of JSON that are no XML names stay escaped, and a name in a
    /// namespace is asked for by its local part, since mappings declare no prefixes.
    public var step: String {
        namespace == nil ? elementName : "*[local-name()='\(elementName)']"
    }

    /// The element around this one; nothing for the document element.
    public var parent: Node? {
        guard let above = handle.pointee.parent, above.pointee.type == XML_ELEMENT_NODE else { return nil }
        return Node(handle: above, document: document)
    }

    /// All text below, as XPath's `string()` gives it.
    public var text: String { withText { String(decoding: $0, as: UTF8.self) } }

    /// The same, lent as UTF-8 while it is used.
    public func withText<Result>(_ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result { handle.withText(use) }

    /// The elements directly below.
    public var children: [Node] {
        var found: [Node] = []
        var child = xmlFirstElementChild(handle)
        while let here = child {
            found.append(Node(handle: here, document: document))
            child = xmlNextElementSibling(here)
        }
        return found
    }

    /// The first element of this name directly below.
    public func child(named name: String) -> Node? {
        let name = Array(name.utf8) + [0]
        var child = xmlFirstElementChild(handle)
        while let here = child {
            if xmlStrEqual(here.pointee.name, name) == 1 { return Node(handle: here, document: document) }
            child = xmlNextElementSibling(here)
        }
        return nil
    }

    public func attribute(_ name: String) -> String? {
        guard let value = xmlGetNoNsProp(handle, name) else { return nil }
        defer { legalaid_xml_free(value) }
        return String(cString: value)
    }

    /// The attributes' names and values, namespaces left aside.
    public var attributes: [(name: String, value: String)] {
        var found: [(String, String)] = []
        guard handle.pointee.type == XML_ELEMENT_NODE else { return [] }
        var attribute = handle.pointee.properties
        while let here = attribute {
            let value = here.withMemoryRebound(to: xmlNode.self, capacity: 1) {
                String(decoding: $0.withText { Array($0) }, as: UTF8.self)
            }
            found.append((String(cString: here.pointee.name), value))
            attribute = here.pointee.next
        }
        return found
    }

    /// The attributes as nodes, which expressions give as `@name`. JSON has none.
    public var attributeNodes: [Node] {
        guard document.format == .xml, handle.pointee.type == XML_ELEMENT_NODE else { return [] }
        var found: [Node] = []
        var attribute = handle.pointee.properties
        while let here = attribute {
            // libxml2 begins both with the same members, and its own functions take one for the other.
            let node = UnsafeMutableRawPointer(here).assumingMemoryBound(to: xmlNode.self)
            found.append(Node(handle: node, document: document))
            attribute = here.pointee.next
        }
        return found
    }

    public var isAttribute: Bool { handle.pointee.type == XML_ATTRIBUTE_NODE }

    /// An attribute such as `xsi:schemaLocation`, which says something of the document's schema and nothing else.
    public var isOfSchemaInstance: Bool { attributeNamespace == "http://www.w3.org/2001/XMLSchema-instance" }

    /// An attribute's own namespace, which it has with a prefix only.
    public var attributeNamespace: String? {
        guard isAttribute, let name = handle.pointee.ns?.pointee.href else { return nil }
        return String(cString: name)
    }

    /// The name as an XPath step has it, without prefix.
    public var elementName: String { handle.pointee.name.map { String(cString: $0) } ?? "" }

    /// The element an attribute or text belongs to; itself for an element.
    public var element: Node {
        handle.pointee.type == XML_ELEMENT_NODE
            ? self : handle.pointee.parent.map { Node(handle: $0, document: document) } ?? self
    }

    /// Where a value of JSON lies, as the canonical model writes it: `groupFlags[1].code`.
    public var dottedPath: String {
        var path = ""
        JSONTree.walk(to: element.handle) { step in
            switch step {
            case .item(let index): path += "[\(index)]"
            case .member(let name):
                if !path.isEmpty { path += "." }
                path += name
            }
        }
        return path
    }

    public var jsonType: JSONType? { document.format == .json ? JSONTree.type(of: handle) : nil }

    /// Tells this node from every other of the same document.
    public var identity: Int { Int(bitPattern: handle) }

    /// In a document within a text, the text's own place, and the path in both: `/ENV/BODY#/ROOT/XM`.
    public var location: SourceLocation {
        if let host = document.host {
            return SourceLocation(line: host.line, column: host.column, path: host.path + "#" + path)
        }
        let place = document.place(of: element.handle)
        return SourceLocation(line: place?.line, column: place?.column, path: path)
    }

    private var path: String {
        if document.format == .json { return JSONTree.pointer(to: element.handle) }
        var chain: [xmlNodePtr] = []
        chain.reserveCapacity(16)
        var current: xmlNodePtr? = element.handle
        while let here = current, here.pointee.type == XML_ELEMENT_NODE {
            chain.append(here)
            current = here.pointee.parent
        }
        var path: [UInt8] = []
        path.reserveCapacity(chain.count * 32)
        for here in chain.reversed() {
            path.append(UInt8(ascii: "/"))
            Self.append(nameOf: here, to: &path)
            let position = Self.position(of: here)
            if position > 1 || Self.next(sameNameAs: here) != nil { path += "[\(position)]".utf8 }
        }
        if handle.pointee.type == XML_ATTRIBUTE_NODE {
            path += "/@".utf8
            Self.append(nameOf: handle, to: &path)
        }
        return String(decoding: path, as: UTF8.self)
    }

    private static func append(nameOf node: xmlNodePtr, to path: inout [UInt8]) {
        if let name = node.pointee.name { path += Bytes(start: name, count: strlen(name)) }
    }

    /// Among the siblings of the same name, counted from 1.
    static func position(of node: xmlNodePtr) -> Int {
        var position = 1
        var sibling = xmlPreviousElementSibling(node)
        while let here = sibling {
            if isSameName(here, node) { position += 1 }
            sibling = xmlPreviousElementSibling(here)
        }
        return position
    }

    /// libxml2's parser keeps every name once, so most are the same place.
    private static func isSameName(_ one: xmlNodePtr, _ other: xmlNodePtr) -> Bool {
        one.pointee.name == other.pointee.name || xmlStrEqual(one.pointee.name, other.pointee.name) == 1
    }

    private static func next(sameNameAs node: xmlNodePtr) -> xmlNodePtr? {
        var sibling = xmlNextElementSibling(node)
        while let here = sibling {
            if isSameName(here, node) { return here }
            sibling = xmlNextElementSibling(here)
        }
        return nil
    }
}
