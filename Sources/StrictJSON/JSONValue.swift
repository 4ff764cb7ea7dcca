/// A JSON value as RFC 8259 means it: object members keep their order, numbers keep the digits they were written with.
///
/// Numbers stay text because money loses its scale in a `Double` (`2380.50` would come back as `2380.5`).
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The digits as written; always a valid RFC 8259 number.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A JSON object whose members keep their order. Names are unique.
public struct JSONObject: Sendable, Hashable {
    public private(set) var members: [(name: String, value: JSONValue)]

    public init(_ members: [(name: String, value: JSONValue)] = []) {
        self.members = members
        if Self.holdsDuplicate(members) {
            self.members = []
            for member in members { self[member.name] = member.value }
        }
    }

    private static func holdsDuplicate(_ members: [(name: String, value: JSONValue)]) -> Bool {
        for index in members.indices {
            for earlier in 0..<index where members[earlier].name == members[index].name { return true }
        }
        return false
    }

    /// For readers that have refused duplicate names already.
    init(unique members: [(name: String, value: JSONValue)]) { self.members = members }

    /// Makes room for so many members.
    public mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

    public var isEmpty: Bool { members.isEmpty }
    public var names: [String] { members.map(\.name) }

    /// Setting `nil` removes the member; setting a new name appends it.
    public subscript(name: String) -> JSONValue? {
        get { index(of: name).map { members[$0].value } }
        set {
            if let index = index(of: name) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append((name, newValue))
            }
        }
    }

    /// The value some members below; nothing where one of them is not there.
    public func value(at names: [String]) -> JSONValue? {
        guard var value = names.first.flatMap({ self[$0] }) else { return nil }
        for name in names.dropFirst() {
            guard let next = value[name] else { return nil }
            value = next
        }
        return value
    }

    /// Sets a value some members below, in place, making the objects on the way; `nil` removes it.
    public mutating func put(_ value: JSONValue?, at names: [String]) {
        if names.count == 1 { self[names[0]] = value } else { put(value, at: names, 0) }
    }

    private mutating func put(_ value: JSONValue?, at names: [String], _ depth: Int) {
        guard depth < names.count - 1 else {
            if depth < names.count { self[names[depth]] = value }
            return
        }
        change(names[depth]) { $0.put(value, at: names, depth + 1) }
    }

    /// Changes the object of a name in place; one that is not there is made.
    public mutating func change<Result>(_ name: String, _ work: (inout JSONObject) -> Result) -> Result {
        let index: Int
        if let known = self.index(of: name) {
            index = known
        } else {
            index = members.count
            members.append((name, .object(JSONObject())))
        }
        // Taken out while it changes: a second owner would make every change a copy.
        var below = members[index].value.object ?? JSONObject()
        members[index].value = .null
        defer { members[index].value = .object(below) }
        return work(&below)
    }

    /// Lays another object's members over this one's, object by object.
    public mutating func merge(_ other: JSONObject) {
        for index in other.members.indices {
            let (name, value) = other.members[index]
            if let below = value.object, self[name]?.object != nil {
                change(name) { $0.merge(below) }
            } else {
                self[name] = value
            }
        }
    }

    /// By a name's bytes, so that nobody need make a string of a piece of a path.
    fileprivate func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        for index in members.indices where members[index].name.utf8.count == name.count {
            let isSame = members[index].name.lend { given in name.indices.allSatisfy { given[$0] == name[$0] } }
            if isSame { return members[index].value }
        }
        return nil
    }

    private func index(of name: String) -> Int? {
        // By index, since a closure over members would copy each; by length first, since most names differ in it.
        let length = name.utf8.count
        for index in members.indices where members[index].name.utf8.count == length && members[index].name == name {
            return index
        }
        return nil
    }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        for member in members {
            hasher.combine(member.name)
            hasher.combine(member.value)
        }
    }
}

extension JSONValue {
    public var isNull: Bool { if case .null = self { true } else { false } }
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    /// The number when it is a whole one that fits.
    public var int: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
    public var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }

    /// A member of an object. Reading from anything else gives `nil`; writing to anything else makes it an object.
    public subscript(name: String) -> JSONValue? {
        get { object?[name] }
        set {
            var changed = object ?? JSONObject()
            changed[name] = newValue
            self = .object(changed)
        }
    }

    public subscript(index: Int) -> JSONValue? {
        guard let items = array, items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// A value some dotted path below, such as `recipient.name`.
    public func at(_ path: String) -> JSONValue? {
        path.lend { path in
            var value = self
            var start = 0
            while start < path.count {
                let end = path[start...].firstIndex(of: UInt8(ascii: ".")) ?? path.count
                guard let next = value.object?.member(UnsafeBufferPointer(rebasing: path[start..<end])) else {
                    return nil
                }
                value = next
                start = end + 1
            }
            return value
        }
    }

    /// An object of those members that are not `nil`.
    public static func compact(_ members: [(String, JSONValue?)]) -> JSONValue {
        var object = JSONObject()
        object.reserveCapacity(members.count)
        for index in members.indices {
            if let value = members[index].1 { object[members[index].0] = value }
        }
        return .object(object)
    }

    /// A string, or nothing where there is none: for use in `compact`.
    public static func text(_ text: String?) -> JSONValue? { text.map(JSONValue.string) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { (name: $0.0, value: $0.1) }))
    }
    public init(nilLiteral: ()) { self = .null }

    public init(_ number: Int) { self = .number(String(number)) }

    /// JSON has no infinities and no NaN; those become `null`.
    public init(_ number: Double) { self = number.isFinite ? .number("\(number)") : .null }
}
