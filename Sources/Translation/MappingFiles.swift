import Foundation

/// What lies beside a mapping and is for its partner.
public struct MappingFiles: Sendable {
    public struct File: Sendable {
        /// Below the mappings' folder, such as `court/defence-notice/schema.xsd`.
        public let path: String
        public let bytes: [UInt8]

        public var name: String { String(path.split(separator: "/").last ?? "") }
    }

    /// Of the documents that are read or written: an XSD with all that it includes, or one JSON Schema. Nothing where a
    /// mapping has none.
    public let schemas: [File]
    /// Inbound: documents as they come; outbound: what statuses become.
    public let examples: [File]
}

extension Translator {
    /// Nothing where no mapping of that id is in force.
    public func files(of id: String) -> MappingFiles? {
        guard let mapping = inForce.mappings.first(where: { $0.id == id }) else { return nil }
        let folder = URL(filePath: mapping.folder)
        var schemas: [MappingFiles.File] = []
        for name in Self.names(in: folder) where name.hasSuffix(".xsd") {
            Self.add("\(id)/\(name)", folder.appending(path: name), to: &schemas)
        }
        if let schema = jsonSchema(of: id) {
            schemas.append(MappingFiles.File(path: "\(id)/schema.json", bytes: Array(schema.text(pretty: true).utf8)))
        }
        let examples = Self.names(in: folder.appending(path: "examples")).filter { name in
            name.contains(".expected.") != mapping.isInbound
        }.compactMap { name in
            Self.file("\(id)/examples/\(name)", folder.appending(path: "examples/\(name)"))
        }
        return MappingFiles(schemas: schemas, examples: examples)
    }

    private static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    private static func file(_ path: String, _ url: URL) -> MappingFiles.File? {
        FileManager.default.contents(atPath: url.path).map { MappingFiles.File(path: path, bytes: [UInt8]($0)) }
    }

    /// A schema with those that it includes by their relative places.
    private static func add(_ path: String, _ url: URL, to schemas: inout [MappingFiles.File]) {
        guard !schemas.contains(where: { $0.path == path }), let file = file(path, url) else { return }
        schemas.append(file)
        let text = String(decoding: file.bytes, as: UTF8.self)
        for found in text.matches(of: /<[a-z]+:(?:include|import)\s[^>]*schemaLocation="([^":]+)"/) {
            let place = String(found.1)
            let named = URL(filePath: "/" + path).deletingLastPathComponent().appending(path: place).standardized.path
            add(
                String(named.drop { $0 == "/" }), url.deletingLastPathComponent().appending(path: place).standardized,
                to: &schemas)
        }
    }
}
