/// A value that says something of a person: a name, a number, a telephone, an address, words that somebody wrote. Wherever
/// it is printed, interpolated or reflected it is its mask; only `plain` gives it, for the store, the document and whoever
/// may read it.
public struct Sensitive<Value: Sendable>: Sendable {
    public let plain: Value

    public init(_ plain: Value) { self.plain = plain }

    /// Another value of the same person.
    public func map<Other: Sendable>(_ change: (Value) throws -> Other) rethrows -> Sensitive<Other> {
        Sensitive<Other>(try change(plain))
    }
}

extension Sensitive: Equatable where Value: Equatable {}
extension Sensitive: Hashable where Value: Hashable {}
extension Sensitive: MaskedWhenPrinted {}

/// Holds personal data: whatever prints, interpolates, dumps or reflects it gets a mask.
public protocol MaskedWhenPrinted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension MaskedWhenPrinted {
    public var description: String { "***" }
    public var debugDescription: String { "***" }
    /// Without children: a dump shows none either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// For whom an answer is made.
public enum Sight {
    /// Whether that is somebody who may see no personal data. A page or an answer is made for one reader at a time.
    @TaskLocal public static var isMasked = false

    /// A path of names that a sender has chosen. What is no ASCII of them may be a person's name in a field's place.
    public static func path(_ path: String) -> String {
        guard isMasked else { return path }
        var isOpen = true
        return path.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isASCII { text.unicodeScalars.append(scalar) } else if isOpen { text += "***" }
            isOpen = scalar.isASCII
        }
    }
}

/// Names that a sender has chosen, of elements, members and parameters, as they may be told to whoever asks.
public enum ForeignName {
    /// As many digits in a row are a number of somebody's.
    private static let longestDigits = 5
    private static let longestWord = 50

    /// A path of names without the numbers that stand in the place of any.
    public static func path(_ path: String) -> String {
        var told = ""
        var digits = ""
        func end() {
            told += digits.count > longestDigits ? "***" : digits
            digits = ""
        }
        for character in path {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                end()
                told.append(character)
            }
        }
        end()
        return told
    }

    /// One that should be a name of ours: what does not look like one is not repeated.
    public static func word(_ name: String) -> String {
        let name = String(name.prefix(longestWord))
        let isWord = name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        return isWord && path(name) == name ? name : "***"
    }
}

extension Sensitive<String> {
    /// As the reader of the answer that is being made may see it.
    public var shown: String { Sight.isMasked ? description : plain }
}

extension String {
    /// Words that somebody wrote, as the reader of the answer that is being made may see them.
    public var asFreeText: String { Sensitive(self).shown }
}
