/// One mistake in a file that a person maintains (settings, mappings, code lists, rules), with the place to mend it.
public struct Complaint: Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// From 1; nothing where the file as a whole is meant.
    public let line: Int?
    public let text: String

    public init(file: String, line: Int?, text: String) {
        self.file = file
        self.line = line
        self.text = text
    }

    public var description: String { line.map { "\(file):\($0): \(text)" } ?? "\(file): \(text)" }
}

/// Files that are refused whole, with every mistake in them at once.
public struct ConfigurationError: Error, CustomStringConvertible {
    public let complaints: [Complaint]

    public init(_ complaints: [Complaint]) { self.complaints = complaints }

    public var description: String { complaints.map(\.description).joined(separator: "\n") }
}
