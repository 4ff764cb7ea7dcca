import Documents

/// The files that a new agency's folder starts with, made from one of its documents.
public struct MappingDraft: Sendable {
    /// The file's path within the folder, and what it holds.
    public let files: [(path: String, bytes: [UInt8])]

    /// - Parameters:
    ///   - id: the folder below `Mappings`, such as `agency/message`; it becomes the mapping's identifier.
    ///   - sample: one document as the partner sends it. It is kept as an example, byte for byte.
    /// - Throws: `DocumentError` where the sample does not parse.
    public init(id: String, title: String, sample: [UInt8]) throws(DocumentError) {
        let document = try Document.parse(sample)
        var files = [(path: "mapping.xml", bytes: Array(Self.mapping(id: id, title: title, document).utf8))]
        if document.format == .xml {
            files += SchemaDraft(document.root).files.map { ($0.path, Array($0.text.utf8)) }
        }
        let encoding = document.encoding == .gb18030 ? ".gb18030" : ""
        files.append((path: "examples/all-fields\(encoding).\(document.format.rawValue)", bytes: sample))
        self.files = files
    }

    private static func mapping(id: String, title: String, _ document: Document) -> String {
        let root = document.root
        let sample = DraftSample(of: root)
        var rules: [String] = []
        var unknown: [String] = []
        var taken: Set<String> = []
        for field in sample.fields {
            let known = DraftField.known.first { known in
                known.names.contains(field.name.lowercased()) && !taken.contains(known.to)
                    && (field.isOfPerson || !known.to.hasPrefix("recipient/"))
            }
            guard let known else {
                unknown.append(field.path)
                continue
            }
            taken.insert(known.to)
            let required = known.to == "source/messageId" || known.to == "recipient/name"
            rules.append(
                "<value to=\"\(known.to)\" from=\"\(field.path.escapedForAttribute)\""
                    + (known.converter.map { " as=\"\($0)\"" } ?? "")
                    + (required ? " required=\"yes\"" : "") + "/>")
        }
        let schema = document.format == .xml ? " schema=\"\(SchemaDraft.fileName)\"" : ""
        let test =
            document.format == .xml
            ? "/\(root.step)" : root.children.first.map { "/root/\($0.step)" } ?? "/root"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="\(id.escapedForAttribute)" version="1" title="\(title.escapedForAttribute)"
                     source="\(document.format.rawValue)"\(schema) accepts="\(test.escapedForAttribute)" kind="application" route="byApplication">
              <each record="\(sample.record.absolutePath.escapedForAttribute)">
            \(rules.map { "    \($0)\n" }.joined())    <constant to="consent/applyWill" value="self"/>
                <!-- Fields of the sample without a rule; gateway translate lists them too when asked to explain:
            \(unknown.map { "         \($0.replacing("--", with: "-\u{2010}"))\n" }.joined())    -->
              </each>
            </mapping>

            """
    }
}

extension String {
    /// For an attribute's value.
    package var escapedForAttribute: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
