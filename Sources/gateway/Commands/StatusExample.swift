import Canonical
import Foundation
import Messaging
import StrictJSON
import Translation
import Vocabulary

/// One status in one outbound mapping, with the bytes that its partners should receive.
///
/// The canonical statuses stand in one file for all partners (`canonical/status-samples.json`); beside an outbound
/// mapping lies only what each becomes (`examples/12-assigned.expected.xml`). A status that the partner must not be told
/// (domain §3.6) has no file, and having one is a difference.
struct StatusExample: Sendable {
    let mapping: String
    let code: StatusCode
    private let status: JSONObject
    private let audiences: Set<Audience>
    private let folder: URL

    var name: String { "\(mapping)/examples/\(code.rawValue)-\(code)" }

    /// Every status sample for every outbound mapping that a partner uses.
    ///
    /// - Throws: when the samples cannot be read or are no JSON.
    static func all(of configuration: Configuration) throws -> [StatusExample] {
        let directory = URL(filePath: configuration.mappings)
        let samples = try JSONValue(
            parsing: [UInt8](Data(contentsOf: directory.appending(path: "canonical/status-samples.json"))))
        let users = Dictionary(grouping: configuration.partners.filter { $0.statusMapping != nil }) {
            $0.statusMapping ?? ""
        }
        return users.sorted { $0.key < $1.key }.flatMap { mapping, partners in
            StatusCode.allCases.map { code in
                StatusExample(
                    mapping: mapping, code: code, status: status(code, in: samples, to: partners.first),
                    audiences: Set(partners.map(\.kind.audience)),
                    folder: directory.appending(path: mapping + "/examples"))
            }
        }
    }

    private static func status(_ code: StatusCode, in samples: JSONValue, to partner: Partner?) -> JSONObject {
        var content = samples["common"]?.object ?? JSONObject()
        content["senderCode"] = .text(partner?.senderCodes.first)
        content["senderName"] = .text(partner?.name)
        content["code"] = .string(code.rawValue)
        content["name"] = .string(code.zh)
        for (name, value) in samples["statuses"]?[code.rawValue]?.object?.members ?? [] { content[name] = value }
        return content
    }

    /// What each kind of sender that uses the mapping receives; nothing where it must not be told.
    ///
    /// - Throws: `RenderError` where the mapping gives what its schema forbids.
    func results(by translator: Translator) throws -> Set<RenderedMessage?> {
        let event = StatusEvent(content: status)
        return try Set(
            audiences.map { audience in
                try event?.minimised(for: audience).map { try translator.render($0, outbound: mapping) }
            })
    }

    /// What is different from what lies beside the mapping, in words; nothing where all is well.
    func difference(by translator: Translator) -> LocalizedText? {
        do {
            let results = try results(by: translator)
            guard results.count == 1, let result = results.first else {
                return LocalizedText(
                    "可见范围不同的报送单位类别共用此映射；请各用各的",
                    "kinds of sender that may not see the same share this mapping; give each its own")
            }
            let expected = files.map(\.lastPathComponent)
            guard let result else {
                let names = expected.joined(separator: ", ")
                return expected.isEmpty
                    ? nil : LocalizedText("不得告知，却有 \(names)", "must be withheld, but \(names) exists")
            }
            guard let file = files.first, file.lastPathComponent == fileName(of: result) else {
                return LocalizedText("\(fileName(of: result)) 不存在", "\(fileName(of: result)) does not exist")
            }
            let name = file.lastPathComponent
            return try Data(contentsOf: file) == Data(result.bytes)
                ? nil : LocalizedText("与 \(name) 不同", "differs from \(name)")
        } catch {
            let why = (error as? RenderError)?.code ?? Complaints.text(of: error).spoken
            return LocalizedText("无法生成：\(why)", "cannot be rendered: \(why)")
        }
    }

    /// Writes what the mapping gives now.
    func update(by translator: Translator) throws {
        for file in files { try FileManager.default.removeItem(at: file) }
        for case let result? in try results(by: translator) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(result.bytes).write(to: folder.appending(path: fileName(of: result)))
        }
    }

    private var stem: String { "\(code.rawValue)-\(code).expected." }

    private func fileName(of message: RenderedMessage) -> String {
        stem + (message.mediaType.contains("xml") ? "xml" : "json")
    }

    private var files: [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { $0.hasPrefix(stem) }.map { folder.appending(path: $0) }
    }
}
