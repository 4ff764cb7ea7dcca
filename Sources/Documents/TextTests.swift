import CLibXML2

/// The tests of one expression, ready to be asked by either evaluator. Belongs to one thread, like the expression.
final class TextTests {
    private let meaning: any TextMeaning
    private var calls: [TextCall] = []
    private var tests: [(Bytes) -> TextAnswer] = []
    /// While libxml2 evaluates.
    private var document: Document?

    /// Nothing where a call means nothing.
    init?(_ calls: [TextCall], meaning: any TextMeaning) {
        self.meaning = meaning
        for call in calls {
            guard let test = meaning.test(call) else { return nil }
            self.calls.append(call)
            tests.append(test)
        }
    }

    func index(of call: TextCall) -> Int? { calls.firstIndex(of: call) }

    func folded(_ text: Bytes) -> [UInt8] { meaning.folded(text) }

    /// - Parameter node: what is told of a text that cannot be read.
    func holds(_ index: Int, _ text: Bytes, at node: xmlNodePtr, in document: Document) -> Bool {
        switch tests[index](text) {
        case .holds: return true
        case .fails: return false
        case .unreadable(let code):
            meaning.tell(code, of: calls[index], at: Node(handle: node, document: document))
            return false
        }
    }

    // MARK: libxml2

    /// - Parameter work: the evaluation, during which the context's functions ask these tests.
    func lend<Result>(to context: xmlXPathContextPtr, at node: Node, _ work: () -> Result) -> Result {
        document = node.document
        for call in calls {
            xmlXPathRegisterFunc(context, call.function.rawValue) { parser, count in
                if let parser { TextTests.answer(parser, count) }
            }
        }
        context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
        defer {
            document = nil
            context.pointee.userData = nil
        }
        return work()
    }

    private static func answer(_ parser: xmlXPathParserContextPtr, _ count: Int32) {
        var words: [String] = []
        for _ in 1..<max(1, count) {
            guard let word = xmlXPathPopString(parser) else { return }
            words.insert(String(cString: word), at: 0)
            legalaid_xml_free(word)
        }
        guard count > 0, let context = parser.pointee.context, let name = context.pointee.function,
            let function = TextFunction(rawValue: String(cString: name)), let target = context.pointee.userData,
            let value = valuePop(parser)
        else {
            parser.pointee.error = Int32(XPATH_INVALID_ARITY.rawValue)
            return
        }
        defer { xmlXPathFreeObject(value) }
        let tests = Unmanaged<TextTests>.fromOpaque(target).takeUnretainedValue()
        if function == .folded {
            valuePush(parser, tests.foldedText(of: value))
        } else {
            let holds = tests.holds(TextCall(function, words), value, at: context.pointee.node)
            valuePush(parser, xmlXPathNewBoolean(holds ? 1 : 0))
        }
    }

    private func foldedText(of value: xmlXPathObjectPtr) -> xmlXPathObjectPtr? {
        guard let text = xmlXPathCastToString(value) else { return xmlXPathNewCString("") }
        defer { legalaid_xml_free(text) }
        let folded = folded(Bytes(start: text, count: Int(xmlStrlen(text))))
        return (folded + [0]).withUnsafeBufferPointer { xmlXPathNewString($0.baseAddress) }
    }

    private func holds(_ call: TextCall, _ value: xmlXPathObjectPtr, at context: xmlNodePtr?) -> Bool {
        guard let index = index(of: call), let document else { return false }
        guard value.pointee.type == XPATH_NODESET || value.pointee.type == XPATH_XSLT_TREE else {
            guard let text = xmlXPathCastToString(value), let context else { return false }
            defer { legalaid_xml_free(text) }
            return holds(index, Bytes(start: text, count: Int(xmlStrlen(text))), at: context, in: document)
        }
        guard let set = value.pointee.nodesetval, let table = set.pointee.nodeTab else { return false }
        xmlXPathNodeSetSort(set)
        for place in 0..<Int(set.pointee.nodeNr) {
            guard let node = table[place] else { continue }
            if node.withText({ holds(index, $0, at: node, in: document) }) { return true }
        }
        return false
    }
}
