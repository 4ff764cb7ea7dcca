import CLibXML2

/// A direct expression made ready to be run: its parts lie where nothing has to be counted or copied to reach them.
final class DirectProgram {
    let kind: DirectExpression.Kind
    private let needs: NameSet
    private let terms: UnsafeBufferPointer<DirectExpression.Term>
    private let steps: UnsafeBufferPointer<DirectExpression.Step>
    private let tests: UnsafeBufferPointer<Int>
    private let bytes: Bytes
    private let root: Int
    private let textTests: TextTests?

    init(_ expression: DirectExpression, tests textTests: TextTests?) {
        self.textTests = textTests
        kind = expression.kind(of: expression.root)
        needs = expression.needs(of: expression.root)
        terms = Self.kept(expression.terms)
        steps = Self.kept(expression.steps)
        tests = Self.kept(expression.tests)
        bytes = Self.kept(expression.bytes)
        root = expression.root
    }

    deinit {
        // Nothing in them refers to anything else.
        terms.deallocate()
        steps.deallocate()
        tests.deallocate()
        bytes.deallocate()
    }

    private static func kept<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = buffer.initialize(from: elements)
        return UnsafeBufferPointer(buffer)
    }

    /// Whether it holds at a node, by the rules of XPath's `boolean()`.
    func truth(at node: Node) -> Bool { mayMeet(node.document) && run(at: node, \.truth) ?? false }

    /// Hands over the nodes that it gives in document order until the receiver has enough.
    ///
    /// - Returns: whether what was handed over may be used: not after too long a look.
    func nodes(at node: Node, _ isEnough: (xmlNodePtr) -> Bool) -> Bool {
        guard mayMeet(node.document) else { return true }
        let done: Void? = run(at: node) { $0.nodes(isEnough) }
        return done != nil
    }

    /// Whether a document may hold all that the program needs to give a node or a truth.
    private func mayMeet(_ document: Document) -> Bool { needs.isSubset(of: document.names) }

    /// Runs the program on a node. Nothing is given when it looked at too many nodes, as a hostile document can make it.
    func run<Result>(at node: Node, _ work: (DirectExpression.Evaluation) -> Result) -> Result? {
        var budget = 1_000_000
        let result = withUnsafeMutablePointer(to: &budget) { budget in
            work(
                DirectExpression.Evaluation(
                    terms: terms, steps: steps, tests: tests, bytes: bytes, root: root, node: node.handle,
                    document: Unmanaged.passUnretained(node.document),
                    variables: node.document.variables.map(Unmanaged.passUnretained),
                    textTests: textTests.map(Unmanaged.passUnretained),
                    namesStandTogether: node.document.format == .json, budget: budget))
        }
        return budget > 0 ? result : nil
    }
}
