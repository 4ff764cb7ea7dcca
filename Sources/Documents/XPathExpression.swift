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

    /// A number as XPath's `string()` writes it.
    public static func text(of number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }
}

/// A compiled XPath 1.0 expression.
///
/// Not `Sendable`: libxml2 writes into the compiled form while it evaluates function calls, so each thread compiles its
/// own.
public final class XPathExpression {
    public let source: String
    private let handle: xmlXPathCompExprPtr
    private let direct: DirectProgram?
    private let tests: TextTests?
    /// The prefixes that it uses, with their namespaces.
    private let namespaces: [(prefix: String, name: String)]

    /// - Parameters:
    ///   - meaning: what the tests of texts ask, which only expressions of mappings use.
    ///   - namespaces: what prefixes stand for. An expression that uses others gives nothing.
    /// - Throws: for an expression that does not compile, or holds a test that means nothing.
    public convenience init(
        _ source: String, meaning: (any TextMeaning)? = nil, namespaces: [String: String] = [:]
    ) throws(XPathError) {
        let tests = try Self.tests(of: source, meaning)
        let used = namespaces.isEmpty ? [] : Self.prefixes(in: source).sorted()
        try self.init(
            source, direct: DirectExpression(source, tests: tests), tests: tests,
            namespaces: used.compactMap { prefix in namespaces[prefix].map { (prefix, $0) } })
    }

    static func tests(of source: String, _ meaning: (any TextMeaning)?) throws(XPathError) -> TextTests? {
        let calls: [TextCall]
        do {
            calls = try TextCall.all(in: source)
        } catch {
            throw XPathError(expression: source)
        }
        if calls.isEmpty { return nil }
        guard let meaning, let tests = TextTests(calls, meaning: meaning) else { throw XPathError(expression: source) }
        return tests
    }

    /// - Parameter direct: nothing leaves the whole evaluation to libxml2.
    init(
        _ source: String, direct: DirectExpression?, tests: TextTests? = nil,
        namespaces: [(prefix: String, name: String)] = []
    ) throws(XPathError) {
        self.source = source
        self.namespaces = namespaces
        self.tests = tests
        guard let compiled = Self.silently({ xmlXPathCompile(source) }) else { throw XPathError(expression: source) }
        handle = compiled
        self.direct = direct.map { DirectProgram($0, tests: tests) }
    }

    deinit { xmlXPathFreeCompExpr(handle) }

    /// Evaluates with `node` as context. A failing evaluation, such as one over the limit of steps, gives no nodes.
    public func evaluate(at node: Node) -> XPathValue {
        if let direct, let value = value(of: direct, at: node) { return value }
        guard let context = prepared(at: node) else { return .nodes([]) }
        guard let result = asking(context, at: node, { xmlXPathCompiledEval(handle, context) }) else {
            return .nodes([])
        }
        defer { xmlXPathFreeObject(result) }
        switch result.pointee.type {
        case XPATH_NODESET: return .nodes(Self.nodes(in: result, of: node.document))
        case XPATH_BOOLEAN: return .boolean(result.pointee.boolval != 0)
        case XPATH_NUMBER: return .number(result.pointee.floatval)
        case XPATH_STRING: return .string(result.pointee.stringval.map { String(cString: $0) } ?? "")
        default: return .nodes([])
        }
    }

    private func value(of direct: DirectProgram, at node: Node) -> XPathValue? {
        switch direct.kind {
        case .text: return direct.run(at: node, \.text).map { .string($0 ?? "") } ?? .nodes([])
        case .number: return direct.run(at: node, \.number).map { .number($0 ?? .nan) } ?? .nodes([])
        case .truth: return direct.run(at: node, \.truth).map { .boolean($0) } ?? .nodes([])
        case .nodes: return .nodes(nodes(at: node))
        case .variable: return nil
        }
    }

    /// Whether it is known to give nodes.
    public var selectsNodes: Bool { direct?.kind == .nodes }

    /// The first node, and the next that is not empty: a value's own place, and one that gives it again.
    public func firstTwo(at node: Node) -> (first: Node?, other: Node?) {
        var (first, other): (xmlNodePtr?, xmlNodePtr?)
        if let direct, direct.kind == .nodes {
            let isWhole = direct.nodes(at: node) { found in
                guard first != nil else {
                    first = found
                    return false
                }
                if found.withText(\.isEmpty) { return false }
                other = found
                return true
            }
            if !isWhole { return (nil, nil) }
        } else {
            let found = nodes(at: node)
            first = found.first?.handle
            other = found.dropFirst().first { !$0.withText(\.isEmpty) }?.handle
        }
        return (
            first.map { Node(handle: $0, document: node.document) },
            other.map { Node(handle: $0, document: node.document) }
        )
    }

    public func nodes(at node: Node) -> [Node] {
        guard let direct, direct.kind == .nodes else { return others(at: node) }
        var found: [Node] = []
        let isWhole = direct.nodes(at: node) {
            found.append(Node(handle: $0, document: node.document))
            return false
        }
        return isWhole ? found : []
    }

    private func others(at node: Node) -> [Node] {
        switch evaluate(at: node) {
        case .nodes(let nodes): nodes
        case .string, .number, .boolean: []
        }
    }

    /// By the rules of XPath's `boolean()`.
    public func bool(at node: Node) -> Bool {
        if let direct { return direct.truth(at: node) }
        guard let context = prepared(at: node) else { return false }
        return asking(context, at: node) { xmlXPathCompiledEvalToBoolean(handle, context) } == 1
    }

    private func prepared(at node: Node) -> xmlXPathContextPtr? {
        guard let context = node.document.context else { return nil }
        context.pointee.node = node.handle
        context.pointee.opLimit = 1_000_000
        context.pointee.opCount = 0
        // Another mapping may have given the prefix another meaning.
        for (prefix, name) in namespaces { xmlXPathRegisterNs(context, prefix, name) }
        return context
    }

    private func asking<Result>(_ context: xmlXPathContextPtr, at node: Node, _ work: () -> Result) -> Result {
        guard let tests else { return work() }
        return tests.lend(to: context, at: node, work)
    }

    /// By the rules of XPath's `string()`.
    public func string(at node: Node) -> String {
        switch evaluate(at: node) {
        case .nodes(let nodes): nodes.first?.text ?? ""
        case .string(let text): text
        case .number(let number): XPathValue.text(of: number)
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
