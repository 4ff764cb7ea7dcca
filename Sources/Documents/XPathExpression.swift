import CLibXML2

/// An XPath that cannot be compiled.
public struct XPathError: Error, Sendable, Hashable {
    public let expression: String
}

/// What an XPath gave.
public enum XPathValue {
    case nodes([Node])
    case string(String)
    case number(Double)
    case boolean(Bool)
}

/// A compiled XPath 1.0 expression.
///
/// Not `Sendable`: libxml2 writes into the compiled form while it evaluates function calls, so each thread compiles its
/// own.
public final class XPathExpression {
    public let source: String
    private let handle: xmlXPathCompExprPtr
    private let plain: PlainPath?

    public init(_ source: String) throws(XPathError) {
        self.source = source
        guard let compiled = Self.silently({ xmlXPathCompile(source) }) else { throw XPathError(expression: source) }
        handle = compiled
        plain = PlainPath(source)
    }

    deinit { xmlXPathFreeCompExpr(handle) }

    /// Evaluates with `node` as context. A failing evaluation, such as one over the limit of steps, gives no nodes.
    public func evaluate(at node: Node) -> XPathValue {
        if let plain { return .nodes(plain.nodes(at: node)) }
        guard let context = node.document.context else { return .nodes([]) }
        context.pointee.node = node.handle
        context.pointee.opLimit = 1_000_000
        context.pointee.opCount = 0
        guard let result = xmlXPathCompiledEval(handle, context) else { return .nodes([]) }
        defer { xmlXPathFreeObject(result) }
        switch result.pointee.type {
        case XPATH_NODESET: return .nodes(Self.nodes(in: result, of: node.document))
        case XPATH_BOOLEAN: return .boolean(result.pointee.boolval != 0)
        case XPATH_NUMBER: return .number(result.pointee.floatval)
        case XPATH_STRING: return .string(result.pointee.stringval.map { String(cString: $0) } ?? "")
        default: return .nodes([])
        }
    }

    public func nodes(at node: Node) -> [Node] {
        switch evaluate(at: node) {
        case .nodes(let nodes): nodes
        case .string, .number, .boolean: []
        }
    }

    /// By the rules of XPath's `boolean()`.
    public func bool(at node: Node) -> Bool {
        guard let context = node.document.context else { return false }
        context.pointee.node = node.handle
        context.pointee.opLimit = 1_000_000
        context.pointee.opCount = 0
        return xmlXPathCompiledEvalToBoolean(handle, context) == 1
    }

    /// By the rules of XPath's `string()`.
    public func string(at node: Node) -> String {
        switch evaluate(at: node) {
        case .nodes(let nodes): nodes.first?.text ?? ""
        case .string(let text): text
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
        case .boolean(let flag): flag ? "true" : "false"
        }
    }

    private static func nodes(in result: xmlXPathObjectPtr, of document: Document) -> [Node] {
        guard let set = result.pointee.nodesetval, let table = set.pointee.nodeTab else { return [] }
        return (0..<Int(set.pointee.nodeNr)).compactMap { index in
            table[index].map { Node(handle: $0, document: document) }
        }
    }

    private static func silently<Result>(_ work: () -> Result) -> Result {
        legalaid_xml_silence()
        return work()
    }
}
