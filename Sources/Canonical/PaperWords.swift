/// Whether a paper that a text names is there and the person's own: 身份证（未提供）, 缺身份证 and 丢失证明 are not, nor are
/// 对方身份证, 代理人身份证 and 工伤认定申请表.
enum PaperWords {
    private static let absences = ByteWords.list(
        """
        未提供 未带 未携带 未附 未交 未提交 未递交 未上传 未收到 未收 未到 未签 未填 未填写 未盖章 未取得 未出具 未送达 未出示 未领 未准备 未见 未补 \
        没带 没有带 没提供 没交 没收到 没签 没填 没附 忘带 忘记带 缺 缺少 缺失 欠缺 尚缺 待补 待补充 待补交 待交 待提供 待提交 待签 待填 待上传 后补 \
        容后补 补办 遗失 丢失 被盗 拒绝提供 拒不提供 无法提供 不能提供 不便提供 不提供 暂缺 暂无 尚无 没有
        """)
    /// What may stand between: 身份证原件已遗失.
    private static let links = ByteWords.list("书 表 原件 复印件 正本 副本 扫描件 照片 证明 材料 已经 已 尚 还 暂 均 都 的 本人 其 书面 ( : 【 [ - *")
    private static let breaks = ByteWords.list("、 ， , 。 ; ；")
    private static let others = ByteWords.list(
        """
        被告 被告人 被申请人 被申诉人 被执行人 对方 对方当事人 第三人 代理人 委托代理人 法定代理人 监护人 代办人 经办人 代为申请人 证人 担保人 雇主 \
        父亲 母亲 父母 配偶 丈夫 妻子 儿子 女儿 子女 家属 亲属 近亲属 家人
        """)
    /// Whose paper it is counts of these alone: others' judgments and agreements are papers of the case.
    private static let personal: Set<String> = ["idProof", "disabilityCertificate"]
    /// Names that many papers bear, and what they may have before them as papers of legal aid.
    private static let general = ByteWords.list("申请表 委托书 承诺书")
    private static let aids = ByteWords.list(
        """
        法律援助 援助 法援 本人 申请人 受援人 当事人 公民 个人 诚信 授权 委托 诉讼 民事 刑事 行政 代理 律师 签名 签字 填写 已 的 纸质 电子 书面 手写 原件 \
        一份
        """)

    static func isAbsent(_ place: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var before = text[..<place.lowerBound]
        while let link = ByteWords.last(of: ["本人", "其", "书面", "的", "有效"].map { Array($0.utf8) }, in: before) {
            before = before.dropLast(link.count)
        }
        if ByteWords.last(of: absences, in: before) != nil { return true }
        var behind = text[place.upperBound...]
        func drop(_ words: [[UInt8]]) -> Bool {
            guard let word = words.first(where: { behind.starts(with: $0) }) else { return false }
            behind = behind.dropFirst(word.count)
            return true
        }
        while drop(links) {}
        // “身份证，缺户口簿” goes on to another paper, and a judgment in default is one.
        let isNext = drop(breaks)
        guard !behind.starts(with: "缺席".utf8), drop(absences) else { return false }
        return !isNext || (behind.first.map { $0 < 0x80 } ?? true) || drop(breaks)
    }

    static func isAnother(_ place: Range<Int>, of code: String, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var before = text[..<place.lowerBound]
        if general.contains(where: { text[place].elementsEqual($0) }) {
            while let aid = ByteWords.last(of: aids, in: before) { before = before.dropLast(aid.count) }
            return before.last.map { $0 >= 0x80 } ?? false && ByteWords.last(of: joints, in: before) == nil
                && ByteWords.last(of: absences, in: before) == nil
        }
        guard personal.contains(code) else { return false }
        if ByteWords.last(of: [Array("的".utf8)], in: before) != nil { before = before.dropLast(3) }
        guard let other = ByteWords.last(of: others, in: before) else { return false }
        // 申请人及代理人身份证 are both.
        return ByteWords.last(of: joints, in: before.dropLast(other.count)) == nil
    }

    private static let joints = ByteWords.list("及 和 与 或 、 ） 】 》 “ 交 ， 。 附 ： 份")
}
