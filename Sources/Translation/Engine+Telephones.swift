import Canonical
import Documents
import StrictJSON

/// A person has a field for a mobile number, one for a landline and one for whatever else leads to him (domain §5.11). A
/// sender's one field may hold any of them, and several: each number goes where one of its kind belongs.
extension Engine {
    private static let (mobile, landline, other) = ("mobile", "landline", "otherContact")

    /// Whether the field is one of a person's; other telephones have one field for one number.
    func isPersonsTelephone(_ value: PlannedValue, at place: Place) -> Bool {
        guard value.isTelephone else { return false }
        if let known = value.fillsPerson { return known }
        let groups = value.target.names.dropLast()
        let parent = groups.isEmpty ? place.parent : TargetTree.join(place.parent, groups.joined(separator: "/"))
        let fields = [Self.mobile, Self.landline, Self.other].map { TargetTree.join(parent, $0) }
        let fills = fields.allSatisfy { CanonicalModel.application.field(atPlace: $0) != nil }
        value.fillsPerson = fills
        return fills
    }

    /// The numbers of a text by their fields; nothing where it holds none.
    func telephones(
        _ text: String, _ value: PlannedValue, place: Place, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        if text.lend(Converter.isPlainMobile) { return .object(JSONObject([(Self.mobile, .string(text))])) }
        let reading = TelephoneReading(text)
        for code in reading.told { note(code, .warning, place, source, line, &run) }
        var fields = JSONObject()
        // As it was written where it is no long text: +852 2100 0000, QQ 12345678.
        var others = reading.digits.map { [text.utf8.count <= 100 ? text : $0] } ?? []
        for number in reading.numbers {
            let name: String? =
                switch number.kind {
                case .mobile: Self.mobile
                case .landline: Self.landline
                case .hotline: nil
                }
            if let name, fields[name] == nil {
                fields[name] = .string(number.text)
            } else {
                others.append(number.text)
                note(name == nil ? "serviceNumber" : "severalNumbers", .warning, place, source, line, &run)
            }
        }
        if !others.isEmpty { fields[Self.other] = .string(others.joined(separator: "、")) }
        guard !fields.isEmpty else {
            if !reading.told.contains("formatError") { note("formatError", .warning, place, source, line, &run) }
            return nil
        }
        return .object(fields)
    }

    /// Puts numbers beside the rule's own field. One whose field another rule has filled goes to the other contacts.
    func put(
        telephones fields: JSONObject, by value: PlannedValue, at node: Node, to target: inout JSONObject, path: String,
        line: Int, _ run: inout Run
    ) {
        let parent = Array(value.target.names.dropLast())
        for (name, number) in fields.members {
            guard let text = number.string else { continue }
            let filled = target.value(at: parent + [name])?.string
            var result = text
            var field = name
            if let filled, filled != text {
                let isOther = name == Self.other
                field = Self.other
                let known = isOther ? filled : target.value(at: parent + [Self.other])?.string
                result = known.map { $0.contains(text) ? $0 : $0 + "、" + text } ?? text
                if !isOther {
                    note("severalNumbers", .warning, Place(parent: path, name: value.rule.to), node, line, &run)
                }
            }
            target.put(.string(result), at: parent + [field])
            let place = Place(parent: path, name: (parent + [field]).joined(separator: "/"))
            let source = value.from.firstTwo(at: node).first
            trace(.string(result), at: place, from: source, raw: text, by: ["phone"], line: line, &run)
        }
    }
}
