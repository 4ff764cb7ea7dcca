import Canonical
import StrictJSON
import Vocabulary

/// What kind of JSON value is meant at a place.
public enum MeantKind: Sendable, Hashable {
    case text, wholeNumber, flag, object, list

    /// What a field of that type is written as.
    public init(of type: FieldType) {
        self =
            switch type {
            case .text, .code, .word, .date, .dateTime, .money: .text
            case .integer: .wholeNumber
            case .boolean: .flag
            }
    }

    private var label: LocalizedText {
        switch self {
        case .text: LocalizedText(zh: "文字", en: "a text")
        case .wholeNumber: LocalizedText(zh: "整数", en: "a whole number")
        case .flag: LocalizedText(zh: "true 或 false", en: "true or false")
        case .object: LocalizedText(zh: "对象", en: "an object")
        case .list: LocalizedText(zh: "数组", en: "an array")
        }
    }

    /// What a finding `wrongType` says of a value that is none.
    public func message(insteadOf value: JSONValue) -> String {
        let found = value.kind
        return
            "此处应为\(label.zh)，收到的是\(found.zh)。 \(label.en.prefix(1).uppercased())\(label.en.dropFirst()) is meant here, not \(found.en)."
    }
}

extension JSONValue {
    fileprivate var kind: LocalizedText {
        if isNull { return LocalizedText(zh: "空值 null", en: "null") }
        if object != nil { return LocalizedText(zh: "对象", en: "an object") }
        if array != nil { return LocalizedText(zh: "数组", en: "an array") }
        if string != nil { return LocalizedText(zh: "文字", en: "a text") }
        return bool == nil ? LocalizedText(zh: "数字", en: "a number") : LocalizedText(zh: "是否值", en: "true or false")
    }
}
