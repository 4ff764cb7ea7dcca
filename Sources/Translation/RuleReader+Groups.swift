import Canonical
import Documents

/// Reads lists, numbers of items and embedded documents.
extension MappingLoader {
    /// What a list goes over instead of nodes of its own.
    static let rows = "rows()"

    mutating func list(_ node: Node, prefix: String, when: String?, line: Int) -> Rule {
        var list = Rule.List(to: target(node, prefix: prefix, isGroup: true), each: ".")
        list.isOverRows = node.attribute("each").map(Blanks.trimmed) == Self.rows
        if !list.isOverRows {
            list.each = xpath("each", of: node) ?? "."
        } else if grouped.last != true {
            complain(node, "rows() has nothing to go over: the list or record around it has no by")
        }
        list.split = node.attribute("split")
        list.by = xpath("by", of: node)
        if list.split != nil, list.by != nil { complain(node, "a list parts a text or groups nodes, not both") }
        // Rows within rows are those of the nearest list that groups.
        grouped.append(list.by != nil || (!list.isOverRows && grouped.last == true))
        defer { grouped.removeLast() }
        return .list(list, rules(below: node, prefix: join(prefix, list.to)), when: when, line: line)
    }

    mutating func index(_ node: Node, prefix: String, when: String?, line: Int) -> Rule {
        let to = target(node, prefix: prefix, isGroup: false)
        let start = node.attribute("start").flatMap { Int($0) } ?? 1
        var type = node.attribute("type")
        if isInbound, let field = CanonicalModel.application.field(at: join(prefix, to)) {
            switch field.type {
            case .integer: type = "number"
            case .text: break
            case .code, .word, .date, .dateTime, .money, .boolean:
                complain(node, "\(field.path) takes no number of an item")
            }
        }
        if type == "boolean" { complain(node, "an item's number is no boolean") }
        return .index(Rule.Index(to: to, start: start, type: type), when: when, line: line)
    }

    mutating func embedded(_ node: Node, prefix: String, when: String?, line: Int) -> Rule {
        if !isInbound { complain(node, "a status has no documents within: <embedded> is for what comes in") }
        if embeddedDepth == 3 { complain(node, "documents lie within documents too deep") }
        let to = node.attribute("to").map { _ in target(node, prefix: prefix, isGroup: true) }
        let embedded = Rule.Embedded(
            to: to, node: xpath("node", of: node) ?? ".", format: word("source", of: node) ?? .xml,
            isBase64: node.attribute("coding") == "base64")
        embeddedDepth += 1
        defer { embeddedDepth -= 1 }
        return .embedded(embedded, rules(below: node, prefix: join(prefix, to ?? "")), when: when, line: line)
    }
}
