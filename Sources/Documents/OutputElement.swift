import CLibXML2

/// An element to be written.
public struct OutputElement: Sendable, Hashable {
    public var name: String
    public var attributes: [Attribute] = []
    public var text = ""
    public var children: [OutputElement] = []

    public struct Attribute: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(name: String) { self.name = name }

    /// The document with its declaration, in the encoding asked for.
    ///
    /// - Throws: `DocumentError` `.unencodable`.
    public func serialized(encoding: TextEncoding) throws(DocumentError) -> [UInt8] {
        let declared =
            switch encoding {
            case .utf8: "UTF-8"
            case .gb18030: "GB18030"
            case .utf16LittleEndian, .utf16BigEndian: "UTF-16"
            }
        var text = "<?xml version=\"1.0\" encoding=\"\(declared)\"?>\n"
        write(into: &text)
        text += "\n"
        switch encoding {
        case .utf8, .gb18030: return try encoding.encode(text)
        case .utf16LittleEndian: return [0xFF, 0xFE] + (try encoding.encode(text))
        case .utf16BigEndian: return [0xFE, 0xFF] + (try encoding.encode(text))
        }
    }

    private func write(into output: inout String) {
        output += "<" + name
        for attribute in attributes {
            output += " " + attribute.name + "=\""
            Self.escape(attribute.value, into: &output)
            output += "\""
        }
        if text.isEmpty, children.isEmpty {
            output += "/>"
            return
        }
        output += ">"
        Self.escape(text, into: &output)
        for child in children { child.write(into: &output) }
        output += "</" + name + ">"
    }

    /// Characters that XML 1.0 §2.2 does not allow are left out: no receiver could read them.
    private static func escape(_ text: String, into output: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "&": output += "&amp;"
            case "\"": output += "&quot;"
            case "\r": output += "&#13;"
            case "\t", "\n": output.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
            default: output.unicodeScalars.append(scalar)
            }
        }
    }
}

extension OutputElement {
    /// Whether XML allows a name without prefix (XML 1.0 §2.3, Namespaces in XML §3).
    public static func isName(_ name: Substring) -> Bool {
        !name.isEmpty && xmlValidateNCName(String(name), 0) == 0
    }
}
