import Canonical

/// The words for yes and no that people write.
enum YesNoWords {
    /// - Returns: nothing for a text that is neither.
    static func read(_ text: String) -> Bool? { text.lend(read) }

    static func read(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        if text.count == 1 {
            switch text[0] {
            case UInt8(ascii: "1"): return true
            case UInt8(ascii: "0"): return false
            default: break
            }
        }
        // No word is longer, with a full stop and blanks of a pretty printer around.
        guard text.count <= 200 else { return nil }
        var folded = TextFolding.bytes(of: text)
        if let answer = words[folded] { return answer }
        for stop in stops where folded.count > stop.count && folded.suffix(stop.count).elementsEqual(stop) {
            folded.removeLast(stop.count)
            break
        }
        return words[folded]
    }

    private static let stops = ["。", ".", "！", "!", "；", ";", "，", ","].map { Array($0.utf8) }

    private static let words: [[UInt8]: Bool] = {
        let yes = """
            是 是的 1 1.0 01 y yes t true 有 有的 √ ✓ ✔ ☑ ■ 对 对的 已 同意 已同意 需要 需 已授权 愿意 属于 属实 符合 存在 确认 已确认 \
            已提交 已提供 已附 已交 已收 已收到 已收取 已有 已具备 已办理 已委托 已通知 已聘请 提交 提供 附 齐 齐全 齐备 on 真 肯定
            """
        let no = """
            否 不是 不是的 0 0.0 00 n no f false 无 無 没有 没 × ✗ ✘ ☐ □ x 未 非 不 不对 不同意 未同意 不需要 不需 无需 未授权 不愿意 不属于 \
            不属实 不符合 不存在 未提交 未提供 未附 未交 未收 未收到 未收取 未具备 未办理 未委托 未通知 未聘请 没有提交 没有提供 没提交 没提供 \
            不提供 缺 缺少 欠缺 待补 待补充 待交 不齐 off 假 否定
            """
        func pairs(_ list: String, _ answer: Bool) -> [([UInt8], Bool)] {
            list.split(separator: " ").map { (TextFolding.bytes(of: String($0)), answer) }
        }
        return Dictionary(pairs(yes, true) + pairs(no, false)) { first, _ in first }
    }()
}
