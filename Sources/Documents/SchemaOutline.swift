import Foundation

/// The element and attribute paths that an XSD of local elements allows: enough to tell a mistyped target from a right one.
///
/// Files that a schema includes are read too. Schemas that import, extend or group are not followed; then there is no outline rather than a wrong one.
public struct SchemaOutline: Sendable {
    /// Below the root element, slash-separated, attributes as `@name`.
    public let paths: Set<String>

    /// - Parameter root: the document element's name.
    /// - Returns: nothing where the file cannot be read, does not declare the root or uses more than this reads.
    public init?(path: String, root name: String) {
        guard let schema = Self.schema(at: path) else { return nil }
        let folder = URL(filePath: path).deletingLastPathComponent()
        let included = schema.children.filter { $0.name == "include" }.map { include in
            include.attribute("schemaLocation").flatMap { Self.schema(at: folder.appending(path: $0).path) }
        }
        // What an included file includes is not followed either.
        guard included.allSatisfy({ $0?.children.allSatisfy { $0.name != "include" } ?? false }) else { return nil }
        var reader = Reader(schemas: [schema] + included.compactMap(\.self))
        guard let element = reader.elements[name], reader.read(element, at: "", depth: 0) else { return nil }
        paths = reader.paths
    }

    private static func schema(at path: String) -> Node? {
        FileManager.default.contents(atPath: path).flatMap { try? Document.parse([UInt8]($0), format: .xml).root }
    }

    private struct Reader {
        let elements: [String: Node]
        private let types: [String: Node]
        private(set) var paths: Set<String> = []

        init(schemas: [Node]) {
            func named(_ kind: String) -> [String: Node] {
                Dictionary(
                    schemas.flatMap(\.children).filter { $0.name == kind }.map { ($0.attribute("name") ?? "", $0) }
                ) { first, _ in first }
            }
            elements = named("element")
            types = named("complexType")
        }

        /// - Returns: whether everything below could be followed.
        mutating func read(_ element: Node, at path: String, depth: Int) -> Bool {
            guard depth < 32 else { return false }
            if let type = element.attribute("type").flatMap({ types[Self.local($0)] }) {
                return content(of: type, at: path, depth: depth + 1)
            }
            return content(of: element, at: path, depth: depth + 1)
        }

        private mutating func content(of node: Node, at path: String, depth: Int) -> Bool {
            for child in node.children {
                switch child.name {
                case "element":
                    let reference = child.attribute("ref").map(Self.local)
                    guard let name = child.attribute("name") ?? reference,
                        let target = reference == nil ? child : elements[name]
                    else { return false }
                    let below = path.isEmpty ? name : path + "/" + name
                    paths.insert(below)
                    if !read(target, at: below, depth: depth + 1) { return false }
                case "attribute": paths.insert((path.isEmpty ? "" : path + "/") + "@" + (child.attribute("name") ?? ""))
                case "complexType", "sequence", "choice", "all":
                    if !content(of: child, at: path, depth: depth + 1) { return false }
                // Text with attributes: whatever it extends has no elements.
                case "simpleContent":
                    if !child.children.allSatisfy({ content(of: $0, at: path, depth: depth + 1) }) { return false }
                case "annotation", "simpleType", "unique", "key": continue
                default: return false
                }
            }
            return true
        }

        private static func local(_ name: String) -> String { name.split(separator: ":").last.map(String.init) ?? name }
    }
}
