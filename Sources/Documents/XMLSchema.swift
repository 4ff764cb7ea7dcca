import CLibXML2

/// One place where a document breaks its schema. Carries the rule that was broken, never the value.
public struct SchemaViolation: Sendable, Hashable {
    public enum Rule: String, Sendable, CaseIterable {
        case unexpectedElement, wrongType, notInEnumeration, wrongPattern, wrongLength, outOfRange
        case unknownAttribute, missingAttribute
        /// Whatever else the schema says.
        case other = "schemaViolation"
    }

    public let rule: Rule
    public let location: SourceLocation
}

/// A schema that is none.
public struct SchemaError: Error, Sendable, Hashable {
    public let path: String
    public let line: Int?

    public init(path: String, line: Int?) {
        self.path = path
        self.line = line
    }
}

/// A compiled XSD. Shared by all threads: each validation has a context of its own.
///
/// `@unchecked`: libxml2 only reads a compiled schema.
public final class XMLSchema: @unchecked Sendable {
    private let handle: xmlSchemaPtr

    public convenience init(path: String) throws(SchemaError) {
        self.init(handle: try Self.parse(xmlSchemaNewParserCtxt(path), path))
    }

    /// One that includes no other file.
    ///
    /// - Parameter name: names it in an error.
    public convenience init(_ bytes: [UInt8], name: String) throws(SchemaError) {
        let parsed = bytes.withUnsafeBytes { bytes in
            Result { () throws(SchemaError) in
                try XMLSchema.parse(
                    xmlSchemaNewMemParserCtxt(
                        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count)), name)
            }
        }
        self.init(handle: try parsed.get())
    }

    private init(handle: xmlSchemaPtr) { self.handle = handle }

    private static func parse(_ parser: xmlSchemaParserCtxtPtr?, _ path: String) throws(SchemaError) -> xmlSchemaPtr {
        guard let parser else { throw SchemaError(path: path, line: nil) }
        defer { xmlSchemaFreeParserCtxt(parser) }
        var line: Int?
        let parsed = withUnsafeMutablePointer(to: &line) { line in
            xmlSchemaSetParserStructuredErrors(
                parser,
                { target, error in
                    let line = target?.assumingMemoryBound(to: Int?.self)
                    if let error, line?.pointee == nil { line?.pointee = Int(error.pointee.line) }
                }, line)
            return xmlSchemaParse(parser)
        }
        guard let parsed else { throw SchemaError(path: path, line: line) }
        return parsed
    }

    deinit { xmlSchemaFree(handle) }

    /// Of the whole document that a node belongs to.
    public func violations(around node: Node) -> [SchemaViolation] { violations(in: node.document) }

    public func violations(in document: Document) -> [SchemaViolation] {
        guard let context = xmlSchemaNewValidCtxt(handle) else { return [] }
        defer { xmlSchemaFreeValidCtxt(context) }
        var found: [(Int32, xmlNodePtr?)] = []
        withUnsafeMutablePointer(to: &found) { found in
            xmlSchemaSetValidStructuredErrors(
                context,
                { target, error in
                    guard let error, let found = target?.assumingMemoryBound(to: [(Int32, xmlNodePtr?)].self) else {
                        return
                    }
                    found.pointee.append(
                        (error.pointee.code, error.pointee.node?.assumingMemoryBound(to: xmlNode.self)))
                }, found)
            _ = xmlSchemaValidateDoc(context, document.handle)
        }
        var seen: Set<SchemaViolation> = []
        return found.compactMap { code, node in
            let place =
                node.map { Node(handle: $0, document: document).location }
                ?? SourceLocation(line: nil, column: nil, path: "/")
            let violation = SchemaViolation(rule: Self.rule(code), location: place)
            // libxml2 reports a facet and then the type it belongs to; one word to the sender is enough.
            return seen.insert(violation).inserted ? violation : nil
        }
    }

    private static func rule(_ code: Int32) -> SchemaViolation.Rule {
        switch xmlParserErrors(UInt32(code)) {
        case XML_SCHEMAV_ELEMENT_CONTENT, XML_SCHEMAV_CVC_ELT_1, XML_SCHEMAV_CVC_COMPLEX_TYPE_2_4: .unexpectedElement
        case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2,
            XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3, XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2:
            .wrongType
        case XML_SCHEMAV_CVC_ENUMERATION_VALID: .notInEnumeration
        case XML_SCHEMAV_CVC_PATTERN_VALID: .wrongPattern
        case XML_SCHEMAV_CVC_LENGTH_VALID, XML_SCHEMAV_CVC_MINLENGTH_VALID, XML_SCHEMAV_CVC_MAXLENGTH_VALID:
            .wrongLength
        case XML_SCHEMAV_CVC_MININCLUSIVE_VALID, XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID,
            XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID, XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID:
            .outOfRange
        case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2: .unknownAttribute
        case XML_SCHEMAV_CVC_COMPLEX_TYPE_4: .missingAttribute
        default: .other
        }
    }
}
