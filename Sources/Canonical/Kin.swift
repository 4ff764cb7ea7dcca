/// Whether a word that was found in a text is said of somebody else than the person: 父亲为残疾人, 家中有残疾人, 残疾人之子.
enum Kin {
    private static let others = [
        "父亲", "母亲", "父母", "父", "母", "爸爸", "妈妈", "丈夫", "妻子", "配偶", "夫", "妻", "儿子", "女儿", "子女", "儿", "女", "孩子", "小孩",
        "孙子",
        "孙女", "兄", "弟", "姐", "妹", "兄弟", "姐妹", "哥哥", "弟弟", "姐姐", "妹妹", "祖父", "祖母", "爷爷", "奶奶", "外公", "外婆", "公公", "婆婆",
        "岳父", "岳母",
        "家属", "亲属", "家人", "家中", "家里", "家庭中", "家庭成员", "监护人", "对方", "被申请人", "被告", "雇主", "邻居", "同案人", "他人",
    ].map { Array($0.utf8) }
    private static let links = [
        "均为", "均系", "都是", "为", "系", "是", "有", "属于", "属", "也是", "一名", "一人", "一个", "重度", "的",
    ].map { Array($0.utf8) }
    private static let behind = [
        "之子", "之女", "之父", "之母", "之妻", "之夫", "的子女", "的儿子", "的女儿", "的父", "的母", "的妻子", "的丈夫", "的配偶", "的家属", "的亲属", "的监护人",
        "的孩子",
    ].map { Array($0.utf8) }

    static func holds(of word: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if behind.contains(where: { text[word.upperBound...].starts(with: $0) }) { return true }
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
