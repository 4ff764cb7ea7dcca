import Foundation
import Vocabulary

/// Prints what a shell completes the command line with. It is made from the commands' own help, so that it offers what
/// they take, and nothing else.
enum Completion: Command {
    static let name = "completion"
    static let synopsis = "bash | zsh"
    static let summary = LocalizedText("打印命令行补全脚本", "print the completion script of a shell")
    static let details: [HelpLine] = [
        .item(
            "bash", "放入 /usr/share/bash-completion/completions/gateway，或：source <(gateway completion bash)",
            "put it into /usr/share/bash-completion/completions/gateway, or: source <(gateway completion bash)"),
        .item("zsh", "以 _gateway 为名放入 $fpath 的某个目录", "put it into a folder of $fpath, as _gateway"),
        .note("Debian 软件包已安装两者。", "The Debian package has installed both."),
    ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: [], flags: [])
        try arguments.allowWords(1)
        switch arguments.words.first {
        case "bash": Terminal.print(bash)
        case "zsh": Terminal.print(zsh)
        default: throw UsageError("写 bash 或 zsh", "say bash or zsh")
        }
        return 0
    }

    // MARK: What there is to complete

    /// The first words that a command takes: those in the synopsis, between bars.
    static func actions(of command: any Command.Type) -> [String] {
        command.synopsis.split(separator: "|").compactMap { part in
            let word = part.split(separator: " ").first.map { $0.trimmingCharacters(in: ["[", "]"]) } ?? ""
            return word.wholeMatch(of: /[a-z][a-z-]*/) == nil ? nil : word
        }
    }

    /// The options that its help tells.
    static func options(of command: any Command.Type) -> [String] {
        Set(command.help.matches(of: /(?:^|[\s\[(|`])(--[a-z][a-z-]*)/).map { String($0.output.1) })
            .union(["--help"]).sorted()
    }

    private static var commands: [any Command.Type] { GatewayProgram.commands }

    // MARK: Scripts

    static var bash: String {
        let cases = commands.map {
            """
                    \($0.name)) actions="\(actions(of: $0).joined(separator: " "))" options="\(options(of: $0).joined(separator: " "))" ;;
            """
        }
        return """
            # bash completion for gateway; printed by `gateway completion bash`
            _gateway() {
                local current=${COMP_WORDS[COMP_CWORD]} actions= options=
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W "\(commands.map { $0.name }.joined(separator: " "))" -- "$current"))
                    return
                fi
                case ${COMP_WORDS[1]} in
            \(cases.joined(separator: "\n"))
                esac
                case $current in
                    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
                    *) [ "$COMP_CWORD" -ne 2 ] || COMPREPLY=($(compgen -W "$actions" -- "$current")) ;;
                esac
            }
            complete -o default -F _gateway gateway
            """
    }

    static var zsh: String {
        func quoted(_ text: String) -> String { text.replacing("'", with: "'\\''") }
        let names = commands.map { "        '\($0.name):\(quoted($0.summary.spoken.replacing(":", with: "\\:")))'" }
        let cases = commands.map {
            """
                \($0.name)) actions=(\(actions(of: $0).joined(separator: " "))) options=(\(options(of: $0).joined(separator: " "))) ;;
            """
        }
        return """
            #compdef gateway
            # zsh completion for gateway; printed by `gateway completion zsh`
            local -a commands actions options
            if (( CURRENT == 2 )); then
                commands=(
            \(names.joined(separator: "\n"))
                )
                _describe command commands
                return
            fi
            case $words[2] in
            \(cases.joined(separator: "\n"))
            esac
            if [[ $PREFIX == -* ]]; then
                compadd -- $options
            elif (( CURRENT == 3 && $#actions )); then
                compadd -- $actions
            else
                _files
            fi
            """
    }
}
