import Canonical
import Foundation
import Transport

/// What was typed after the command's name: words, and options of the form `--name value` or `--flag`. `-o json` and
/// `-o wide` are the flags `json` and `wide`.
struct Arguments {
    private(set) var words: [String] = []
    private var options: [String: String] = [:]
    private var flags: Set<String> = []

    /// - Parameters:
    ///   - valued: names that take a value.
    ///   - flags: names that take none.
    /// - Throws: `UsageError` for a name that is in neither.
    init(_ arguments: [String], valued: Set<String>, flags known: Set<String>) throws(UsageError) {
        // Whatever can be shown as JSON is a table otherwise.
        let known = known.contains("json") ? known.union(["wide"]) : known
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            if argument == "-o" || argument.hasPrefix("-o=") {
                let form = argument == "-o" ? rest.popFirst() ?? "" : String(argument.dropFirst(3))
                guard known.contains(form), form == "json" || form == "wide" else {
                    throw known.contains("json")
                        ? UsageError("-o 后面写 json 或 wide", "-o takes json or wide")
                        : UsageError("此命令没有 -o", "this command has no -o")
                }
                flags.insert(form)
                continue
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                words.append(argument)
                continue
            }
            let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts.first ?? ""
            if argument.hasPrefix("--"), known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if argument.hasPrefix("--"), valued.contains(name) {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                    throw UsageError("--\(name) 后面要有值", "--\(name) needs a value")
                }
                options[name] = value
            } else {
                let near = Spelling.nearest(to: name, among: valued.union(known).sorted())
                throw UsageError(
                    "没有选项 \(argument)" + (near.map { "；是否想写 --\($0)？" } ?? ""),
                    "unknown option \(argument)" + (near.map { "; did you mean --\($0)?" } ?? ""))
            }
        }
    }

    /// Refuses options that would be passed over.
    ///
    /// - Parameters:
    ///   - allowed: the names that the action takes.
    ///   - action: as it was typed.
    func allow(_ allowed: Set<String>, with action: String) throws(UsageError) {
        let taken = allowed.contains("json") ? allowed.union(["wide"]) : allowed
        guard let other = flags.union(options.keys).subtracting(taken).min() else { return }
        throw UsageError("--\(other) 不能与 \(action) 同用", "--\(other) does not go with \(action)")
    }

    /// Refuses options that the action, which is the first word, would pass over.
    ///
    /// - Parameters:
    ///   - own: by action, the names that it takes.
    ///   - common: those that every action takes.
    func allow(_ own: [String: Set<String>], besides common: Set<String>) throws(UsageError) {
        guard let action = words.first, let own = own[action] else { return }
        try allow(own.union(common), with: action)
    }

    /// Refuses words that would be passed over.
    ///
    /// - Parameter most: how many are taken.
    func allowWords(_ most: Int) throws(UsageError) {
        guard words.count <= most else { throw UsageError("看不懂 \(words[most])", "\(words[most]) is not understood") }
    }

    subscript(name: String) -> String? { options[name] }
    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// Why something is done that the audit trail keeps.
    func reason() throws(UsageError) -> String {
        let reason = try required("reason").trimmingCharacters(in: .whitespacesAndNewlines)
        guard RequestBody.saysSomething(reason), reason.unicodeScalars.count <= RequestBody.reasonLength else {
            throw UsageError(
                "--reason 为 1 到 \(RequestBody.reasonLength) 字，须有文字",
                "--reason takes 1 to \(RequestBody.reasonLength) characters, with words in them")
        }
        return reason
    }

    func required(_ name: String) throws(UsageError) -> String {
        guard let value = options[name] else { throw UsageError("缺少 --\(name)", "--\(name) is needed") }
        return value
    }
}
