import Documents
import StrictJSON

/// Documents within documents: a message that another system wrapped, or a form that was pasted into a field.
extension Engine {
    struct EmbeddedKey: Hashable {
        let host: Int
        let format: DocumentFormat
        let isBase64: Bool
    }

    /// Opened once, however many rules read in it.
    struct EmbeddedDocument {
        /// None where the text is no such document.
        var document: Document?
        /// How many elements it has.
        var nodes = 0
        /// Codes of what is told at its place.
        var told: [(code: String, severity: Finding.Severity)] = []
    }

    /// The roots of what was opened since a document began.
    var embeddedRoots: [Node] { embeddedDocuments.values.compactMap { $0.document?.root } }

    /// - Returns: whether everything that the record itself requires was there.
    func embedded(
        _ embedded: PlannedEmbedded, at node: Node, to target: inout JSONObject, path: String, line: Int,
        _ run: inout Run
    ) -> Bool {
        let place = Place(parent: path, name: embedded.group.target?.path ?? ".")
        let host = single(embedded.group.source, at: node, place: place, line: line, &run)
        let root = host.flatMap { self.root(within: $0, embedded.rule, place, line, &run) }
        return fill(embedded.group, from: root, at: host ?? node, place: place, to: &target, &run)
    }

    private func root(
        within host: Node, _ rule: Rule.Embedded, _ place: Place, _ line: Int, _ run: inout Run
    ) -> Node? {
        let text = Blanks.trimmed(host.text)
        guard placeholders.read(text) == .value else {
            tellNothing(text, place, host, line, isTold: false, &run)
            return nil
        }
        let key = EmbeddedKey(host: host.identity, format: rule.format, isBase64: rule.isBase64)
        let opened = embeddedDocuments[key] ?? open(text, of: host, rule, run.limits)
        embeddedDocuments[key] = opened
        for (code, severity) in opened.told where !run.findings.holds(code, at: host.location) {
            note(code, severity, place, host, line, &run)
        }
        return opened.document?.root
    }

    /// All documents within one have no more elements than one may have.
    private func open(
        _ text: String, of host: Node, _ rule: Rule.Embedded, _ limits: ParseLimits
    ) -> EmbeddedDocument {
        var opened = EmbeddedDocument()
        var bytes = Array(text.utf8)
        if rule.isBase64 {
            guard let decoded = Base64Text.decode(text).bytes else {
                opened.told = [("embeddedNotBase64", .warning)]
                return opened
            }
            bytes = decoded
        } else if rule.format == .xml {
            let tidied = SenderText(text, isName: false)
            opened.told = tidied.told.map { ($0, .warning) }
            bytes = Array(Self.withoutDeclaration(tidied.text).utf8)
        }
        var limits = limits
        limits.nodes -= embeddedDocuments.values.reduce(0) { $0 + $1.nodes }
        do throws(DocumentError) {
            let document = try Document.parse(bytes, format: rule.format, limits: limits)
            document.host = host.location
            if mapping.namespaces.isEmpty, document.ignoreNamespaces() {
                opened.told.append(("namespaceIgnored", .warning))
            }
            opened.told += document.notes.map { ($0.code, .warning) }
            opened.nodes = document.elementCount
            opened.document = document
        } catch {
            // A document type serves attacks only, wherever it stands.
            let severity: Finding.Severity = error.problem == .securityDoctype ? .error : .warning
            opened.told.append((error.problem.rawValue, severity))
        }
        return opened
    }

    /// The text has been decoded already, whatever its own declaration says of its encoding.
    private static func withoutDeclaration(_ text: String) -> Substring {
        guard text.hasPrefix("<?xml "), let end = text.firstRange(of: "?>") else { return text[...] }
        return text[end.upperBound...]
    }
}
