import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Translation
import Vocabulary

@testable import gateway

/// Every status through every outbound mapping: made from the mappings and partners that are there.
@Suite struct StatusRoundTrips {
    /// A status that says everything that a status may say.
    private func status(_ code: StatusCode) throws -> StatusEvent {
        var content = JSONValue.object(JSONObject())
        for field in CanonicalModel.status.fields {
            let value: JSONValue =
                switch field.type {
                case .text(let length): .string(String((field.zh + "㛃䶮<&\"测试12345").prefix(min(length, 40))))
                case .code(let list):
                    .string(["stage": "firstInstance", "materialKind": "idProof"][list] ?? "other")
                case .word(let words): .string(words.first ?? "")
                case .date: "2024-05-10"
                case .dateTime: "2024-05-10T10:20:00+08:00"
                case .money: "12.00"
                case .integer: 3
                case .boolean: true
                }
            put(value, at: field.path.split(separator: "/").map(String.init)[...], in: &content)
        }
        content["code"] = .string(code.rawValue)
        content["name"] = .string(code.zh)
        content["senderCode"] = "320402"
        content["institution"]?["division"] = "320402"
        content["institution"]?["phone"] = "0519-80000010"
        content["assignment"]?["phone"] = "0519-80000011"
        let object = try #require(content.object)
        return try #require(StatusEvent(content: object))
    }

    private func put(_ value: JSONValue, at path: ArraySlice<String>, in content: inout JSONValue) {
        guard let name = path.first else { return }
        var below: JSONValue = path.count == 1 ? value : content[name] ?? .object(JSONObject())
        if CanonicalModel.status.isList(name), path.count > 1 {
            var item = below[0] ?? .object(JSONObject())
            put(value, at: path.dropFirst(), in: &item)
            below = .array([item])
        } else if path.count > 1 {
            put(value, at: path.dropFirst(), in: &below)
        }
        content[name] = below
    }

    @Test func `every status that a partner may see renders, reads back in its encoding and meets its schema`() throws {
        let configuration = try shippedConfiguration()
        let translator = try Gateway.pipeline(configuration).translator
        let partners = configuration.partners
        for mapping in translator.mappings where !mapping.isInbound {
            let users = partners.filter { $0.statusMapping == mapping.id }
            let senders = Set(users.map(\.kind.audience))
            // A mapping that no partner uses yet must hold for every kind of sender.
            for sender in senders.isEmpty ? Set(Audience.allCases) : senders {
                for code in StatusCode.allCases { try roundTrip(code, for: sender, by: mapping.id, translator) }
            }
        }
    }

    private func roundTrip(_ code: StatusCode, for sender: Audience, by mapping: String, _ translator: Translator)
        throws
    {
        guard let seen = try status(code).minimised(for: sender) else {
            #expect(StatusVisibility.detail(of: code, for: sender) == .withheld)
            return
        }
        let place = "\(mapping) \(code.rawValue) for \(sender.rawValue)"
        let message: RenderedMessage
        do {
            message = try translator.render(seen, outbound: mapping)
        } catch {
            Issue.record("\(place): \(error)")
            return
        }
        let declared = translator.form(of: mapping)
        let document = try Document.parse(message.bytes)
        #expect(document.format == declared?.format && document.encoding == declared?.encoding, "\(place)")
        #expect(document.notes.isEmpty, "\(place): \(document.notes)")
        #expect(declared?.schema?.violations(in: document).isEmpty ?? true, "\(place)")
        let texts = Self.texts(below: document.root)
        #expect(texts.contains { $0.contains(code.rawValue) || $0.contains(code.zh) }, "\(place) is not told")
    }

    private static func texts(below node: Node) -> [String] {
        let children = node.children
        return children.isEmpty ? [node.text] : children.flatMap(texts)
    }
}
