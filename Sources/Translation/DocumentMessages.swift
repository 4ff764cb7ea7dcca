import Documents

/// One message of a document, and the mapping that reads it: a withdrawal beside a notice is a withdrawal.
struct DocumentMessage {
    let engine: Engine
    let node: Node
}

/// Which messages a document holds.
struct DocumentMessages {
    /// In the document's order.
    private(set) var known: [DocumentMessage] = []
    /// Those that no mapping takes.
    private(set) var strangers: [Node] = []
    /// The mapping that the document as a whole is told by: the first message's.
    private(set) var first: Engine?

    /// - Parameters:
    ///   - engines: those that may be used.
    ///   - id: the mapping that was asked for; a message that says it is of another type is read by that type's.
    init(_ document: Document, engines: [Engine], asked id: String?) {
        let engine = engines.first { engine in id.map { $0 == engine.mapping.id } ?? engine.accepts(document) }
        guard let engine else { return }
        first = engine
        guard let messages = engine.mapping.messages else {
            known = [DocumentMessage(engine: engine, node: document.root)]
            return
        }
        for node in engine.messages(in: document) {
            let reader =
                engine.accepts(node)
                ? engine : engines.first { $0.mapping.messages == messages && $0.accepts(node) }
            if let reader = reader ?? (id == nil ? nil : engine) {
                known.append(DocumentMessage(engine: reader, node: node))
            } else {
                strangers.append(node)
            }
        }
        first = known.first?.engine ?? engine
    }

    /// The mappings that read something, each once.
    var engines: [Engine] {
        known.reduce(into: []) { engines, message in
            if !engines.contains(where: { $0 === message.engine }) { engines.append(message.engine) }
        }
    }

    /// Whether a mapping's schema speaks of a place: not of one in a message that another mapping reads.
    func isPlace(_ location: SourceLocation, of engine: Engine) -> Bool {
        guard engines.count > 1 || !strangers.isEmpty else { return true }
        let others = known.filter { $0.engine !== engine }.map(\.node) + strangers
        return !others.contains { node in
            let path = node.location.path
            return location.path == path || location.path.hasPrefix(path + "/")
        }
    }
}
