/// Whether a word that was found in a text is said of somebody else than the person: 父亲为残疾人, 家中有残疾人, 残疾人之子.
enum Kin {
    private static let others = [
        "父亲", "母亲", "父母", "父", "母", "爸爸", "妈妈", "丈夫", "妻子", "配偶", "夫", "妻", "儿子", "女儿", "子女", "儿", "女", "孩子", "小孩",
        "孙子",
        "孙女", "兄", "弟", "姐", "妹", "兄弟", "姐妹", "哥哥", "弟弟", "姐姐", "妹妹", "祖父", "祖母", "爷爷", "奶奶", "外公", "外婆", "公公", "婆婆",
        "岳父", "岳母",
        "其子", "长子", "次子", "幼子", "独子", "养子", "继子", "弟媳", "儿媳", "女婿", "亲戚", "同事", "室友", "房东",
        "家属", "亲属", "家人", "家中", "家里", "家庭中", "家庭成员", "家庭成员中", "监护人", "雇主", "邻居", "他人", "别人",
        // Who looks after somebody, or lives with one, is not that one.
        "照顾", "照护", "照料", "护理", "陪护", "看护", "赡养", "扶养", "抚养",
        "被害人", "受害人", "伤者", "死者", "证人", "同案人", "同案犯", "同案被告人", "同案嫌疑人", "同案犯罪嫌疑人", "共犯",
    ].map { Array($0.utf8) }
    /// The other side, which in a criminal case is the person.
    private static let opponents = ["对方", "对方当事人", "被申请人", "被告"].map { Array($0.utf8) }
    private static let links = [
        "均为", "均系", "都是", "为", "系", "是", "有", "属于", "属", "也是", "一名", "一人", "一个", "重度", "的",
    ].map { Array($0.utf8) }
    private static let behind = [
        "之子", "之女", "之父", "之母", "之妻", "之夫", "的子女", "的儿子", "的女儿", "的父", "的母", "的妻子", "的丈夫", "的配偶", "的家属", "的亲属", "的监护人",
        "的孩子",
        "家属", "亲属", "监护人", "照护者", "照护人", "照料者", "照料人", "护工", "护理员", "家长", "子女", "配偶", "同住", "共同生活", "联合会", "协会",
        "之家", "工作人员", "志愿者", "教师", "学校", "福利院",
    ].map { Array($0.utf8) }
    /// What may stand between: 失能老人监护人.
    private static let tails = ["老人", "人员", "人", "儿童", "者"].map { Array($0.utf8) }
    /// Of a person's words alone: 低保家庭 is what a household is.
    private static let behindPerson = [
        "家庭", "父亲", "母亲", "父母", "儿子", "女儿", "妻子", "丈夫", "遗属",
    ].map { Array($0.utf8) }

    static func holds(of word: Range<Int>, in text: UnsafeBufferPointer<UInt8>, about: CodeList.About) -> Bool {
        guard about != .household else { return false }
        let others = about == .suspect ? Self.others : Self.others + opponents
        let behind = about == .suspect ? Self.behind : Self.behind + behindPerson
        var rest = text[word.upperBound...]
        if let tail = tails.first(where: { rest.starts(with: $0) }) { rest = rest.dropFirst(tail.count) }
        if behind.contains(where: { text[word.upperBound...].starts(with: $0) || rest.starts(with: $0) }) {
            return true
        }
        var end = word.lowerBound
        for _ in 0..<3 {
            let before = text[..<end]
            if others.contains(where: { $0.count <= before.count && before.suffix($0.count).elementsEqual($0) }) {
                return true
            }
            guard
                let link = links.first(where: { $0.count <= before.count && before.suffix($0.count).elementsEqual($0) })
            else { return false }
            end -= link.count
        }
        return false
    }
}
