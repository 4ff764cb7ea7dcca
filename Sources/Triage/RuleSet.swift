import Canonical
import Documents
import Foundation

/// One mistake in rules, calendar or institutions, with the place to mend it.
public struct RuleComplaint: Sendable, Hashable {
    public let file: String
    public let line: Int?
    public let text: String
}

/// The rules are refused whole, with everything that is wrong with them.
public struct RuleSetError: Error, Sendable {
    public let complaints: [RuleComplaint]
}

/// Rules as data, read and checked.
struct RuleSet: Sendable {
    enum RouteKey: String, Sendable, CaseIterable { case court, division, place }

    struct Route: Sendable {
        let id: String
        let when: String?
        let by: RouteKey
        let from: String
    }

    struct Precheck: Sendable {
        let id: String
        let when: String
        let basis: String
        let scope: String?
        let ground: String?
        let isUrgent: Bool
        let isUnsure: Bool
    }

    struct ClockRule: Sendable {
        let id: String
        let when: String?
        let amount: Int
        let unit: ClockUnit
        let rollsOver: Bool
        /// Counts back from this date instead.
        let date: String?
        let bound: String
        let basis: String
    }

    struct Need: Sendable {
        let kind: String
        let when: String?
    }

    struct Place: Sendable {
        let institution: String
        let division: String?
        let courts: [String]
        let names: [String]
    }

    var routes: [Route] = []
    var prechecks: [Precheck] = []
    var clocks: [ClockRule] = []
    var needs: [Need] = []
    var shareable: Set<String> = []
    var places: [Place] = []
    var calendar = WorkingCalendar(years: [:])

    init(rules: String, calendar folder: String, institutions: String) throws(RuleSetError) {
        var reader = Reader()
        for rule in reader.elements(of: rules + "/routing.xml", root: "routing") {
            guard let by = reader.word(RouteKey.self, "by", of: rule), let from = reader.xpath("from", of: rule) else {
                reader.complain(rule, "a routing rule needs by and from")
                continue
            }
            routes.append(
                Route(id: reader.text("id", of: rule), when: reader.xpath("when", of: rule), by: by, from: from))
        }
        for rule in reader.elements(of: rules + "/prechecks.xml", root: "prechecks") {
            prechecks.append(
                Precheck(
                    id: reader.text("id", of: rule), when: reader.xpath("when", of: rule) ?? "false()",
                    basis: reader.text("basis", of: rule), scope: rule.attribute("scope"),
                    ground: rule.attribute("ground"), isUrgent: rule.attribute("urgency") == "urgent",
                    isUnsure: rule.attribute("unsure") == "yes"))
        }
        for rule in reader.elements(of: rules + "/clocks.xml", root: "clocks") {
            let isBefore = rule.name == "before"
            guard let amount = Int(reader.text(isBefore ? "days" : "amount", of: rule)), amount > 0 else {
                reader.complain(rule, "\(isBefore ? "days" : "amount") must be a whole number above 0")
                continue
            }
            let unit = isBefore ? .calendarDay : reader.word(ClockUnit.self, "unit", of: rule)
            clocks.append(
                ClockRule(
                    id: reader.text("id", of: rule), when: reader.xpath("when", of: rule), amount: amount,
                    unit: unit ?? .calendarDay, rollsOver: rule.attribute("rollover") == "nextWorkingDay",
                    date: isBefore ? reader.xpath("date", of: rule) : nil, bound: reader.text("bound", of: rule),
                    basis: reader.text("basis", of: rule)))
        }
        for need in reader.elements(of: rules + "/materials.xml", root: "materials") {
            let kind = reader.text("kind", of: need)
            if need.name == "shareable" {
                shareable.insert(kind)
            } else {
                needs.append(Need(kind: kind, when: reader.xpath("when", of: need)))
            }
        }
        for element in reader.elements(of: institutions, root: "institutions") {
            func words(_ name: String) -> [String] {
                (element.attribute(name) ?? "").split(separator: "|").map(String.init)
            }
            places.append(
                Place(
                    institution: reader.text("code", of: element), division: element.attribute("division"),
                    courts: words("court"), names: words("places")))
        }
        calendar = reader.calendar(in: folder)
        guard reader.complaints.isEmpty else { throw RuleSetError(complaints: reader.complaints) }
    }

    private struct Reader {
        var complaints: [RuleComplaint] = []
        private var file = ""

        mutating func complain(_ node: Node?, _ text: String) {
            complaints.append(RuleComplaint(file: file, line: node?.location.line, text: text))
        }

        mutating func elements(of file: String, root name: String) -> [Node] { root(of: file, name)?.children ?? [] }

        private mutating func root(of file: String, _ name: String) -> Node? {
            self.file = file
            guard let data = FileManager.default.contents(atPath: file) else {
                complain(nil, "cannot be read")
                return nil
            }
            do {
                let root = try Document.parse([UInt8](data), format: .xml).root
                if root.name != name { complain(root, "the root element must be <\(name)>, not <\(root.name)>") }
                return root
            } catch {
                complaints.append(
                    RuleComplaint(
                        file: file, line: error.location.line,
                        text: "is not well-formed XML (\(error.problem.rawValue))"))
                return nil
            }
        }

        mutating func text(_ name: String, of node: Node) -> String {
            guard let text = node.attribute(name), !text.isEmpty else {
                complain(node, "<\(node.name)> needs the attribute \(name)")
                return ""
            }
            return text
        }

        mutating func xpath(_ name: String, of node: Node) -> String? {
            guard let source = node.attribute(name) else { return nil }
            do {
                _ = try XPathExpression(source)
            } catch {
                complain(node, "\(name) is no XPath 1.0: \(source)")
            }
            return source
        }

        mutating func word<Word: RawRepresentable & CaseIterable>(
            _ type: Word.Type, _ name: String, of node: Node
        ) -> Word? where Word.RawValue == String {
            let text = text(name, of: node)
            if let word = Word(rawValue: text) { return word }
            let nearest = Spelling.nearest(to: text, among: Word.allCases.map(\.rawValue))
            complain(node, "unknown \(name) \(text)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
            return nil
        }

        mutating func calendar(in folder: String) -> WorkingCalendar {
            var years: [Int: WorkingCalendar.Year] = [:]
            let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            for name in files where name.hasSuffix(".xml") {
                guard let root = root(of: folder + "/" + name, "calendar") else { continue }
                guard let year = Int(text("year", of: root)) else {
                    complain(root, "year must be a number")
                    continue
                }
                var days: [String: Set<CalendarDate>] = [:]
                for element in root.children {
                    for word in element.text.split(whereSeparator: \.isWhitespace) {
                        guard let date = CalendarDate(iso: word) else {
                            complain(element, "\(word) is no date yyyy-MM-dd")
                            continue
                        }
                        days[element.name, default: []].insert(date)
                    }
                }
                years[year] = WorkingCalendar.Year(
                    off: days["off"] ?? [], makeupWorkdays: days["makeupWorkdays"] ?? [])
            }
            if years.isEmpty { complaints.append(RuleComplaint(file: folder, line: nil, text: "holds no calendar")) }
            return WorkingCalendar(years: years)
        }
    }
}
