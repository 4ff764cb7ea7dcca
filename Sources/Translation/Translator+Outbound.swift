import Canonical
import Documents
import StrictJSON
import Vocabulary

/// From canonical statuses to what partners read.
extension Translator {
    /// What a mapping reads or writes, or nothing where there is no such mapping. The encoding is that of what it writes.
    public func form(of id: String) -> (format: DocumentFormat, encoding: TextEncoding, schema: XMLSchema?)? {
        inForce.mappings.first { $0.id == id }.map { ($0.format, $0.encoding, $0.schema) }
    }

    /// Puts a canonical status into a sender's own format and encoding, strictly valid against its schema.
    public func render(_ event: StatusEvent, outbound id: String) throws(RenderError) -> RenderedMessage {
        let result: Result<RenderedMessage, RenderError> = withWorker { worker in
            guard let engine = worker.engines.first(where: { $0.mapping.id == id && !$0.mapping.isInbound }) else {
                return .failure(.noMapping(id))
            }
            let source: Document
            do throws(DocumentError) { source = try Document(JSONValue.object(event.content)) } catch {
                return .failure(RenderError(error))
            }
            var run = Engine.Run()
            engine.fillOutbound(&run, from: source.root)
            if let problem = run.findings.all.first(where: { $0.severity == .error }) {
                return .failure(.invalid(rule: problem.code, path: problem.path ?? "/"))
            }
            return Self.write(run.target, by: engine.mapping)
        }
        return try result.get()
    }

    private static func write(_ target: JSONObject, by mapping: Mapping) -> Result<RenderedMessage, RenderError> {
        let bytes: [UInt8]
        switch mapping.format {
        case .json:
            guard let encoded = try? mapping.encoding.encode(JSONValue.object(target).text()) else {
                return .failure(.unencodable)
            }
            bytes = encoded
            if let violation = mapping.jsonSchema?.violation(in: .object(target)) {
                return .failure(.invalid(rule: violation.keyword, path: violation.pointer))
            }
        case .xml:
            var root = element(mapping.root, .object(target))
            let namespaces = mapping.namespaces.sorted { $0.key < $1.key }
            root.attributes.insert(contentsOf: namespaces.map { .init(name: "xmlns:\($0)", value: $1) }, at: 0)
            guard let encoded = try? root.serialized(encoding: mapping.encoding) else {
                return .failure(.unencodable)
            }
            bytes = encoded
            if let schema = mapping.schema {
                let document: Document
                do throws(DocumentError) { document = try Document.parse(bytes, format: .xml) } catch {
                    return .failure(RenderError(error))
                }
                if let violation = schema.violations(in: document).first {
                    return .failure(.invalid(rule: violation.rule.rawValue, path: violation.location.path))
                }
            }
        }
        return .success(RenderedMessage(bytes: bytes, mediaType: mapping.mediaType))
    }

    /// `@name` members are attributes, `.` is the element's own text, arrays repeat their element.
    private static func element(_ name: String, _ value: JSONValue) -> OutputElement {
        var element = OutputElement(name: name)
        guard let object = value.object else {
            element.text = value.string ?? value.text()
            return element
        }
        for member in object.members {
            if member.name.hasPrefix("@") {
                element.attributes.append(
                    .init(name: String(member.name.dropFirst()), value: member.value.string ?? member.value.text()))
            } else if member.name == "." {
                element.text = member.value.string ?? member.value.text()
            } else if let items = member.value.array {
                element.children += items.map { self.element(member.name, $0) }
            } else {
                element.children.append(self.element(member.name, member.value))
            }
        }
        return element
    }
}
