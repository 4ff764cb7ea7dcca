import Canonical
import Documents
import Foundation
import Vocabulary

/// An expression of a rule. Its compiled form belongs to one thread at a time, which finds it by its number.
struct Expression: Sendable, Hashable {
    let number: Int
    let source: String
}

/// Reads files of rules and gathers every mistake with its place.
struct RuleReader {
    private(set) var complaints: [Complaint] = []
    private var file = ""
    private var schema: StrictSchema?
    private(set) var expressions: [String] = []
    /// Every file that was read, by name: what the rules' digest is made of.
    private(set) var sources: [UInt8] = []
    /// What expressions may name as `$name`.
    var variables: Set<String> = []

    /// Reads the schema that all files of the folder are checked against.
    mutating func useSchema(_ path: String) {
        guard let source = parse(path) else { return }
        do {
            schema = try StrictSchema(path: path, source: source.root)
        } catch {
            complain(nil, "is no XML schema (line \(error.line ?? 1))")
        }
    }

    mutating func complain(_ node: Node?, _ text: String) {
        complaints.append(Complaint(file: file, line: node?.location.line, text: text))
    }

    /// Counts a file that was read already as one of these.
    mutating func add(_ file: InstitutionFile) {
        complaints += file.complaints
        sources += file.sources
    }

    mutating func elements(of file: String, root name: String, checked: Bool = true) -> [Node] {
        root(of: file, name, checked: checked)?.children ?? []
    }

    mutating func root(of path: String, _ name: String, checked: Bool = true) -> Node? {
        guard let document = parse(path) else { return nil }
        guard document.root.name == name else {
            complain(document.root, "the root element must be <\(name)>, not <\(document.root.name)>")
            return nil
        }
        if checked, let schema {
            for mistake in schema.mistakes(in: document) { complain(mistake.element ?? document.root, mistake.text) }
        }
        return document.root
    }

    private mutating func parse(_ path: String) -> Document? {
        file = path
        guard let data = FileManager.default.contents(atPath: path) else {
            complain(nil, "cannot be read")
            return nil
        }
        // XML holds no zero byte, so nothing can move from one file to the next unseen.
        for part in [Array(URL(filePath: path).lastPathComponent.utf8), [UInt8](data)] { sources += part + [0] }
        do {
            return try Document.parse([UInt8](data), format: .xml)
        } catch {
            complaints.append(
                Complaint(
                    file: path, line: error.location.line, text: "is not well-formed XML (\(error.problem.rawValue))"))
            return nil
        }
    }

    // MARK: Attributes; that they are there, and spelt so, the schema has said already

    mutating func head(of node: Node) -> RuleHead {
        RuleHead(
            id: node.attribute("id") ?? "", title: node.attribute("title") ?? "", basis: node.attribute("basis") ?? "",
            version: node.attribute("version").flatMap { Int($0) } ?? 1, validity: validity(of: node),
            line: node.location.line ?? 0)
    }

    mutating func validity(of node: Node) -> Validity {
        let validity = Validity(from: date("from", of: node), to: date("to", of: node))
        if let from = validity.from, let to = validity.to, to < from { complain(node, "to lies before from") }
        return validity
    }

    private mutating func date(_ name: String, of node: Node) -> CalendarDate? {
        guard let text = node.attribute(name) else { return nil }
        if let date = CalendarDate(iso: text) { return date }
        complain(node, "\(name) is no date yyyy-MM-dd")
        return nil
    }

    mutating func xpath(_ name: String, of node: Node) -> Expression? {
        guard let source = node.attribute(name) else { return nil }
        defer { expressions.append(source) }
        do {
            _ = try XPathExpression(source)
        } catch {
            complain(node, "\(name) is no XPath 1.0: \(source)")
        }
        for variable in XPathExpression.variables(in: source) where !variables.contains(variable) {
            complain(
                node,
                "\(name) names $\(variable), which no term gives" + StrictSchema.hint(variable, variables.sorted()))
        }
        for path in RulePaths.used(in: source) where !RulePaths.isKnown(path) {
            complain(
                node,
                "\(name) asks for /root/\(path), which no application holds" + StrictSchema.hint(path, RulePaths.all))
        }
        return Expression(number: expressions.count, source: source)
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ type: Word.Type, _ name: String, of node: Node
    ) -> Word? where Word.RawValue == String {
        node.attribute(name).flatMap(Word.init(rawValue:))
    }

    /// Words with blanks between them, each one of those known.
    mutating func words(_ name: String, of node: Node, among known: [String]) -> [String] {
        let words = (node.attribute(name) ?? "").split(separator: " ").map(String.init)
        for word in words where !known.contains(word) {
            complain(node, "\(name) names \(word), which is not known" + StrictSchema.hint(word, known))
        }
        return words
    }

    // MARK: Calendar

    mutating func calendar(in folder: String) -> WorkingCalendar {
        var years: [Int: WorkingCalendar.Year] = [:]
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        for name in files where name.hasSuffix(".xml") {
            guard let root = root(of: folder + "/" + name, "calendar", checked: false) else { continue }
            guard let year = root.attribute("year").flatMap({ Int($0) }) else {
                complain(root, "<calendar> needs the attribute year, a number")
                continue
            }
            if years[year] != nil { complain(root, "the year \(year) has two files") }
            years[year] = self.year(year, of: root)
        }
        if years.isEmpty { complaints.append(Complaint(file: folder, line: nil, text: "holds no calendar")) }
        return WorkingCalendar(years: years)
    }

    private mutating func year(_ year: Int, of root: Node) -> WorkingCalendar.Year {
        var days: [String: Set<CalendarDate>] = [:]
        for element in root.children {
            if element.name != "off", element.name != "makeupWorkdays" {
                complain(
                    element,
                    "<\(element.name)> is not known" + StrictSchema.hint(element.name, ["off", "makeupWorkdays"]))
            }
            for word in element.text.split(whereSeparator: \.isWhitespace) {
                guard let date = CalendarDate(iso: word), date.year == year else {
                    complain(element, "\(word) is no date yyyy-MM-dd of \(year)")
                    continue
                }
                days[element.name, default: []].insert(date)
            }
        }
        let plan = WorkingCalendar.Year(off: days["off"] ?? [], makeupWorkdays: days["makeupWorkdays"] ?? [])
        for text in contradictions(in: plan, of: year) { complain(root, text) }
        return plan
    }

    /// What a plan cannot mean: it was copied wrongly.
    private func contradictions(in plan: WorkingCalendar.Year, of year: Int) -> [String] {
        let both = plan.off.intersection(plan.makeupWorkdays).sorted().map {
            "\($0.iso) is both off and a make-up workday"
        }
        let needless = plan.makeupWorkdays.filter { !$0.isWeekend }.sorted().map {
            "\($0.iso) is a make-up workday, but no Saturday or Sunday"
        }
        guard year >= StatutoryHolidays.since else { return both + needless }
        return both + needless
            + StatutoryHolidays.days(of: year).sorted().filter { !$0.isWeekend && !plan.off.contains($0) }.map {
                "\($0.iso) is a statutory holiday, but not off"
            }
            + StatutoryHolidays.days(of: year).intersection(plan.makeupWorkdays).subtracting(plan.off).sorted().map {
                "\($0.iso) is a statutory holiday, but a make-up workday"
            }
    }
}

/// What a rule may ask for: a misspelt path would silently never be there.
enum RulePaths {
    static let all: [String] =
        CanonicalModel.application.fields.map(\.path) + Facts.paths
        + CanonicalModel.application.fields.map(\.path).filter { $0.hasPrefix("reliefStatuses/") }.map {
            "shares/" + $0.dropFirst("reliefStatuses/".count)
        }

    private static let known = Set(all)
    private static let groups = Set(
        all.flatMap { path in
            let parts = path.split(separator: "/")
            return (1..<max(1, parts.count)).map { parts.prefix($0).joined(separator: "/") }
        })

    static func isKnown(_ path: String) -> Bool { known.contains(path) || groups.contains(path) }

    /// The paths below `/root/` in an expression, as far as their plain steps go.
    static func used(in source: String) -> [String] {
        source.components(separatedBy: "/root/").dropFirst().map { rest in
            let path = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "/") }
            return String(path.hasSuffix("/") ? path.dropLast() : path)
        }
    }
}
