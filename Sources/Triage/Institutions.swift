import Canonical
import Documents

/// The legal aid institutions of the city, how organs and places lead to them, and whom the rest of the country belongs to.
struct Institutions: Sendable {
    struct Institution: Sendable {
        let code: String
        let name: String
        /// The institution in whose district this one's towns lie: a town's name outdoes that district's.
        let within: String?
        /// Who takes its matters while it is switched off.
        let replacedBy: String?
        let divisions: [String]
        let courts: [String]
    }

    struct Region: Sendable, Hashable {
        let name: String
        let division: String
        let court: String
    }

    /// What a key leads to.
    enum Found: Sendable, Hashable {
        case institutions([String])
        case outside(String)
        case nothing
    }

    private var institutions: [Institution] = []
    private var regions: [Region] = []
    /// Full names of places, and of organs of the city itself, which count only where no place is named besides.
    private var places = WordScan([])
    /// Towns whose name outdoes the district that is named besides: those of an institution within another's district, and
    /// those that moved from one district to another, with the institution of the former.
    private var towns = WordScan([])
    private var formerly: [String: String] = [:]
    private var organs = WordScan([])
    private var regionNames = WordScan([])
    /// Takes what fits nowhere (首问负责).
    private(set) var center = ""

    init() {}

    init(_ elements: [Node], _ reader: inout RuleReader) {
        var names: [String: [(word: String, id: String)]] = [:]
        for element in elements {
            switch element.name {
            case "institution": institutions.append(Self.institution(element, &names, &reader))
            case "region":
                regions.append(
                    Region(
                        name: element.attribute("name") ?? "", division: element.attribute("division") ?? "",
                        court: element.attribute("court") ?? ""))
            default:
                reader.complain(
                    element,
                    "<\(element.name)> is not known" + StrictSchema.hint(element.name, ["institution", "region"]))
            }
            for (name, _) in element.attributes where !Self.attributes.contains(name) {
                reader.complain(
                    element,
                    "<\(element.name)> has no attribute \(name)" + StrictSchema.hint(name, Self.attributes))
            }
            if element.attribute("center") == "yes" { center = element.attribute("code") ?? "" }
        }
        regions.sort { $0.division.count > $1.division.count }
        places = WordScan(names["place"] ?? [])
        organs = WordScan(names["organ"] ?? [])
        let inner = (names["place"] ?? []).filter { name in
            institutions.contains { $0.code == name.id && $0.within != nil }
        }
        towns = WordScan(inner + (names["town"] ?? []).map { ($0.word, $0.id) })
        formerly = Self.formerDistricts(elements)
        regionNames = WordScan(regions.map { ($0.name, $0.name) })
        let codes = institutions.map(\.code)
        for (institution, element) in zip(institutions, elements.filter { $0.name == "institution" }) {
            for other in [institution.within, institution.replacedBy].compactMap(\.self) where !codes.contains(other) {
                reader.complain(element, "there is no institution \(other)" + StrictSchema.hint(other, codes))
            }
        }
    }

    private static let attributes = [
        "code", "name", "division", "phone", "court", "center", "within", "active", "replacedBy",
        "signatures",
    ]
    private static let keys = ["court", "division", "place", "organ", "town"]
    /// How it is delivered to is none of the rules' concern.
    private static let children = keys + ["push"]

    /// By institution, that of the district which its towns came from.
    private static func formerDistricts(_ elements: [Node]) -> [String: String] {
        var districts: [String: String] = [:]
        for element in elements {
            for town in element.children where town.name == "town" {
                districts[element.attribute("code") ?? ""] = town.attribute("from")
            }
        }
        return districts
    }

    private static func institution(
        _ element: Node, _ names: inout [String: [(word: String, id: String)]], _ reader: inout RuleReader
    ) -> Institution {
        let code = element.attribute("code") ?? ""
        var lists: [String: [String]] = [:]
        for name in ["code", "name"] where (element.attribute(name) ?? "").isEmpty {
            reader.complain(element, "<institution> needs the attribute \(name)")
        }
        for child in element.children {
            if !children.contains(child.name) {
                reader.complain(child, "<\(child.name)> is not known" + StrictSchema.hint(child.name, children))
            }
            guard keys.contains(child.name) else { continue }
            let words = child.text.split(whereSeparator: \.isWhitespace).map(String.init)
            lists[child.name, default: []] += words
            for word in words where names[child.name, default: []].contains(where: { $0.word == word }) {
                reader.complain(child, "\(word) leads to another institution already")
            }
            names[child.name, default: []] += words.map { ($0, code) }
        }
        let isActive = element.attribute("active") != "no"
        if !isActive, element.attribute("replacedBy") == nil {
            reader.complain(element, "an institution that is not active needs the attribute replacedBy")
        }
        return Institution(
            code: code, name: element.attribute("name") ?? "", within: element.attribute("within"),
            replacedBy: isActive ? nil : element.attribute("replacedBy"),
            divisions: [element.attribute("division")].compactMap(\.self) + (lists["division"] ?? []),
            courts: lists["court"] ?? [])
    }

    /// All that may be chosen by hand.
    var codes: [String] { institutions.filter { $0.replacedBy == nil }.map(\.code) }

    /// The institution that a message calls so, by its code or its full name.
    func code(of institution: String) -> String? {
        institutions.first { $0.code == institution || $0.name == institution }?.code
    }

    func find(_ key: RouteRule.Key, _ value: String) -> Found {
        switch key {
        case .institution: return found(institutions.filter { $0.code == value })
        case .court: return CourtCode(parsing: value).map { byCourt($0.text) } ?? .nothing
        case .caseNumber: return CourtCaseNumber(parsing: value).map { byCourt($0.courtCharacter) } ?? .nothing
        case .division: return value.first?.isNumber == true ? byDivision(value) : byPlace(value)
        case .place: return byPlace(value)
        case .town: return byTown(value)
        }
    }

    private func byCourt(_ character: String) -> Found {
        let own = institutions.filter { $0.courts.contains(character) }
        if !own.isEmpty { return found(own) }
        // 苏04… without an institution is a mistake of somebody's, not another city.
        let isOwnCity = institutions.contains { $0.courts.contains { $0.count == 3 && character.hasPrefix($0) } }
        guard !isOwnCity else { return .nothing }
        let region = regions.filter { !$0.court.isEmpty && character.hasPrefix($0.court) }.max {
            $0.court.count < $1.court.count
        }
        return region.map { .outside($0.name) } ?? .nothing
    }

    /// By GB/T 2260; longer codes of organs and towns begin with it. Town codes that are registered go first.
    ///
    /// A credit code or a tax number is no division, whatever its digits are.
    private func byDivision(_ value: String) -> Found {
        guard let code = AdministrativeDivision.digits(value) else { return .nothing }
        let matches = institutions.flatMap { institution in
            institution.divisions.filter(code.hasPrefix).map { (institution, $0.count) }
        }
        if let longest = matches.map(\.1).max() { return found(matches.filter { $0.1 == longest }.map(\.0)) }
        let current = AdministrativeDivision.current(String(code.prefix(6)))
        let successors = institutions.filter { $0.divisions.contains(current) }
        if !successors.isEmpty { return found(successors) }
        let isOwnCity = institutions.contains { $0.divisions.contains { $0.prefix(4) == code.prefix(4) } }
        let region = isOwnCity ? nil : regions.first { !$0.division.isEmpty && code.hasPrefix($0.division) }
        return region.map { .outside($0.name) } ?? .nothing
    }

    /// By full names only: 经开区 and 高新区 alone are four different places.
    private func byPlace(_ text: String) -> Found {
        let moved = institutions(towns.ids(in: text))
        let districts = institutions(places.ids(in: text)).filter { district in
            // The town's name counts rather than that of the district which it came from.
            !moved.contains { $0.code != district.code && formerly[$0.code] == district.code }
        }
        let named = districts + moved.filter { town in !districts.contains { $0.code == town.code } }
        let fitting = named.filter { district in !named.contains { $0.within == district.code } }
        if !fitting.isEmpty { return found(fitting) }
        // A branch of the city's organ that no district's institution is named for is not the organ itself.
        let isBranch = ["分局", "派出所", "分院", "分会"].contains(where: text.contains)
        let organs = institutions(organs.ids(in: text))
        if !organs.isEmpty { return isBranch ? .nothing : found(organs) }
        return regionNames.ids(in: text).first.map { .outside($0) } ?? .nothing
    }

    /// A place that names a town says more than its district's code, which may be that of the time before the town moved.
    private func byTown(_ text: String) -> Found { towns.ids(in: text).isEmpty ? .nothing : byPlace(text) }

    private func institutions(_ codes: [String]) -> [Institution] { institutions.filter { codes.contains($0.code) } }

    private func found(_ institutions: [Institution]) -> Found {
        institutions.isEmpty ? .nothing : .institutions(Set(institutions.map { $0.replacedBy ?? $0.code }).sorted())
    }
}
