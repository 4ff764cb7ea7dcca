import Messaging
import StrictJSON
import Translation
import Transport

/// Which messages a partner may send and is sent, and what goes into each.
public struct MappingService: Sendable {
    let catalogue: any MappingCatalogue
    let registry: Registry

    public init(catalogue: any MappingCatalogue, registry: Registry) {
        self.catalogue = catalogue
        self.registry = registry
    }

    /// Those that a partner may send, and the one of its statuses.
    public func entries(of partner: Partner) -> [MappingEntry] {
        catalogue.entries.filter { entry in
            entry.isInbound
                ? partner.mappings.isEmpty || partner.mappings.contains(entry.id) : partner.statusMapping == entry.id
        }
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/mappings", for: .partner, .operator) { request, visit in
                let entries = try entries(for: visit.caller())
                return .json(["mappings": .array(entries.map(\.json))]).tagged(for: request)
            },
            Route("GET", "/v1/mappings/{folder}/{name}", for: .partner, .operator) { request, visit in
                let id = "\(visit.value("folder"))/\(visit.value("name"))"
                guard let entry = try entries(for: visit.caller()).first(where: { $0.id == id }),
                    let table = catalogue.fieldTable(of: id)
                else {
                    throw Problem(
                        .notFound, zh: "没有这种报文，或它不对贵单位开放；GET /v1/mappings 列出全部。",
                        en: "No such message, or it is not open to you; GET /v1/mappings names them all.")
                }
                return try answer(table, of: entry, to: request).tagged(for: request)
            },
        ]
    }

    private func entries(for caller: Caller) -> [MappingEntry] {
        caller.role == .operator ? catalogue.entries : registry.partners[caller.id].map(entries(of:)) ?? []
    }

    private func answer(_ table: FieldTable, of entry: MappingEntry, to request: HTTPRequest) throws(Problem)
        -> HTTPResponse
    {
        let words = ["json"] + FieldTableFormat.allCases.map(\.rawValue)
        let format = try request.choice(of: words, "format").flatMap(FieldTableFormat.init(rawValue:))
        guard let format else {
            guard var json = entry.json.object else { return .json(.null) }
            json["fields"] = .array(table.rows.map(\.json))
            json["checks"] = .array(table.checks.map(\.json))
            json["codeLists"] = .array(table.lists.map(\.json))
            return .json(.object(json))
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "\(format.mediaType); charset=utf-8")],
            body: Array(table.text(as: format).utf8))
    }
}

extension FieldTableFormat {
    var mediaType: String {
        switch self {
        case .markdown: "text/markdown"
        case .html: "text/html"
        case .csv: "text/csv"
        }
    }
}

extension MappingEntry {
    var json: JSONValue {
        [
            "id": .string(id), "title": .string(title), "version": JSONValue(version), "digest": .string(digest),
            "direction": isInbound ? "in" : "out", "format": .string(format.rawValue),
            "kinds": .array(kinds.map { .string($0.rawValue) }),
        ]
    }
}

extension FieldTable.Row {
    var json: JSONValue {
        func texts(_ texts: [String]) -> JSONValue? {
            texts.isEmpty ? nil : .array(texts.map { .string($0) })
        }
        return .compact([
            ("sources", .array(sources.map { .string($0) })), ("name", .string(zh)),
            ("target", .string(target.replacing("/", with: "."))), ("type", .string(type)),
            ("required", .bool(isRequired)), ("conditions", texts(conditions)), ("example", .text(example)),
            ("converters", texts(converters)), ("codeList", .text(codes)),
            ("maxLength", maxLength.map { JSONValue($0) }), ("notes", texts(notes)), ("line", JSONValue(line)),
        ])
    }
}

extension FieldTable.Check {
    var json: JSONValue {
        .compact([
            ("code", .string(code)), ("target", .string(target.replacing("/", with: "."))), ("when", .string(when)),
            ("severity", .string(severity.rawValue)), ("message", .text(message)), ("line", JSONValue(line)),
        ])
    }
}
