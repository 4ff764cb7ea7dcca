import Documents

/// Schemas that the document they were made from meets, one for each of its namespaces. The author tightens them.
struct SchemaDraft {
    static let fileName = "schema.xsd"

    /// A name in a namespace; none for elements that are in none.
    private struct Name: Hashable {
        let namespace: String?
        let local: String

        init(_ node: Node) {
            namespace = node.namespace
            local = node.elementName
        }
    }

    private final class Element {
        var children: [Name] = []
        var below: [Name: Element] = [:]
        var attributes: [String] = []
        /// Such as `xlink:href`, whose schemas are not at hand.
        var hasForeignAttributes = false
        var repeats: Set<Name> = []
        var optional: Set<Name> = []
        var hasText = false
        var instances = 0
        var isOrdered = true
    }

    /// In the order in which they are met; the document element's own is the first.
    private var namespaces: [String?] = []
    /// Elements that a schema declares for all: the document element, and whatever stands within another namespace's.
    private var globals: [(name: Name, element: Element)] = []

    init(_ root: Node) {
        add(root, to: global(Name(root)))
    }

    private mutating func global(_ name: Name) -> Element {
        if !namespaces.contains(name.namespace) { namespaces.append(name.namespace) }
        if let known = globals.first(where: { $0.name == name }) { return known.element }
        let element = Element()
        globals.append((name, element))
        return element
    }

    private mutating func add(_ node: Node, to element: Element) {
        let children = node.children
        if children.isEmpty { element.hasText = true }
        for attribute in node.attributeNodes where !attribute.isOfSchemaInstance {
            if attribute.attributeNamespace != nil {
                element.hasForeignAttributes = true
            } else if !element.attributes.contains(attribute.elementName) {
                element.attributes.append(attribute.elementName)
            }
        }
        var seen: [Name: Int] = [:]
        var last = -1
        for child in children {
            let name = Name(child)
            if element.below[name] == nil {
                // An element in no namespace is declared where it stands, and so is one of the same namespace.
                let isForeign = name.namespace != nil && name.namespace != node.namespace
                element.below[name] = isForeign ? global(name) : Element()
                element.children.append(name)
                if element.instances > 0 { element.optional.insert(name) }
            }
            let place = element.children.firstIndex(of: name) ?? 0
            if place < last { element.isOrdered = false }
            last = place
            seen[name, default: 0] += 1
            if let below = element.below[name] { add(child, to: below) }
        }
        for (name, count) in seen where count > 1 { element.repeats.insert(name) }
        for name in element.children where seen[name] == nil { element.optional.insert(name) }
        element.instances += 1
    }

    // MARK: Writing

    var files: [(path: String, text: String)] {
        namespaces.enumerated().map { index, namespace in (Self.path(index), text(of: namespace)) }
    }

    private static func path(_ index: Int) -> String { index == 0 ? fileName : "schema-\(index + 1).xsd" }

    private func text(of namespace: String?) -> String {
        let others = namespaces.enumerated().filter { $0.element != namespace }
        let target =
            namespace.map { " targetNamespace=\"\($0.escapedForAttribute)\" elementFormDefault=\"qualified\"" } ?? ""
        let prefixes = namespaces.enumerated().map { index, name in
            name.map { " xmlns:n\(index + 1)=\"\($0.escapedForAttribute)\"" } ?? ""
        }
        let isAlone = namespaces.count == 1
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"\(target)\(isAlone ? "" : prefixes.joined())>

            """
        for (index, name) in others {
            let imported = name.map { " namespace=\"\($0.escapedForAttribute)\"" } ?? ""
            text += "  <xs:import\(imported) schemaLocation=\"\(Self.path(index))\"/>\n"
        }
        for global in globals where global.name.namespace == namespace {
            write("name=\"\(global.name.local)\"", global.element, in: namespace, occurs: "", indent: "  ", into: &text)
        }
        return text + "</xs:schema>\n"
    }

    private func write(
        _ naming: String, _ element: Element, in namespace: String?, occurs: String, indent: String,
        into text: inout String
    ) {
        guard !element.children.isEmpty || !element.attributes.isEmpty || element.hasForeignAttributes else {
            text += "\(indent)<xs:element \(naming) type=\"xs:string\"\(occurs)/>\n"
            return
        }
        let mixed = element.hasText ? " mixed=\"true\"" : ""
        text += "\(indent)<xs:element \(naming)\(occurs)>\n\(indent)  <xs:complexType\(mixed)>\n"
        if !element.children.isEmpty {
            let model = element.isOrdered ? "sequence" : "choice"
            let times = element.isOrdered ? "" : " minOccurs=\"0\" maxOccurs=\"unbounded\""
            text += "\(indent)    <xs:\(model)\(times)>\n"
            for child in element.children {
                write(child, of: element, in: namespace, indent: indent + "      ", into: &text)
            }
            text += "\(indent)    </xs:\(model)>\n"
        }
        for attribute in element.attributes {
            text += "\(indent)    <xs:attribute name=\"\(attribute)\" type=\"xs:string\"/>\n"
        }
        if element.hasForeignAttributes {
            text += "\(indent)    <xs:anyAttribute processContents=\"lax\"/>\n"
        }
        text += "\(indent)  </xs:complexType>\n\(indent)</xs:element>\n"
    }

    private func write(
        _ child: Name, of element: Element, in namespace: String?, indent: String, into text: inout String
    ) {
        let occurs =
            (element.optional.contains(child) ? " minOccurs=\"0\"" : "")
            + (element.repeats.contains(child) ? " maxOccurs=\"unbounded\"" : "")
        if child.namespace != nil, child.namespace != namespace {
            let index = namespaces.firstIndex(of: child.namespace) ?? 0
            text += "\(indent)<xs:element ref=\"n\(index + 1):\(child.local)\"\(occurs)/>\n"
        } else if let below = element.below[child] {
            let form = child.namespace == nil && namespace != nil ? " form=\"unqualified\"" : ""
            write("name=\"\(child.local)\"\(form)", below, in: namespace, occurs: occurs, indent: indent, into: &text)
        }
    }
}
