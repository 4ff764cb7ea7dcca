import StrictJSON

/// The XSD of an answer as senders of XML are given it, made from its JSON Schema: members are elements in any order, items
/// of a list repeat their element, what is null is empty.
struct XMLAnswerSchema {
    private let root: String
    private let type: String
    private let schemas: [(name: String, schema: JSONValue)]

    /// - Parameters:
    ///   - root: the outermost element.
    ///   - type: the schema of what it holds, one of `schemas`, which hold all that they refer to.
    init(root: String, type: String, _ schemas: [(name: String, schema: JSONValue)]) {
        self.root = root
        self.type = type
        self.schemas = schemas
    }

    var bytes: [UInt8] {
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<!-- 由网关的接口说明生成 Made from the gateway's own description. -->",
            #"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">"#,
            #"  <xs:element name="\#(root)" type="\#(type)"/>"#,
        ]
        for (name, schema) in schemas { lines += Self.named(name, schema) }
        lines.append("</xs:schema>")
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func named(_ name: String, _ schema: JSONValue) -> [String] {
        guard schema["properties"]?.object != nil else {
            return ["  <xs:complexType name=\"\(name)\">"] + anything("    ") + ["  </xs:complexType>"]
        }
        return ["  <xs:complexType name=\"\(name)\">"] + content(of: schema, "    ") + ["  </xs:complexType>"]
    }

    private static func anything(_ indent: String) -> [String] {
        [
            indent + "<xs:sequence>",
            indent + #"  <xs:any processContents="lax" minOccurs="0" maxOccurs="unbounded"/>"#,
            indent + "</xs:sequence>",
        ]
    }

    /// An object's members in any order: JSON has none.
    private static func content(of schema: JSONValue, _ indent: String) -> [String] {
        let members = schema["properties"]?.object?.members ?? []
        guard !members.isEmpty else { return anything(indent) }
        return [indent + #"<xs:choice minOccurs="0" maxOccurs="unbounded">"#]
            + members.flatMap { element($0.name, $0.value, indent + "  ") } + [indent + "</xs:choice>"]
    }

    private static func element(_ name: String, _ schema: JSONValue, _ indent: String) -> [String] {
        let item = schema["type"] == "array" ? schema["items"] ?? [:] : schema
        let note = schema["description"]?.string ?? item["description"]?.string
        let documentation = note.map {
            indent + "  <xs:annotation><xs:documentation>\(escaped($0))</xs:documentation></xs:annotation>"
        }
        let lines = type(of: item, indent + "  ")
        switch lines {
        case .named(let type):
            guard let documentation else { return [indent + "<xs:element name=\"\(name)\" type=\"\(type)\"/>"] }
            return [indent + "<xs:element name=\"\(name)\" type=\"\(type)\">", documentation, indent + "</xs:element>"]
        case .own(let lines):
            return [indent + "<xs:element name=\"\(name)\">"] + [documentation].compactMap(\.self) + lines
                + [indent + "</xs:element>"]
        }
    }

    private enum Kind {
        case named(String)
        case own([String])
    }

    private static func type(of schema: JSONValue, _ indent: String) -> Kind {
        if let reference = schema["$ref"]?.string {
            return .named(String(reference.split(separator: "/").last ?? ""))
        }
        if schema["properties"]?.object != nil {
            return .own(
                [indent + "<xs:complexType>"] + content(of: schema, indent + "  ") + [indent + "</xs:complexType>"])
        }
        switch schema["type"]?.string {
        case "string": return text(schema, indent)
        case "integer": return .named(schema["minimum"] == 0 ? "xs:nonNegativeInteger" : "xs:integer")
        case "number": return .named("xs:decimal")
        case "boolean": return .named("xs:boolean")
        // Several types, lists of lists, and what is said nowhere.
        case .some, nil:
            let isText = schema["type"]?.array?.contains("string") ?? false
            return .named(isText ? "xs:string" : "xs:anyType")
        }
    }

    private static func text(_ schema: JSONValue, _ indent: String) -> Kind {
        if let words = schema["enum"]?.array?.compactMap(\.string), !words.isEmpty {
            return .own(
                [indent + "<xs:simpleType><xs:restriction base=\"xs:string\">"]
                    + words.map { indent + "  <xs:enumeration value=\"\(escaped($0))\"/>" }
                    + [indent + "</xs:restriction></xs:simpleType>"])
        }
        switch schema["format"]?.string {
        case "date-time": return .named("xs:dateTime")
        case "date": return .named("xs:date")
        case .some, nil: return .named("xs:string")
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
