/// What was typed after the command's name: words, and options of the form `--name value` or `--flag`.
struct Arguments {
    private(set) var words: [String] = []
    private var options: [String: String] = [:]
    private var flags: Set<String> = []

    /// - Parameters:
    ///   - valued: names that take a value.
    ///   - flags: names that take none.
    /// - Throws: `UsageError` for a name that is in neither.
    init(_ arguments: [String], valued: Set<String>, flags known: Set<String>) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument != "--" else {
                words.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts.first ?? ""
            if known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if valued.contains(name) {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                    throw UsageError("--\(name) needs a value")
                }
                options[name] = value
            } else {
                throw UsageError("unknown option --\(name)")
            }
        }
    }

    /// Refuses options that would be passed over.
    ///
    /// - Parameters:
    ///   - allowed: the names that the action takes.
    ///   - action: as it was typed.
    func allow(_ allowed: Set<String>, with action: String) throws(UsageError) {
        guard let other = flags.union(options.keys).subtracting(allowed).min() else { return }
        throw UsageError("--\(other) does not go with \(action)")
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
        guard words.count <= most else { throw UsageError("\(words[most]) is not understood") }
    }

    subscript(name: String) -> String? { options[name] }
    func has(_ flag: String) -> Bool { flags.contains(flag) }

    func required(_ name: String) throws(UsageError) -> String {
        guard let value = options[name] else { throw UsageError("--\(name) is needed") }
        return value
    }
}

/// The command line was not understood: exit code 2.
struct UsageError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// A command could not do what it was asked: exit code 1.
struct CommandFailure: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
