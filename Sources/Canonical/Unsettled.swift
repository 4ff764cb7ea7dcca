/// Whether a key word names what is asked for, planned, refused or over, and not what is: 申请取保候审, 拟逮捕,
/// 取保候审被驳回, 一审已结束, 曾被判处死刑.
enum Unsettled {
    /// Right before the word, or before words that link it: planned, or left in doubt.
    private static let plans = ByteWords.list(
        "拟 拟于 将 即将 准备 打算 计划 待 等待 有待 是否 可能 考虑 暂缓 预备 欲 不服")
    /// The same of what somebody asks for. A stage begins with that: 申请执行, 提请审查逮捕.
    private static let requests = ByteWords.list(
        "申请 提请 报请 呈请 商请 请求 要求 建议 希望 可以 可予 研究 审查 应当 应予 应 宜 适宜 不宜 需要 需 拒绝")
    private static let links = ByteWords.list(
        "变更强制措施为 变更措施为 变更强制措施 变更为 变更 改为 转为 为 对其 依法 采取 适用 将其 被 予以 予 办理 批准 决定 执行 进行 进入 移送至 移送到 移送 送往 "
            + "送至 送 投送 转 收 判处 判 宣告 解除 本人 尽快 提前 ( （ “")
    /// Right behind the word: nobody has decided, or the answer was no.
    private static let undecided = ByteWords.list(
        "申请 请求 建议 意见 条件 必要性 外就医 听证 被拒绝 被拒 遭拒 被驳回 被否决 未获批准 未获批 未获准 未批准 未通过 不予批准 不批准 不予准许 不准许 不准 审批中 "
            + "审批 审查中 审核中 待批准 待批 待审批 待决定 未决定")
    private static let grants = ByteWords.list("已批准 获批准 获批 获准 被批准 批准 已获批准 已获批 已获准 得到批准 准许 通过 已通过 已同意 被准许")
    /// Right behind the word: it is over.
    private static let ends = ByteWords.list(
        "期限届满 期限已满 期限已到 期满 期届满 到期 届满 已满 已到期 完毕 已完毕 已结束 结束 已经结束 终结 已终结 审结 已审结 已办结 已解除 被解除 已撤销 被撤销 "
            + "判决后 判决已 判决生效 判决上诉 判决不服 裁判后 裁定后 已判决 已宣判 宣判后 已下判")
    private static let tails = ByteWords.list("强制措施 措施 程序 阶段 的 了")
    /// Somewhere before the word in its clause, with nothing behind that speaks of today.
    private static let past = ByteWords.list("曾被 曾经 曾因 曾判 曾于 曾在 曾处 曾受 此前被 以前被")
    private static let once = ByteWords.list("曾")
    private static let sentences = ByteWords.list("判处 判 处以 判决")
    private static let today = ByteWords.list("现 又 再 目前 可能 今 转 后")
    private static let stops = ByteWords.list(", ， ; ； 。 、 ( （ ) ） : ：")

    /// - Parameters:
    ///   - word: where the word stands.
    ///   - text: as `TextFolding` gives it.
    static func holds(of word: Range<Int>, in text: UnsafeBufferPointer<UInt8>, tense: CodeList.Tense) -> Bool {
        let before = text[..<word.lowerBound]
        let isPast = ByteWords.last(of: once, in: before) != nil || isPast(word.lowerBound, in: text)
        switch tense {
        case .unsentenced: return isPast && ByteWords.last(of: sentences, in: before) != nil
        case .underWay:
            return isPast || isIntended(word.lowerBound, by: [plans], in: text)
                || first(of: ends, behind: word, in: text)
        case .inForce:
            return isPast || isIntended(word.lowerBound, by: [plans, requests], in: text)
                || first(of: ends, behind: word, in: text) || isUndecided(word.upperBound, in: text)
        }
    }

    private static func isIntended(
        _ start: Int, by intents: [[[UInt8]]], in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var end = start
        for _ in 0..<6 {
            let before = text[..<end]
            if intents.contains(where: { ByteWords.last(of: $0, in: before) != nil }) { return true }
            guard let link = ByteWords.last(of: links, in: before) else { return false }
            end -= link.count
        }
        return false
    }

    private static func first(
        of ends: [[UInt8]], behind word: Range<Int>, in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let rest = text[word.upperBound...]
        return ByteWords.first(of: ends, in: rest) != nil || ByteWords.first(of: ends, in: withoutTail(rest)) != nil
    }

    /// 取保候审申请, but not 取保候审申请已获批准.
    private static func isUndecided(_ end: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let rest = withoutTail(text[end...])
        guard let word = ByteWords.first(of: undecided, in: rest) else { return false }
        return ByteWords.first(of: grants, in: rest.dropFirst(word.count)) == nil
    }

    private static func withoutTail(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        ByteWords.first(of: tails, in: rest).map { rest.dropFirst($0.count) } ?? rest
    }

    private static func isPast(_ start: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var end = start
        while end > 0 {
            let before = text[..<end]
            if ByteWords.last(of: stops, in: before) != nil || ByteWords.last(of: today, in: before) != nil {
                return false
            }
            if let word = ByteWords.last(of: past, in: before) {
                return !before.dropLast(word.count).suffix(3).elementsEqual("未".utf8)
            }
            // Over one character: ASCII, or one of three bytes.
            end -= text[end - 1] < 0x80 ? 1 : min(3, end)
        }
        return false
    }
}
