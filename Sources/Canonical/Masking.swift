/// Personal data as lists and logs may show it.
public enum Masking {
    /// Keeps the family name, compound ones whole; of a two-character name and of a name with `·` the first character.
    public static func name(_ name: String) -> String {
        let characters = Array(name)
        guard characters.count > 1 else { return characters.isEmpty ? "" : "*" }
        let isParted = characters.contains("·")
        let kept = !isParted && characters.count > 2 && compoundSurnames.contains(String(name.prefix(2))) ? 2 : 1
        return String(characters.prefix(kept)) + String(characters.dropFirst(kept).map { $0 == "·" ? $0 : "*" })
    }

    /// A resident identity number keeps three and four characters, any other number one and two.
    public static func idNumber(_ number: String) -> String {
        let isResident =
            number.utf8.count == 18
            && number.utf8.prefix(17).allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return isResident ? keep(3, 4, of: number) : keep(1, 2, of: number)
    }

    /// A mobile number keeps three and four digits, a landline its area code and the last four. Hotlines are public.
    public static func phone(_ number: String) -> String {
        guard let phone = PhoneNumber(parsing: number) else { return String(repeating: "*", count: number.count) }
        switch phone.kind {
        case .mobile: return keep(3, 4, of: phone.digits)
        case .landline:
            let area = phone.digits.hasPrefix("010") || phone.digits.hasPrefix("02") ? 3 : 4
            return "\(phone.digits.prefix(area))-****\(phone.digits.suffix(4))"
        case .hotline: return phone.digits
        }
    }

    /// Keeps an address down to the district.
    public static func address(_ address: String) -> String {
        address.isEmpty ? "" : address.prefix(lengthDownToDistrict(Array(address))) + "****"
    }

    /// A company's code is public; that of an individual business (first characters 92) stands for a person.
    public static func uscc(_ code: String) -> String { code.hasPrefix("92") ? keep(14, 0, of: code) : code }

    /// For the cases of minors and of victims of domestic violence: court and kind stay, the number goes.
    public static func caseNumber(_ number: String) -> String {
        guard let known = CourtCaseNumber(parsing: number) else { return "***" }
        return "（\(known.year)）\(known.courtCharacter)\(known.typeCharacters)***"
    }

    public static func email(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@"), let first = address.first, first != "@" else { return "***" }
        return "\(first)***\(address[at...])"
    }

    private static func keep(_ head: Int, _ tail: Int, of text: String) -> String {
        guard text.count > head + tail else { return String(repeating: "*", count: text.count) }
        return text.prefix(head) + String(repeating: "*", count: text.count - head - tail) + text.suffix(tail)
    }

    /// How much of an address names province, city and district. Words such as 小区 end in 区 but name a house.
    private static func lengthDownToDistrict(_ address: [Character]) -> Int {
        var length = 0
        for endings in [["省", "自治区", "特别行政区"], ["市", "州", "盟"], ["区", "县", "市", "旗"]] {
            let window = min(address.count, length + 8)
            let end = (length..<window).first { index in
                let text = String(address[length...index])
                return index > length && endings.contains { text.hasSuffix($0) }
                    && !notDivisions.contains { text.hasSuffix($0) }
            }
            if let end { length = end + 1 }
        }
        return length
    }

    private static let notDivisions = ["小区", "社区", "园区", "厂区", "校区", "矿区", "街区", "住宅区", "超市", "城市", "门市"]

    private static let compoundSurnames = Set(
        """
        欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 \
        仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 \
        令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 梁丘 西门 第五
        """.split(separator: " ").map(String.init))
}
