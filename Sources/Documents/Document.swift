import CLibXML2
import Glibc
import StrictJSON

/// What a document is written in.
public enum DocumentFormat: String, Sendable, CaseIterable {
    case xml, json
}

/// A parsed document: one tree for XML and JSON, over libxml2.
///
/// JSON reads into the same tree: the root element is `root`, members become elements, arrays repeat their member's
/// element (`item` where they have none), keys that are no XML names are escaped as `_xHHHH_`. Not `Sendable`: a document
/// belongs to whoever parsed it.
public final class Document {
    public let format: DocumentFormat
    public let encoding: TextEncoding
    public private(set) var notes: [DocumentNote]
    let handle: xmlDocPtr
    /// What its elements are called, where it was built here; text nodes and attributes have none.
    private(set) var names: NameSet
    /// Of a tree that was built here; libxml2's own lies where libxml2 put it.
    let memory: TreeMemory?
    /// The text as it came and its start tags' offsets, for places.
    private let source: [UInt8]
    private let starts: [Int]
    private lazy var places = PlaceTable(source: source, starts: starts, document: handle)
    /// Made once: registering XPath's functions costs more than most expressions.
    private(set) lazy var context: xmlXPathContextPtr? = {
        isContextMade = true
        let context = xmlXPathNewContext(handle)
        if let variables, let context { variables.lend(to: context) }
        return context
    }()
    private var isContextMade = false
    /// The place of the text that this document was found in; nothing for one that came by itself.
    public var host: SourceLocation?
    /// What expressions over this document may name as `$name`.
    public let variables: XPathVariables?

    /// - Parameters:
    ///   - format: by the first character where it is not told.
    ///   - declaredEncoding: what the carrier said, such as a `charset`; the document's own word goes first.
    public static func parse(
        _ bytes: [UInt8], format: DocumentFormat? = nil, declaredEncoding: String? = nil,
        limits: ParseLimits = ParseLimits()
    ) throws(DocumentError) -> Document {
        guard bytes.count <= limits.bytes else { throw DocumentError(.tooLarge) }
        let decoded = try DecodedText(bytes, declared: declaredEncoding, isJSON: format.map { $0 == .json })
        return try Document(decoded, format: format, limits: limits)
    }

    /// A document of the gateway's own, from its value, without the detour over its text.
    ///
    /// - Parameter variables: what expressions over it may name as `$name`.
    public init(_ value: JSONValue, variables: XPathVariables? = nil) throws(DocumentError) {
        self.variables = variables
        guard let built = JSONTree.build(value) else { throw DocumentError(.tooLarge) }
        (handle, names, memory) = (built.document, built.names, built.memory)
        format = .json
        encoding = .utf8
        notes = []
        source = []
        starts = []
    }

    /// Takes every element out of its namespace, where any is in one; mappings that declare none then see the names alone.
    ///
    /// - Returns: whether there was one.
    public func ignoreNamespaces() -> Bool {
        guard format == .xml else { return false }
        var found = false
        var node: xmlNodePtr? = xmlDocGetRootElement(handle)
        while let here = node {
            if here.pointee.ns != nil {
                here.pointee.ns = nil
                found = true
            } else if let name = here.pointee.name,
                let colon = strchr(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self), 58)
            {
                // A prefix that is declared nowhere stays part of the name; the dictionary owns the rest of it, too.
                here.pointee.name = UnsafeRawPointer(colon + 1).assumingMemoryBound(to: UInt8.self)
                found = true
            }
            node = PlaceTable.following(here)
        }
        return found
    }

    func add(_ names: NameSet) { self.names = self.names.union(names) }

    private init(_ decoded: DecodedText, format: DocumentFormat?, limits: ParseLimits) throws(DocumentError) {
        let first = decoded.utf8.first { $0 > 0x20 }
        guard let first else { throw DocumentError(.empty) }
        let format = format ?? (first == UInt8(ascii: "<") ? .xml : .json)
        var notes = decoded.notes
        switch format {
        case .xml:
            let scan = try MarkupScan(decoded.utf8, limits: limits)
            notes += scan.notes(on: decoded.utf8)
            handle = try Self.parse(decoded.utf8, scan, limits: limits)
            (names, memory) = (.everything, nil)
            starts = scan.starts
        case .json:
            // RFC 8259 §8.1 wants UTF-8 between systems.
            if decoded.encoding != .utf8 { notes.append(DocumentNote(code: "encodingNotUTF8", line: 1, column: 1)) }
            let built = try JSONTree.build(decoded.utf8, limits: limits)
            (handle, names, memory) = (built.document, built.names, built.memory)
            starts = []
            notes += EscapeScan.notes(on: decoded.utf8)
        }
        self.format = format
        variables = nil
        encoding = decoded.encoding
        self.notes = notes
        source = decoded.utf8
    }

    private static func parse(
        _ text: [UInt8], _ scan: MarkupScan, limits: ParseLimits
    ) throws(DocumentError) -> xmlDocPtr {
        do throws(DocumentError) {
            return try XMLParser.parse(scan.mended ?? text)
        } catch {
            if let misplaced = scan.misplacedDeclaration {
                let place = DocumentNote(code: "", at: misplaced, of: text)
                throw DocumentError(.declarationMisplaced, line: place.line, column: place.column)
            }
            guard scan.openedSection else { throw error.behind(scan.declaration, in: text) }
            // As it came it fails too, at a place that the sender finds; or the section had joined "]]" and ">" to a mark.
            let closed = try MarkupScan(text, limits: limits, opensSections: false)
            do throws(DocumentError) {
                return try XMLParser.parse(closed.mended ?? text)
            } catch { throw error.behind(closed.declaration, in: text) }
        }
    }

    deinit {
        if isContextMade { xmlXPathFreeContext(context) }
        if memory != nil { TreeMemory.detach(handle) }
        xmlFreeDoc(handle)
    }

    /// The document element.
    public var root: Node {
        // Neither parser returns a document without one.
        Node(handle: xmlDocGetRootElement(handle), document: self)
    }

    /// How many elements it has.
    public var elementCount: Int {
        var count = 0
        var node: xmlNodePtr? = xmlDocGetRootElement(handle)
        while let here = node {
            count += 1
            node = PlaceTable.following(here)
        }
        return count
    }

    /// The JSON key that an element's name stands for.
    public static func key(ofElement name: String) -> String { JSONTree.unescape(name) }

    func place(of node: xmlNodePtr) -> (line: Int, column: Int)? {
        switch format {
        case .xml: places.place(of: node)
        case .json: JSONTree.place(of: node)
        }
    }
}

/// libxml2's parser with nothing switched on that reaches outside the bytes.
enum XMLParser {
    private static let options = Int32(
        XML_PARSE_NONET.rawValue | XML_PARSE_COMPACT.rawValue | XML_PARSE_NOERROR.rawValue
            | XML_PARSE_NOWARNING.rawValue | XML_PARSE_IGNORE_ENC.rawValue)

    private static let prepared: Void = {
        xmlInitParser()
        legalaid_xml_silence()
    }()

    static func parse(_ utf8: [UInt8]) throws(DocumentError) -> xmlDocPtr {
        _ = prepared
        guard let context = xmlNewParserCtxt() else { throw DocumentError(.notWellFormed) }
        defer { xmlFreeParserCtxt(context) }
        // The scan has refused every document type already; should it ever miss one, the parser stops at it.
        context.pointee.sax.pointee.internalSubset = { parser, _, _, _ in
            if let parser { xmlStopParser(parser.assumingMemoryBound(to: xmlParserCtxt.self)) }
        }
        let parsed = utf8.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                xmlCtxtReadMemory(context, text.baseAddress, Int32(clamping: text.count), nil, nil, options)
            }
        }
        guard let parsed, context.pointee.wellFormed == 1, xmlDocGetRootElement(parsed) != nil else {
            let error = xmlCtxtGetLastError(context)?.pointee
            xmlFreeDoc(parsed)
            // int2 is libxml2's column.
            throw DocumentError(
                .notWellFormed, line: error.map { Int($0.line) } ?? 1, column: error.map { max(1, Int($0.int2)) } ?? 1)
        }
        return parsed
    }
}

/// Where the elements of an XML text begin. Made only when somebody asks, since most documents have no findings.
private struct PlaceTable {
    private var places: [(line: Int, column: Int)] = []

    /// - Parameter starts: the start tags' offsets in document order.
    init(source: [UInt8], starts: [Int], document: xmlDocPtr) {
        places.reserveCapacity(starts.count)
        source.withUnsafeBytes { text in
            var place = TextPlace()
            for start in starts {
                place.advance(to: start, in: text)
                places.append((place.line, place.column))
            }
        }
        // Each element is told its number, from 1 on, by the pointer that libxml2 leaves to its users.
        var number = 0
        var node: xmlNodePtr? = xmlDocGetRootElement(document)
        while let current = node {
            number += 1
            current.pointee._private = UnsafeMutableRawPointer(bitPattern: number)
            node = Self.following(current)
        }
    }

    func place(of node: xmlNodePtr) -> (line: Int, column: Int)? {
        let number = Int(bitPattern: node.pointee._private)
        return places.indices.contains(number - 1) ? places[number - 1] : nil
    }

    /// The next element in document order.
    static func following(_ node: xmlNodePtr) -> xmlNodePtr? {
        if let child = xmlFirstElementChild(node) { return child }
        var current: xmlNodePtr? = node
        while let here = current, here.pointee.type == XML_ELEMENT_NODE {
            if let next = xmlNextElementSibling(here) { return next }
            current = here.pointee.parent
        }
        return nil
    }
}
