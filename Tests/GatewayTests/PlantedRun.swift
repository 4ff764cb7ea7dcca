import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Everything that people can write into the gateway, written once, with words that are looked for in its files afterwards.
struct PlantedRun {
    static let name = "令狐甄隐"
    static let officer = "欧阳承办"
    static let lawyer = "上官律师"
    static let phone = "13951230987"
    static let lawyerPhone = "13861150246"
    static let address = "常州市天宁区隐园新村十七幢乙单元"
    static let number = inventedNumber(471)
    static let reference = "卷宗第四七一号甲"
    static let paper = "起诉书副本内的一句话"

    static let planted = [name, officer, lawyer, phone, lawyerPhone, address, number, reference, paper]

    let flow: FlowGateway

    private static var facts: JSONValue { .string("\(name)，电话\(phone)，住\(address)，身份证\(number)") }

    /// Referrals of one kind and the other, what follows them, and what institutions and operators say about them.
    func everything(_ prefix: String = "P") async throws {
        try await application(prefix)
        try await follows(prefix)
        try await lead(prefix)
        try await operators(prefix)
    }

    // MARK: Parts

    private func refer(_ id: String) async throws -> JSONValue {
        try await flow.send(
            "referralSuggestion", id, from: "court",
            [
                ("recipient", ["name": .string(Self.name), "idNumber": .string(Self.number)]),
                ("consent", ["applyWill": "self"]), ("matter", ["factsSummary": Self.facts]),
                ("source", ["senderCaseRef": .string(Self.reference)]),
                (
                    "proceeding",
                    ["caseNumber": "（2026）苏0402民初91号", "handlingOrgan": ["code": "苏0402", "type": "court"]]
                ),
                (
                    "materials",
                    [
                        [
                            "kind": "indictment", "title": .string(Self.name + "的起诉书"),
                            "content": .string(Data(Self.paper.utf8).base64EncodedString()),
                        ]
                    ]
                ),
            ])
    }

    private func application(_ prefix: String) async throws {
        let receipt = try await refer(prefix + "-1")
        let number = try #require(receipt["applicationNo"]?.string)
        let code = try #require(receipt["queue"]?.string)
        let institution = flow.institution(code)
        let lease = try #require(try await flow.leases(code).first { $0["applicationNo"]?.string == number })
        let id = lease["leaseId"]?.string ?? ""
        _ = try await institution.ask(
            "POST", "/v1/leases/\(id)/release", body: body([("reason", Self.facts)]))
        let again = try #require(try await flow.leases(code).first { $0["applicationNo"]?.string == number })
        try await flow.acknowledge(again, by: code)
        try await flow.step("requestSupplement", of: number, by: code, [("officer", .string(Self.officer))])
        _ = try await flow.send(
            "supplement", prefix + "-2", from: "court",
            [
                ("reference", ["messageId": .string(prefix + "-1")]),
                ("materials", [["kind": "idProof", "title": .string(Self.name + "身份证明")]]),
            ])
        try await flow.step("supplemented", of: number, by: code)
        try await flow.step("grant", of: number, by: code)
        try await flow.step(
            "assign", of: number, by: code,
            [
                (
                    "assignment",
                    [
                        "unit": "江苏测试律师事务所", "lawyer": .string(Self.lawyer),
                        "phone": .string(Self.lawyerPhone),
                    ]
                )
            ])
        _ = try await institution.call(
            "POST", "/v1/applications/\(number)/suggestions",
            body: body([
                ("kind", "suggestSupport"), ("partner", "procuratorate"), ("reason", Self.facts), ("consent", true),
            ]))
    }

    private func follows(_ prefix: String) async throws {
        // One that waits, one that was refused, one whose person is known by a share.
        _ = try await flow.send(
            "cancel", prefix + "-3", from: "court",
            [
                ("reference", ["messageId": .string(prefix + "-none"), "name": .string(Self.name)]),
                ("withdrawal", ["reason": Self.facts]),
            ])
        _ = try await flow.send(
            "statusShare", prefix + "-4", from: "civil",
            [
                ("recipient", ["name": .string(Self.name), "idNumber": .string(Self.number)]),
                ("reliefStatuses", [["kind": "MLG", "status": "inForce"]]),
            ])
        let other = try await refer(prefix + "-5")
        let code = other["queue"]?.string ?? ""
        _ = try await flow.partner("court").call(
            "POST", "/v1/referrals/\(other["referralId"]?.string ?? "")/withdrawal",
            body: body([("reason", Self.facts)]))
        let third = try await refer(prefix + "-6")
        let number = third["applicationNo"]?.string ?? ""
        if let lease = try await flow.leases(code).first(where: { $0["applicationNo"]?.string == number }) {
            _ = try await flow.institution(code).call(
                "POST", "/v1/leases/\(lease["leaseId"]?.string ?? "")/reject", body: body([("reason", Self.facts)]))
        }
        let bytes = Array("%PDF-1.7\n\(Self.paper) \(Self.name)".utf8)
        let court = flow.partner("court")
        _ = try await court.client.send(
            OutgoingRequest(
                method: "PUT", url: court.url + "/v1/attachments/\(Digest.hex(Digest.sha256(bytes)))",
                headers: [("Authorization", "Bearer court"), ("Content-Type", "application/pdf")], body: bytes,
                timeout: .seconds(60)))
    }

    private func lead(_ prefix: String) async throws {
        let receipt = try await flow.send(
            "lead", prefix + "-7", from: "civil",
            [
                ("recipient", ["name": .string(Self.name), "idNumber": .string(Self.number)]),
                ("matter", ["factsSummary": Self.facts]),
                ("proceeding", ["handlingOrgan": ["code": "320402", "type": "court"]]),
            ])
        let number = receipt["applicationNo"]?.string ?? ""
        let code = receipt["queue"]?.string ?? ""
        _ = try await flow.institution(code).call(
            "POST", "/v1/leads/\(number)/answers", body: body([("event", "contacted"), ("note", Self.facts)]))
    }

    private func operators(_ prefix: String) async throws {
        let desk = flow.gateway.desk
        let broken = Array("<ROOT><XM>\(Self.name)</XM><DH>\(Self.phone)</DH><ZZ>\(Self.address)</ZZ></ROOT>".utf8)
        for _ in 0..<2 {
            _ = try await flow.partner("court").call(
                "POST", "/v1/referrals", body: broken, mediaType: "application/xml")
        }
        let letters = try await desk.ask("GET", "/v1/dead-letters?reason=invalid")["deadLetters"]?.array ?? []
        let id = try #require(letters.first?["id"]?.string)
        let edited = "<ROOT><XM>\(Self.name)</XM><DH>\(Self.lawyerPhone)</DH></ROOT>"
        _ = try await desk.call(
            "POST", "/v1/dead-letters/\(id)/retry",
            body: body([("reason", Self.facts), ("editedText", .string(edited))]))
        _ = try await desk.call(
            "POST", "/v1/dead-letters/retry", body: body([("reason", Self.facts), ("rate", 50)]))
        _ = try await desk.ask("POST", "/v1/partners/court/pause", body: body([("reason", Self.facts)]))
        _ = try await flow.gateway.operator("auditor").ask(
            "POST", "/v1/messages/\(prefix)-1/document", body: body([("reason", Self.facts)]))
        for letter in try await desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array ?? [] {
            _ = try await desk.call(
                "POST", "/v1/dead-letters/\(letter["id"]?.string ?? "")/discard", body: body([("reason", Self.facts)]))
        }
    }

    private func body(_ members: [(String, JSONValue)]) -> [UInt8] {
        JSONValue.object(JSONObject(members)).serialized()
    }

    // MARK: Looking

    /// Which of the planted words stand in files, in whatever encoding, or in Base64.
    static func found(in folder: URL, _ log: String) throws -> Set<String> {
        var found: Set<String> = []
        var texts = [Data(log.utf8)]
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey]))
        while let file = files.nextObject() as? URL {
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                texts.append(try Data(contentsOf: file))
            }
        }
        for word in planted {
            let forms = forms(of: word)
            if texts.contains(where: { text in forms.contains { holds(text, $0) } }) {
                found.insert(word)
            }
        }
        return found
    }

    private static func holds(_ text: Data, _ word: Data) -> Bool {
        text.withUnsafeBytes { text in
            word.withUnsafeBytes { word in
                guard var start = text.baseAddress, let sought = word.baseAddress else { return false }
                let end = start + text.count - word.count
                while start <= end, let found = memchr(start, Int32(word[0]), end - start + 1) {
                    if memcmp(found, sought, word.count) == 0 { return true }
                    start = UnsafeRawPointer(found) + 1
                }
                return false
            }
        }
    }

    private static func forms(of word: String) -> [Data] {
        let plain = Data(word.utf8)
        let wide = [String.Encoding.utf16LittleEndian, .utf16BigEndian].compactMap { word.data(using: $0) }
        // Wherever in a text it begins, some letters of Base64 are its own.
        let folded = (0..<3).map { shift in
            let text = (Data(repeating: 0, count: shift) + plain).base64EncodedData()
            return text.dropFirst(shift == 0 ? 0 : 4).dropLast(4)
        }
        return [plain] + wide + folded.map { Data($0) }
    }
}
