/// What stands before or behind a date and its time, and whether it bears on them.
enum DateTail {
    enum Kind {
        case empty
        /// Rooms, names, deeds: left aside.
        case words
        /// Something of a time of day.
        case time
        /// Another date.
        case dates
        /// The date is not what is meant: it was put off, is denied or belongs to another calendar.
        case meaning
    }

    static let approximate = WordTable("大约 大概 左右 前后 上下 预计 约 许")
    static let monthParts = WordTable("上旬 中旬 下旬 初 底 末 份 间")

    private static let changing = WordTable(
        "改 取消 延期 延至 延后 延迟 顺延 推迟 撤回 撤销 不开庭 不再 不是 并非 而非 作废 有误 误写 次日 翌日 第二天 除外 暂缓 暂停 农历 阴历 旧历 正月 腊月 初一 初二 初三 初四 初五 初六 初七 初八 初九 初十 前天 昨"
    )
    private static let changingBefore = WordTable("原定 原为 原于 原开庭 不 未 非 无 除")
    private static let timeWords = WordTable("半天 全天 整天 半日 全日 刻")

    static func changesMeaning(_ text: [Unicode.Scalar], _ range: Range<Int>, isLead: Bool) -> Bool {
        changing.isFound(in: text, range) || isLead && changingBefore.isFound(in: text, range)
    }

    static func read(_ scanner: TextScanner, hasTime: Bool) -> Kind {
        let text = scanner.text
        let range = scanner.place..<text.count
        guard text[range].contains(where: { !" ().,;:。、-~/t".unicodeScalars.contains($0) }) else {
            return text[range].contains("-") || text[range].contains("~") ? .words : .empty
        }
        if changesMeaning(text, range, isLead: false) { return .meaning }
        if isDated(text, range) { return .dates }
        if isTemporal(text, range) || timeWords.isFound(in: text, range) || DayPart.words.isFound(in: text, range) {
            return .time
        }
        // A lone number behind a day may have been a time.
        let first = text[range].first { !" (),;:".unicodeScalars.contains($0) }
        return !hasTime && first?.isDigitASCII ?? false ? .time : .words
    }

    /// Whether a month, a day of a month or a whole date is named.
    private static func isDated(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Bool {
        holdsNumber(text, range) { number, unit, behind in
            switch unit {
            case "年", "月", "日": true
            case "号": !(behind.map { "楼室层庭座栋厅窗院法审门".unicodeScalars.contains($0) } ?? false) && number.width <= 2
            case "-", "/", ".": number.width == 4 && !number.isChinese && behind?.isDigitASCII ?? false
            default: number.width == 8 && !number.isChinese
            }
        }
    }

    /// Whether a number stands there with a unit of time behind it.
    static func isTemporal(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Bool {
        holdsNumber(text, range) { number, unit, behind in
            switch unit {
            case "时", "点", "分", "秒", "年", "月", "日": true
            case ":": !number.isChinese && behind?.isDigitASCII ?? false
            default: false
            }
        }
    }

    private static func holdsNumber(
        _ text: [Unicode.Scalar], _ range: Range<Int>,
        where isMeant: (TextScanner.Numeral, Unicode.Scalar?, Unicode.Scalar?) -> Bool
    ) -> Bool {
        var scanner = TextScanner(Array(text[..<range.upperBound]), at: range.lowerBound)
        while !scanner.isAtEnd {
            guard let number = scanner.numeral() else {
                scanner.place += 1
                continue
            }
            var ahead = scanner
            ahead.skipBlanks()
            if isMeant(number, ahead.next, ahead.peek(1)) { return true }
        }
        return false
    }
}
