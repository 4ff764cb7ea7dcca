import Canonical
import Documents
import Foundation

/// The language of mapping files as `mapping.xsd` defines it: what is valid, and which words there are.
struct MappingLanguage {
    static let fileName = "mapping.xsd"

    let schema: XMLSchema
    /// The attributes of each element.
    private let attributes: [String: [String]]

    /// Nothing where the file is missing or is no schema.
    init?(directory: String) {
        let path = directory + "/" + Self.fileName
        guard let data = FileManager.default.contents(atPath: path),
            let root = try? Document.parse([UInt8](data), format: .xml).root, let schema = try? XMLSchema(path: path)
        else { return nil }
        self.schema = schema
        attributes = Dictionary(
            root.children.filter { $0.name == "element" }.map { element in
                (element.attribute("name") ?? "", Self.attributes(below: element))
            }
        ) { first, _ in first }
    }

    private static func attributes(below node: Node) -> [String] {
        node.children.flatMap { child in
            child.name == "attribute" ? [child.attribute("name") ?? ""] : attributes(below: child)
        }
    }

    /// What is wrong with the words of a mapping file, and where; each place is told once.
    func complaints(about root: Node) -> [(line: Int?, text: String)] {
        var found = unknownWords(in: root)
        let told = Set(found.compactMap(\.line))
        for violation in schema.violations(around: root) where !told.contains(violation.location.line ?? 0) {
            found.append(
                (
                    violation.location.line,
                    "<\(violation.location.path.split(separator: "/").last.map(String.init) ?? "mapping")> is not as "
                        + "\(Self.fileName) says (\(violation.rule.rawValue))"
                ))
        }
        return found
    }

    private func unknownWords(in node: Node) -> [(line: Int?, text: String)] {
        guard let known = attributes[node.name] else {
            let words = attributes.keys.filter { $0 != "mapping" }.sorted()
            return [(node.location.line, "unknown rule <\(node.name)>" + Self.hint(node.name, words))]
        }
        let unknown = node.attributes.map(\.name).filter { !known.contains($0) }.map { name in
            (node.location.line, "<\(node.name)> has no attribute \(name)" + Self.hint(name, known))
        }
        return unknown + node.children.flatMap(unknownWords)
    }

    /// The nearest right word, as a question.
    static func hint(_ word: String, _ candidates: [String]) -> String {
        Spelling.nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }
}
