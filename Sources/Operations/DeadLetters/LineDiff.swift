import Canonical
import StrictJSON

/// What an edit changed, line by line, with every value masked unless it is shown to whoever edits.
public struct LineDiff: Sendable, Hashable {
    public enum Change: String, Sendable, CaseIterable { case same, removed, added }

    public struct Line: Sendable, Hashable {
        public let change: Change
        /// Counted from 1, in the old text for removed lines and in the new one for the others.
        public let number: Int
        public let text: String
    }

    /// Changed lines with the lines around them.
    public let lines: [Line]
    public var isEmpty: Bool { !lines.contains { $0.change != .same } }

    /// Lines that are compared one by one; a longer changed part is shown as replaced whole.
    private static let longest = 2_000

    /// - Parameters:
    ///   - context: unchanged lines kept before and after a change.
    ///   - isMasked: for everybody but whoever has opened the document.
    public init(old: [UInt8], new: [UInt8], context: Int = 2, isMasked: Bool = true) {
        let before = Self.split(old)
        let after = Self.split(new)
        var head = 0
        while head < before.count, head < after.count, before[head] == after[head] { head += 1 }
        var tail = 0
        while tail < before.count - head, tail < after.count - head,
            before[before.count - 1 - tail] == after[after.count - 1 - tail]
        { tail += 1 }
        let removed = head..<(before.count - tail)
        let added = head..<(after.count - tail)
        let (gone, come) = Self.changes(Array(before[removed]), Array(after[added]))
        let (shownOld, shownNew) =
            isMasked
            ? (MaskedText(old).lines, MaskedText(new).lines) : (before.map(Self.text), after.map(Self.text))
        var all: [Line] = []
        func line(_ change: Change, _ index: Int, _ shown: [String]) {
            all.append(
                Line(change: change, number: index + 1, text: shown.indices.contains(index) ? shown[index] : ""))
        }
        for index in max(0, head - context)..<head { line(.same, index, shownNew) }
        var (left, right) = (removed.lowerBound, added.lowerBound)
        while left < removed.upperBound || right < added.upperBound {
            if left < removed.upperBound, gone.contains(left - head) {
                line(.removed, left, shownOld)
                left += 1
            } else if right < added.upperBound, come.contains(right - head) {
                line(.added, right, shownNew)
                right += 1
            } else {
                line(.same, right, shownNew)
                left += 1
                right += 1
            }
        }
        let end = after.count - tail
        for index in end..<min(after.count, end + context) { line(.same, index, shownNew) }
        lines = removed.isEmpty && added.isEmpty ? [] : all
    }

    private static func changes(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> (Set<Int>, Set<Int>) {
        guard old.count <= longest, new.count <= longest else { return (Set(old.indices), Set(new.indices)) }
        var gone: Set<Int> = []
        var come: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): gone.insert(offset)
            case .insert(let offset, _, _): come.insert(offset)
            }
        }
        return (gone, come)
    }

    private static func split(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(separator: 0x0A, omittingEmptySubsequences: false)
    }

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }

    public var json: JSONValue {
        .array(
            lines.map {
                ["change": .string($0.change.rawValue), "line": JSONValue($0.number), "text": .string($0.text)]
            })
    }
}
