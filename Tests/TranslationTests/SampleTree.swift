import Documents
import StrictJSON

/// A document that a test may change at the places that translation names.
struct SampleTree {
    private enum Content {
        case xml(OutputElement)
        case json(JSONValue)
    }

    private var content: Content

    init(_ bytes: [UInt8]) throws {
        let document = try Document.parse(bytes)
        switch document.format {
        case .xml: content = .xml(Self.element(document.root))
        case .json: content = .json(try JSONValue(parsing: bytes))
        }
    }

    private static func element(_ node: Node) -> OutputElement {
        var element = OutputElement(name: node.name)
        element.attributes = node.attributes.map { .init(name: $0.name, value: $0.value) }
        element.children = node.children.map(Self.element)
        if element.children.isEmpty { element.text = node.text }
        return element
    }

    var bytes: [UInt8] {
        switch content {
        case .xml(let root): (try? root.serialized(encoding: .utf8)) ?? []
        case .json(let value): value.serialized()
        }
    }

    enum Change {
        case remove
        case set(String)
        /// The same once more beside it, with this text.
        case repeated(String)
    }

    /// - Returns: whether the place was there.
    @discardableResult
    mutating func apply(_ change: Change, at path: String) -> Bool {
        let steps = path.split(separator: "/").map(String.init)
        switch content {
        case .xml(var root):
            let done = Self.apply(change, steps.dropFirst(), &root)
            content = .xml(root)
            return done
        case .json(let value):
            let names = steps.map { $0.replacing("~1", with: "/").replacing("~0", with: "~") }
            guard let changed = Self.apply(change, names[...], value) else { return false }
            content = .json(changed)
            return true
        }
    }

    private static func apply(_ change: Change, _ steps: ArraySlice<String>, _ element: inout OutputElement) -> Bool {
        guard let step = steps.first else { return false }
        if step.hasPrefix("@") {
            let name = step.dropFirst()
            guard let index = element.attributes.firstIndex(where: { $0.name == name }) else { return false }
            switch change {
            case .remove: element.attributes.remove(at: index)
            case .set(let text): element.attributes[index].value = text
            case .repeated: return false
            }
            return true
        }
        let parts = step.split(whereSeparator: { $0 == "[" || $0 == "]" })
        let places = element.children.indices.filter { element.children[$0].name == parts[0] }
        let position = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
        guard places.count >= position else { return false }
        let place = places[position - 1]
        guard steps.count == 1 else { return apply(change, steps.dropFirst(), &element.children[place]) }
        switch change {
        case .remove: element.children.remove(at: place)
        case .set(let text): element.children[place].text = text
        case .repeated(let text):
            var copy = element.children[place]
            copy.text = text
            element.children.insert(copy, at: place + 1)
        }
        return true
    }

    private static func apply(_ change: Change, _ steps: ArraySlice<String>, _ value: JSONValue) -> JSONValue? {
        guard let step = steps.first else {
            switch change {
            case .remove: return nil
            case .set(let text): return .string(text)
            case .repeated(let text): return .array([value, .string(text)])
            }
        }
        let isLast = steps.count == 1
        if var items = value.array, let index = Int(step), items.indices.contains(index) {
            if isLast, case .remove = change {
                items.remove(at: index)
            } else if isLast, case .repeated(let text) = change {
                items.insert(.string(text), at: index + 1)
            } else {
                guard let changed = apply(change, steps.dropFirst(), items[index]) else { return nil }
                items[index] = changed
            }
            return .array(items)
        }
        guard var object = value.object, let below = object[step] else { return nil }
        if isLast, case .remove = change {
            object[step] = nil
            return .object(object)
        }
        guard let changed = apply(change, steps.dropFirst(), below) else { return nil }
        object[step] = changed
        return .object(object)
    }
}
