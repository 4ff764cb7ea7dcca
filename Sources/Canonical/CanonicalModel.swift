/// What a canonical field may hold.
public enum FieldType: Sendable, Hashable {
    /// At most so many characters.
    case text(Int)
    /// A code of the named list.
    case code(String)
    /// One of these words, which the product itself knows.
    case word([String])
    /// `yyyy-MM-dd`.
    case date
    /// RFC 3339 with offset; only the date where the sender gave no time.
    case dateTime
    /// Decimal yuan, two digits, kept as text.
    case money
    case integer
    case boolean
}

/// Who writes a canonical field.
public enum FieldOrigin: Sendable, Hashable {
    /// A mapping, from the sender's document.
    case sender
    /// The gateway itself; a mapping may not.
    case gateway
    /// A mapping writes it for the gateway to read; it is not part of the application.
    case scratch
}

/// What a mapping does with a field.
public enum FieldUse: Sendable {
    case written, read
}

/// One field of the canonical application or status.
public struct FieldDefinition: Sendable, Hashable {
    /// Slash-separated; lists are written as their name, such as `materials/title`.
    public let path: String
    public let type: FieldType
    public let zh: String
    /// Always there in an accepted application (a list's field: in each item).
    public var isRequired = false
    public var origin = FieldOrigin.sender
    /// Of dates: when the day can lie.
    public var timing = FieldTiming.open
    /// Of sums: for each month.
    public var isMonthly = false

    init(_ path: String, _ type: FieldType, _ zh: String) {
        self.path = path
        self.type = type
        self.zh = zh
    }

    var required: FieldDefinition {
        var copy = self
        copy.isRequired = true
        return copy
    }

    func timed(_ timing: FieldTiming) -> FieldDefinition {
        var copy = self
        copy.timing = timing
        return copy
    }

    /// A sum for each month.
    var monthly: FieldDefinition {
        var copy = self
        copy.isMonthly = true
        return copy
    }

    /// Written by the gateway, not by mappings.
    var ours: FieldDefinition {
        var copy = self
        copy.origin = .gateway
        return copy
    }

    /// Read by the gateway and left out of the application.
    var passing: FieldDefinition {
        var copy = self
        copy.origin = .scratch
        return copy
    }
}

/// The fields of the canonical data model (domain §4), against which mappings are checked.
public struct CanonicalModel: Sendable {
    public let fields: [FieldDefinition]
    /// Every path that may repeat: lists of objects and lists of plain values.
    public let lists: Set<String>
    private let index: [String: FieldDefinition]
    /// Every path that is an object or a list of objects.
    private let groups: Set<String>

    init(_ fields: [FieldDefinition], lists: Set<String>) {
        self.fields = fields
        self.lists = lists
        index = Dictionary(fields.map { ($0.path, $0) }) { first, _ in first }
        groups = Set(
            fields.flatMap { field in
                let parts = field.path.split(separator: "/")
                return (1..<max(1, parts.count)).map { parts.prefix($0).joined(separator: "/") }
            })
    }

    public func field(at path: String) -> FieldDefinition? { index[path] }

    /// The field of a place in an application, whose lists have indexes: `proceeding/hearings[0]/at`.
    public func field(atPlace place: String) -> FieldDefinition? {
        guard place.utf8.contains(UInt8(ascii: "[")) else { return field(at: place) }
        var isIndex = false
        let path = place.unicodeScalars.filter { scalar in
            if scalar == "[" { isIndex = true }
            defer { if scalar == "]" { isIndex = false } }
            return !isIndex
        }
        return field(at: String(String.UnicodeScalarView(path)))
    }
    /// What a place in an application is called: its field, or the group that it lies in.
    public func title(atPlace place: String) -> String? {
        var path = place[...]
        while !path.isEmpty {
            if let field = field(atPlace: String(path)) { return field.zh }
            if let group = Self.groupTitles[String(path.prefix { $0 != "[" })] { return group }
            path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
        }
        return nil
    }

    /// Of groups that findings speak of as a whole.
    private static let groupTitles = [
        "reference": "所指原件", "materials": "材料", "groupFlags": "人群类别", "reliefStatuses": "社会救助", "recipient": "受援人",
        "event": "案件事件",
        "proceeding/handlers": "承办人",
    ]

    public func isGroup(_ path: String) -> Bool { groups.contains(path) }
    public func isList(_ path: String) -> Bool { lists.contains(path) }

    /// The field or group whose path is most like the given one: what a mistyped path probably meant.
    public func nearest(to path: String, among use: FieldUse = .written) -> String? {
        let meant = fields.filter { use == .read || $0.origin != .gateway }
        return Spelling.nearest(to: path, among: meant.map(\.path) + groups.sorted())
    }
}
