import CLibXML2
import Glibc

typealias Bytes = UnsafeBufferPointer<UInt8>

extension DirectExpression.Evaluation {
    // MARK: Nodes

    /// Hands over the nodes of the whole expression in document order until the receiver has enough.
    func nodes(_ isEnough: (xmlNodePtr) -> Bool) {
        guard case .union = terms[root] else {
            _ = any(root, at: node, isEnough)
            return
        }
        var found: [xmlNodePtr] = []
        var many: Set<xmlNodePtr> = []
        _ = any(root, at: node) {
            // Mostly a handful, and comparing those costs less than hashing.
            if found.count < 32 {
                if !found.contains($0) { found.append($0) }
            } else {
                if many.isEmpty { many = Set(found) }
                if many.insert($0).inserted { found.append($0) }
            }
            return false
        }
        // 1 says that the first comes before the second.
        _ = found.sorted { xmlXPathCmpNodes($0, $1) == 1 }.first(where: isEnough)
    }

    /// Whether any node of a term passes.
    private func any(_ term: Int, at node: xmlNodePtr, _ passes: (xmlNodePtr) -> Bool) -> Bool {
        switch terms[term] {
        case .path(let path):
            guard path.isAbsolute else { return walk(path.steps.lowerBound, path.steps.upperBound, node, passes) }
            guard let document = node.pointee.doc else { return false }
            return document.withMemoryRebound(to: xmlNode.self, capacity: 1) {
                walk(path.steps.lowerBound, path.steps.upperBound, $0, passes)
            }
        case .union(let left, let right): return any(left, at: node, passes) || any(right, at: node, passes)
        case .variable(let name): return list(name)?.contains(where: passes) ?? false
        case .literal, .number, .truth, .and, .or, .not, .equal, .compare, .normalized, .asText, .asNumber, .length,
            .count, .contains, .startsWith, .translated, .substring, .folded, .means:
            return false
        }
    }

    private func walk(_ index: Int, _ end: Int, _ node: xmlNodePtr, _ passes: (xmlNodePtr) -> Bool) -> Bool {
        guard index < end else { return passes(node) }
        let step = steps[index]
        switch step.axis {
        case .this: return holds(step.tests, at: node) && walk(index + 1, end, node, passes)
        case .element:
            return node.pointee.type == XML_ELEMENT_NODE && holds(step.tests, at: node)
                && walk(index + 1, end, node, passes)
        case .parent:
            guard let parent = node.pointee.parent, holds(step.tests, at: parent) else { return false }
            return walk(index + 1, end, parent, passes)
        case .child:
            var child = node.pointee.type == XML_ATTRIBUTE_NODE ? nil : node.pointee.children
            var wasMet = false
            while let here = child {
                child = here.pointee.next
                budget.pointee -= 1
                guard budget.pointee > 0 else { return false }
                guard here.pointee.type == XML_ELEMENT_NODE, isNamed(here, step.name) else {
                    if wasMet, namesStandTogether { return false }
                    continue
                }
                wasMet = true
                if holds(step.tests, at: here), walk(index + 1, end, here, passes) { return true }
            }
            return false
        case .attribute:
            guard node.pointee.type == XML_ELEMENT_NODE else { return false }
            var attribute = node.pointee.properties
            while let here = attribute {
                attribute = here.pointee.next
                let found = here.withMemoryRebound(to: xmlNode.self, capacity: 1) {
                    here.pointee.ns == nil && isNamed(here.pointee.name, step.name) && holds(step.tests, at: $0)
                        && walk(index + 1, end, $0, passes)
                }
                if found { return true }
            }
            return false
        }
    }

    private func holds(_ range: Range<Int>, at node: xmlNodePtr) -> Bool {
        for index in range where !truth(tests[index], at: node) { return false }
        return true
    }

    /// A name without prefix means no namespace (XPath 1.0 §2.3).
    private func isNamed(_ node: xmlNodePtr, _ name: DirectExpression.Piece) -> Bool {
        isNamed(node.pointee.name, name) && node.pointee.ns == nil
    }

    private func isNamed(_ given: UnsafePointer<UInt8>?, _ name: DirectExpression.Piece) -> Bool {
        guard let given, let wanted = bytes.baseAddress?.advanced(by: name.start), given[0] == wanted[0] else {
            return false
        }
        return strcmp(given, wanted) == 0
    }

    // MARK: Truth

    var truth: Bool { truth(root, at: node) }

    private func truth(_ term: Int, at node: xmlNodePtr) -> Bool {
        switch terms[term] {
        case .path, .union: any(term, at: node) { _ in true }
        case .truth(let flag): flag
        case .and(let left, let right): truth(left, at: node) && truth(right, at: node)
        case .or(let left, let right): truth(left, at: node) || truth(right, at: node)
        case .not(let inner): !truth(inner, at: node)
        case .equal(let left, let right, let isNegated): equal(left, right, isNegated, at: node)
        case .compare(let left, let order, let right): compare(left, order, right, at: node)
        case .contains(let text, let part):
            self.text(text, at: node) { text in self.text(part, at: node) { text.holds($0) } }
        case .startsWith(let text, let part):
            self.text(text, at: node) { text in self.text(part, at: node) { text.starts(with: $0) } }
        case .means(let inner, let test): means(inner, test, at: node)
        case .normalized(let inner): self.text(inner, at: node) { $0.contains { !isBlank($0) } }
        case .literal, .asText, .translated, .substring, .folded: text(term, at: node) { !$0.isEmpty }
        case .number, .asNumber, .length, .count: isTrue(number(term, at: node))
        case .variable(let name):
            value(name).map(isTrue) ?? any(term, at: node) { _ in true }
        }
    }

    private func means(_ term: Int, _ test: Int, at node: xmlNodePtr) -> Bool {
        tests(for: node) { tests, document in
            anyText(term, at: node) { tests.holds(test, $0, at: $1, in: document) }
        }
    }

    private func tests(for node: xmlNodePtr, _ use: (TextTests, Document) -> Bool) -> Bool {
        guard let textTests else { return false }
        return textTests._withUnsafeGuaranteedRef { tests in
            document._withUnsafeGuaranteedRef { use(tests, $0) }
        }
    }

    private func isTrue(_ number: Double) -> Bool { number != 0 && !number.isNaN }

    private enum Kind { case nodes, text, number, truth }

    private func kind(of term: Int) -> Kind {
        switch terms[term] {
        case .path, .union: .nodes
        case .literal, .normalized, .asText, .translated, .substring, .folded: .text
        case .number, .asNumber, .length, .count: .number
        case .truth, .and, .or, .not, .equal, .compare, .contains, .startsWith, .means: .truth
        case .variable(let name): value(name) == nil ? .nodes : .number
        }
    }

    /// XPath 1.0 §3.4: a set of nodes is equal to something when any of its nodes is.
    private func equal(_ left: Int, _ right: Int, _ isNegated: Bool, at node: xmlNodePtr) -> Bool {
        let (first, second) = (kind(of: left), kind(of: right))
        if first == .truth || second == .truth { return (truth(left, at: node) == truth(right, at: node)) != isNegated }
        if first == .number || second == .number {
            return anyNumber(left, at: node) { one in anyNumber(right, at: node) { (one == $0) != isNegated } }
        }
        return anyText(left, at: node) { one, _ in
            anyText(right, at: node) { other, _ in one.equals(other) != isNegated }
        }
    }

    private func compare(
        _ left: Int, _ order: DirectExpression.Order, _ right: Int, at node: xmlNodePtr
    ) -> Bool {
        anyNumber(left, at: node) { one in
            anyNumber(right, at: node) { other in
                switch order {
                case .less: one < other
                case .lessOrEqual: one <= other
                case .greater: one > other
                case .greaterOrEqual: one >= other
                }
            }
        }
    }

    /// Each text with the node that it is told of.
    private func anyText(_ term: Int, at node: xmlNodePtr, _ passes: (Bytes, xmlNodePtr) -> Bool) -> Bool {
        kind(of: term) == .nodes
            ? any(term, at: node) { found in found.withText { passes($0, found) } }
            : text(term, at: node) { passes($0, node) }
    }

    private func anyNumber(_ term: Int, at node: xmlNodePtr, _ passes: (Double) -> Bool) -> Bool {
        kind(of: term) == .nodes
            ? any(term, at: node) { $0.withText { passes($0.number) } } : passes(number(term, at: node))
    }

    // MARK: Numbers

    private func number(_ term: Int, at node: xmlNodePtr) -> Double {
        switch terms[term] {
        case .number(let number): return number
        case .length(let inner):
            return text(inner, at: node) { Double($0.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }) }
        case .count(let inner):
            var count = 0
            _ = any(inner, at: node) { _ in
                count += 1
                return false
            }
            return Double(count)
        case .asNumber(let inner): return number(inner, at: node)
        case .truth, .and, .or, .not, .equal, .compare, .contains, .startsWith, .means:
            return truth(term, at: node) ? 1 : 0
        case .variable(let name): return value(name) ?? text(term, at: node) { $0.number }
        case .path, .union, .literal, .normalized, .asText, .translated, .substring, .folded:
            return text(term, at: node) { $0.number }
        }
    }

    // MARK: Texts

    /// The whole expression's text; nothing where it gives no text.
    var text: String? {
        kind(of: root) == .text ? text(root, at: node) { String(decoding: $0, as: UTF8.self) } : nil
    }

    var number: Double? { kind(of: root) == .number ? number(root, at: node) : nil }

    private func text<Result>(_ term: Int, at node: xmlNodePtr, _ use: (Bytes) -> Result) -> Result {
        switch terms[term] {
        case .literal(let piece): return use(self.piece(piece))
        case .asText(let inner): return text(inner, at: node, use)
        case .normalized(let inner):
            return text(inner, at: node) { text in
                let bare = text.withoutBlanksAround
                return bare.hasBlanksToFold ? bare.folded.withUnsafeBufferPointer(use) : use(bare)
            }
        case .translated(let inner, let from, let to):
            return text(inner, at: node) {
                $0.translated(from: piece(from), to: piece(to)).withUnsafeBufferPointer(use)
            }
        case .folded(let inner):
            return text(inner, at: node) { text in
                let folded = textTests.map { $0._withUnsafeGuaranteedRef { $0.folded(text) } } ?? []
                return folded.withUnsafeBufferPointer(use)
            }
        case .substring(let inner, let from, let count):
            return text(inner, at: node) { use($0.characters(from: from, count: count)) }
        case .path, .union, .variable:
            var first: xmlNodePtr?
            _ = any(term, at: node) {
                first = $0
                return true
            }
            return first.map { $0.withText(use) } ?? use(Bytes(start: nil, count: 0))
        case .truth, .and, .or, .not, .equal, .compare, .contains, .startsWith, .means, .number, .asNumber, .length,
            .count:
            // The parser lets no term of another kind stand where a text is wanted.
            return use(Bytes(start: nil, count: 0))
        }
    }

    private func piece(_ piece: DirectExpression.Piece) -> Bytes {
        Bytes(rebasing: bytes[piece.range])
    }

    // MARK: Variables

    private func value(_ name: DirectExpression.Piece) -> Double? {
        variables.flatMap { variables in
            variables._withUnsafeGuaranteedRef { $0.number(named: piece(name)) }
        }
    }

    private func list(_ name: DirectExpression.Piece) -> [xmlNodePtr]? {
        variables.flatMap { variables in
            variables._withUnsafeGuaranteedRef { $0.nodes(named: piece(name)) }
        }
    }
}

/// XML's white space, which is XPath's too.
private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

extension UnsafeMutablePointer<xmlNode> {
    /// The text of an element or attribute, as XPath's `string()` gives it; most hold one piece, which is lent as it lies.
    func withText<Result>(_ use: (Bytes) -> Result) -> Result {
        if let child = pointee.children, child.pointee.next == nil,
            child.pointee.type == XML_TEXT_NODE || child.pointee.type == XML_CDATA_SECTION_NODE
        {
            guard let content = child.pointee.content else { return use(Bytes(start: nil, count: 0)) }
            return use(Bytes(start: content, count: strlen(content)))
        }
        if pointee.children == nil, pointee.type == XML_ELEMENT_NODE || pointee.type == XML_ATTRIBUTE_NODE {
            return use(Bytes(start: nil, count: 0))
        }
        guard let content = xmlNodeGetContent(self) else { return use(Bytes(start: nil, count: 0)) }
        defer { legalaid_xml_free(content) }
        return use(Bytes(start: content, count: strlen(content)))
    }
}

extension Bytes {
    func equals(_ other: Bytes) -> Bool { count == other.count && holds(other, at: 0) }

    fileprivate func starts(with other: Bytes) -> Bool { count >= other.count && holds(other, at: 0) }

    fileprivate func holds(_ part: Bytes) -> Bool {
        guard let first = part.first, count >= part.count else { return part.isEmpty }
        return (0...count - part.count).contains { self[$0] == first && holds(part, at: $0) }
    }

    private func holds(_ part: Bytes, at index: Int) -> Bool {
        guard let start = baseAddress, let wanted = part.baseAddress else { return part.isEmpty }
        return memcmp(start + index, wanted, part.count) == 0
    }

    /// As XPath's `number()` reads it: blanks around, a minus, digits and a point; anything else is no number.
    fileprivate var number: Double {
        let bare = withoutBlanksAround
        guard !bare.isEmpty, bare.contains(where: { $0 >= 0x30 && $0 <= 0x39 }), bare.count < 64 else { return .nan }
        var points = 0
        for (index, byte) in bare.enumerated() {
            switch byte {
            case 0x30...0x39: continue
            case UInt8(ascii: "."): points += 1
            case UInt8(ascii: "-") where index == 0: continue
            default: return .nan
            }
        }
        return points > 1 ? .nan : Double(String(decoding: bare, as: UTF8.self)) ?? .nan
    }

    fileprivate var withoutBlanksAround: Bytes {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return Bytes(start: nil, count: 0)
        }
        return Bytes(rebasing: self[first...last])
    }

    fileprivate var hasBlanksToFold: Bool {
        var wasBlank = false
        for byte in self {
            if isBlank(byte) {
                if wasBlank || byte != 0x20 { return true }
                wasBlank = true
            } else {
                wasBlank = false
            }
        }
        return false
    }

    fileprivate var folded: [UInt8] {
        var folded: [UInt8] = []
        for byte in self {
            if !isBlank(byte) {
                folded.append(byte)
            } else if folded.last != 0x20 {
                folded.append(0x20)
            }
        }
        return folded
    }

    private static func length(_ first: UInt8) -> Int { first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

    /// One character's bytes at a place.
    private func character(at index: Int) -> Bytes {
        Bytes(rebasing: self[index..<Swift.min(count, index + Self.length(self[index]))])
    }

    fileprivate func characters(from first: Int, count wanted: Int) -> Bytes {
        var (index, number, start, end) = (0, 1, count, count)
        while index < count {
            if number == first { start = index }
            if number == first + wanted {
                end = index
                break
            }
            index += character(at: index).count
            number += 1
        }
        return start < end ? Bytes(rebasing: self[start..<end]) : Bytes(start: nil, count: 0)
    }

    /// Each character that stands in `from` becomes the one at its place in `to`, or goes.
    fileprivate func translated(from: Bytes, to: Bytes) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var index = 0
        while index < count {
            let character = character(at: index)
            index += character.count
            guard let place = from.number(of: character) else {
                result.append(contentsOf: character)
                continue
            }
            result.append(contentsOf: to.characters(from: place, count: 1))
        }
        return result
    }

    /// A character's place, counted from 1.
    private func number(of wanted: Bytes) -> Int? {
        var (index, number) = (0, 1)
        while index < count {
            let character = character(at: index)
            if character.equals(wanted) { return number }
            index += character.count
            number += 1
        }
        return nil
    }
}
