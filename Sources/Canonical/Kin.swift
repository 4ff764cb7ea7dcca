/// Whether a word that was found in a text is said of somebody else than the person: 父亲为残疾人, 家中有残疾人, 残疾人之子.
enum Kin {
    private static let others = [
        "父亲", "母亲", "父母", "父", "母", "爸爸", "妈妈", "丈夫", "妻子", "配偶", "夫", "妻", "儿子", "女儿", "子女", "儿", "女", "孩子", "小孩",
        "孙子",
        "孙女", "兄", "弟", "姐", "妹", "兄弟", "姐妹", "哥哥", "弟弟", "姐姐", "妹妹", "祖父", "祖母", "爷爷", "奶奶", "外公", "外婆", "公公", "婆婆",
        "岳父", "岳母",
        "其子", "长子", "次子", "幼子", "独子", "养子", "继子", "弟媳", "儿媳", "女婿", "亲戚", "同事", "室友", "房东",
        "家属", "亲属", "家人", "家有", "家中", "家里", "家庭中", "家庭成员", "家庭成员中", "监护人", "雇主", "邻居", "他人", "别人",
        "被害人", "受害人", "伤者", "死者", "证人", "同案人", "同案犯", "同案被告人", "同案嫌疑人", "同案犯罪嫌疑人", "共犯",
    ].map { Array($0.utf8) }.sorted { $0.count > $1.count }
    /// Who looks after somebody is not that one: 照顾残疾人. But 无人照顾的残疾人 and 需护理的残疾人 are.
    private static let cares = ["照顾", "照护", "照料", "护理", "陪护", "看护", "赡养", "扶养", "抚养"].map { Array($0.utf8) }
    private static let cared = ["无人", "没人", "需要", "需", "待", "受", "被", "由", "缺乏", "缺少"].map { Array($0.utf8) }
    private static let counters = ["一名", "一人", "一个", "重度"].map { Array($0.utf8) }
    /// Kin only with a verb behind: 女残疾人 is a woman, and 妇女为残疾人 too.
    private static let alone = ["女", "儿"].map { Array($0.utf8) }
    private static let ownWords = ["妇", "少", "孤", "婴", "幼", "男"].map { Array($0.utf8) }
    private static let absences = ["无", "没有"].map { Array($0.utf8) }
    /// Whom a suspect harms is somebody else: 强奸未成年人, 致人聋哑. But 被拐卖的未成年人 and 涉嫌抢劫的未成年人 are suspects.
    private static let harms = [
        "强奸", "猥亵", "奸淫", "性侵", "性侵害", "侵害", "侵犯", "抢劫", "抢夺", "拐卖", "拐骗", "绑架", "伤害", "杀害", "殴打", "虐待", "遗弃", "教唆",
        "引诱",
        "容留", "组织", "诱骗", "诱拐", "胁迫", "强迫", "利用", "雇用", "收买", "敲诈", "勒索", "诈骗", "拘禁", "非法拘禁", "欺凌", "侮辱", "致人", "致他人",
        "造成他人", "导致他人", "嫖宿", "打伤", "杀死",
    ].map { Array($0.utf8) }.sorted { $0.count > $1.count }
    private static let harmed = ["多名", "数名", "一名", "两名", "二名", "三名", "多个", "了", "过", "女", "男"].map { Array($0.utf8) }
    private static let passives = ["被", "受", "遭", "遭受", "受到"].map { Array($0.utf8) }
    private static let suspects = ["被告人", "嫌疑人", "犯罪嫌疑人", "犯罪", "作案"].map { Array($0.utf8) }
    private static let victims = ["被害人", "受害人", "被害", "受害", "权益", "合法权益", "证人"].map { Array($0.utf8) }
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
        guard about != .household, about != .paper else { return false }
        let others = about == .suspect ? Self.others : opponents + Self.others
        let behind = about == .suspect ? Self.behind : Self.behind + behindPerson
        let rest = withoutTail(text[word.upperBound...])
        if about == .suspect, isHarmed(word, rest, in: text) { return true }
        let owned = rest.starts(with: "的".utf8) ? rest.dropFirst("的".utf8.count) : rest
        let beside = [text[word.upperBound...], rest, owned]
        if behind.contains(where: { kin in
            beside.contains { $0.starts(with: kin) }
        }) {
            return true
        }
        return isBehindOther(word, others, in: text)
    }

    private static func isHarmed(
        _ word: Range<Int>, _ rest: Slice<UnsafeBufferPointer<UInt8>>, in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        if victims.contains(where: { rest.starts(with: $0) }) { return true }
        guard !suspects.contains(where: { rest.starts(with: $0) }) else { return false }
        var before = text[..<word.lowerBound]
        while let link = ByteWords.last(of: harmed, in: before) { before = before.dropLast(link.count) }
        guard let harm = ByteWords.last(of: harms, in: before) else { return false }
        return ByteWords.last(of: passives, in: before.dropLast(harm.count)) == nil
    }

    private static func isBehindOther(
        _ word: Range<Int>, _ others: [[UInt8]], in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var end = word.lowerBound
        var link: [UInt8]?
        for _ in 0..<3 {
            let before = text[..<end]
            if let kin = ByteWords.last(of: others, in: before) {
                let head = before.dropLast(kin.count)
                guard ByteWords.last(of: absences, in: head) == nil else { return false }
                let isOwn =
                    alone.contains(kin) && (link.map(counted) ?? true || ByteWords.last(of: ownWords, in: head) != nil)
                return !isOwn || head.suffix(3).elementsEqual("其".utf8)
            }
            if link.map(counters.contains) ?? true, let care = ByteWords.last(of: cares, in: before) {
                return ByteWords.last(of: cared, in: before.dropLast(care.count)) == nil
            }
            guard let next = ByteWords.last(of: links, in: before) else { return false }
            link = next
            end -= next.count
        }
        return false
    }

    private static func counted(_ link: [UInt8]) -> Bool { counters.contains(link) || link == Array("的".utf8) }

    /// A text behind a word without what still belongs to it: 未成年人.
    static func withoutTail(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        tails.first { text.starts(with: $0) }.map { text.dropFirst($0.count) } ?? text
    }
}
