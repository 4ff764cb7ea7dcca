import Documents

/// Reads what receivers answer to a push.
enum AnswerReading {
    private static let limits = ParseLimits(bytes: 64 << 10, depth: 32, nodes: 2000)

    /// The value at an XPath of an answer in XML or JSON; nothing where it is neither, or says nothing there.
    static func value(of body: [UInt8], at path: String) -> String? {
        guard let expression = try? XPathExpression(path), let document = try? Document.parse(body, limits: limits)
        else { return nil }
        let text = expression.string(at: document.root)
        return text.isEmpty ? nil : text
    }
}
