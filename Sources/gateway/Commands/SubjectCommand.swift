import Cases
import Foundation
import Messaging
import Storage
import StrictJSON
import Transport
import Vocabulary

/// Works on the store itself, beside a running gateway or without one.
enum SubjectCommand: Command {
    static let name = "subject"
    static let synopsis = "export | correct | erase  --number-file FILE --reason TEXT  [options]"
    static let summary = LocalizedText(
        "查询、更正或删除一个人的信息",
        "tell one person's data, correct them, or erase them")
    static let details: [HelpLine] =
        [
            .item(
                "export", "以 JSON 列出关于此人的全部存储（个人信息保护法第四十五条）；--text 供人阅读，不含报文原文（见 JSON）",
                "all that is stored about the person as JSON (Personal Information Protection Law, article 45); --text for people to read, without the messages' own bytes, which stand in the JSON"
            ),
            .item(
                "correct",
                "--application NO --changes FILE：更正一件申请；机构会得到通知，带来它的报文保持原样。FILE 为一个 JSON 对象，如 {\"recipient.mobile\": \"13800000000\"}",
                "--application NO --changes FILE: amend an application; the institution is told, the message that brought it stays as it came. FILE holds one JSON object, such as {\"recipient.mobile\": \"13800000000\"}"
            ),
            .item(
                "erase", "删除关于此人的全部信息；有未结案件或等待中的报文则拒绝",
                "everything about the person; refused while a case is open or a message waits"),
            .item(
                "--number-file FILE", "第一行为证件号码，- 为标准输入；不作为参数",
                "holds the identity number in its first line, - for standard input; never an argument"),
            .item(
                "--id-type CODE", "GA/T 2000.156 的证件类型（默认 111，居民身份证）",
                "GA/T 2000.156 (default 111, the resident's identity card)"),
            .item(
                "--as-written", "形式或校验位不对的号码也照查，可能当初就是这样报送的",
                "look for a number though its form or check digit is wrong, as it may have come"),
            .item(
                "--reason TEXT", "为什么、依哪件请求；不含个人信息，最多 200 字",
                "why, or by which request; no personal data, at most 200 characters"),
            .config,
            .note(
                "全部记入审计，不含号码和姓名。导出的报文可能也涉及他人。",
                "All of it is in the audit trail, without number or name. Messages in exported data may speak of others too."
            ),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: ["number-file", "id-type", "reason", "application", "changes", "config"],
            flags: ["text", "as-written"])
        guard let action = arguments.words.first, ["export", "correct", "erase"].contains(action),
            arguments.words.count == 1
        else { throw UsageError("写 export、correct 或 erase", "say export, correct or erase") }
        try arguments.allow(
            ["export": ["text"], "correct": ["application", "changes"], "erase": []],
            besides: ["number-file", "id-type", "as-written", "reason", "config"])
        let request = try request(arguments)
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try await configuration.openExistingStore()
        do {
            try await run(action, try await service(configuration, database), request, arguments)
            await configuration.close(sealing: database)
            return 0
        } catch let refusal as SubjectService.Refusal {
            await configuration.close(sealing: database)
            throw CommandFailure(refusal.text)
        } catch {
            await configuration.close(sealing: database)
            throw error
        }
    }

    private static func run(
        _ action: String, _ service: SubjectService, _ request: SubjectService.Request, _ arguments: Arguments
    ) async throws {
        switch action {
        case "export":
            let file = try await service.export(request)
            Terminal.print(arguments.has("text") ? readable(file, indent: "") : file.text(pretty: true))
        case "correct":
            let number = try arguments.required("application")
            let changes = try changes(in: try arguments.required("changes"))
            try await service.correct(number, changes, request)
            Terminal.print("\(number) 已更正，机构已得到通知", "\(number) is corrected and its institution is told")
        case "erase":
            let (records, kept) = try await service.erase(request)
            Terminal.print(
                "已删除 \(records) 条；gateway retention proof 可查",
                "\(records) records are erased; `gateway retention proof` tells which")
            for id in kept {
                Terminal.print(
                    "报文 \(id) 也涉及他人，保留到其自身期限届满",
                    "message \(id) speaks of others too and is kept until its own time is over")
            }
        case _: throw UsageError("写 export、correct 或 erase", "say export, correct or erase")
        }
    }

    private static func changes(in file: String) throws(CommandFailure) -> JSONObject {
        let text = try bytes(of: file)
        do {
            if let changes = try JSONValue(parsing: text).object { return changes }
        } catch {
            throw CommandFailure(
                at: "\(file):\(error.line)", "不是 JSON（\(error.problem.rawValue)）。",
                "is no JSON (\(error.problem.rawValue)).")
        }
        throw CommandFailure(at: file, "其中不是一个 JSON 对象。", "holds no JSON object.")
    }

    private static func service(
        _ configuration: Configuration, _ database: any Database
    ) async throws -> SubjectService {
        guard let hash = try IdentityKey.existing(configuration.identityKeyFile) else {
            throw CommandFailure(at: configuration.identityKeyFile, "不存在。", "does not exist.")
        }
        let clerk = CaseClerk(
            try Gateway.pipeline(configuration).current,
            identifiers: IdentifierSource(random: { UInt64.random(in: .min ... .max) }),
            registry: configuration.registry, keys: CaseKeys(hash: hash))
        return SubjectService(
            clerk: clerk, store: try await SQLMessageStore(database: database), now: { Instant(Date()) })
    }

    private static func request(_ arguments: Arguments) throws -> SubjectService.Request {
        let reason = try arguments.reason()
        let text = String(decoding: try bytes(of: try arguments.required("number-file")), as: UTF8.self)
        let number = text.prefix { !$0.isNewline }.trimmingCharacters(in: .whitespaces)
        guard !number.isEmpty, number.count <= 40 else {
            throw CommandFailure("--number-file 中没有号码", "--number-file holds no number")
        }
        return SubjectService.Request(
            idType: arguments["id-type"], idNumber: Sensitive(number), isAsWritten: arguments.has("as-written"),
            caller: Caller(role: .operator, id: "command-line", operatorRole: .administrator), reason: reason)
    }

    /// A member a line, what lies below it further in.
    private static func readable(_ value: JSONValue, indent: String) -> String {
        switch value {
        case .object(let object):
            object.members.map { name, below in
                if name == "base64" { return "\(indent)base64: \(size(of: below))" }
                return isPlain(below)
                    ? "\(indent)\(name): \(readable(below, indent: ""))"
                    : "\(indent)\(name):\n\(readable(below, indent: indent + "  "))"
            }.joined(separator: "\n")
        case .array(let items):
            items.map {
                isPlain($0)
                    ? "\(indent)- \(readable($0, indent: ""))" : "\(indent)-\n\(readable($0, indent: indent + "  "))"
            }
            .joined(separator: "\n")
        case .string(let text): text
        case .number(let digits): digits
        case .bool(let isTrue): (isTrue ? LocalizedText("是", "yes") : LocalizedText("否", "no")).spoken
        case .null: "–"
        }
    }

    /// Bytes are nothing to read; that they are there is told, and where.
    private static func size(of base64: JSONValue) -> String {
        let count = Data(base64Encoded: base64.string ?? "")?.count ?? 0
        return LocalizedText("\(count) 字节，见不带 --text 的 JSON", "\(count) bytes, which the JSON has (without --text)")
            .spoken
    }

    private static func isPlain(_ value: JSONValue) -> Bool { value.object == nil && value.array == nil }
}

extension SubjectService.Refusal {
    fileprivate var text: LocalizedText {
        switch self {
        case .nothingStored: LocalizedText("没有以此号码存有的信息。", "Nothing is stored under this number.")
        case .unknownDocument(let type):
            LocalizedText(
                "没有此证件类型：\(type)；gateway codes show idDocumentType 列出全部。",
                "No such type of identity document: \(type); `gateway codes show idDocumentType` lists them.")
        case .wrongNumber(let check):
            LocalizedText(
                "号码不符合该证件的规则（\(check.rawValue)），未查找；确系如此报送的加 --as-written。",
                "The number is none of that document's (\(check.rawValue)), so nothing was looked for; --as-written looks for it as it is."
            )
        case .notFinished(let names):
            LocalizedText(
                "尚未办结，不能删除：\(names.joined(separator: "、"))。",
                "Not finished, so nothing was erased: \(names.joined(separator: ", ")).")
        case .notThisPerson(let number):
            LocalizedText("\(number) 不是此人的申请。", "\(number) is no application of this person's.")
        case .isErased(let number): LocalizedText("\(number) 的内容已删除。", "The content of \(number) was erased.")
        case .badChanges(let mistakes):
            LocalizedText(
                "不能这样更正：\n" + mistakes.joined(separator: "\n"),
                "It cannot be corrected so:\n" + mistakes.joined(separator: "\n"))
        case .changedMeanwhile(let number):
            LocalizedText("\(number) 刚被更改，请重试。", "\(number) was just changed; try again.")
        }
    }
}
