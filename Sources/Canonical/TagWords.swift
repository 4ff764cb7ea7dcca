/// What may stand in a tag beside its words and says nothing that changes them: 城市低保户, 残疾人（肢体二级）, 系农民工.
enum TagWords {
    private static let harmless = [
        "人员", "人群", "群体", "人", "户", "者", "证", "对象", "家庭", "成员", "老人", "儿童", "身份", "情况", "类别", "类", "等级", "级", "状态",
        "城市", "农村", "城镇", "享受", "是", "为", "系", "属于", "属", "具有", "有", "的", "本人", "其", "及", "和", "与", "或", "等", "兼", "现",
        "肢体", "视力", "听力", "言语", "智力", "精神", "多重", "一", "二", "三", "四", "市", "区", "县", "国家", "已", "经", "认定", "持", "在册",
        "男", "女", "贫困", "困难", "重点", "保障", "救助", "待遇", "供养",
    ].map { Array($0.utf8) }

    /// - Parameters:
    ///   - text: as `TextFolding` gives it.
    ///   - places: of the list's words.
    static func areLeft(in text: UnsafeBufferPointer<UInt8>, beside places: [Range<Int>]) -> Bool {
        var index = 0
        while index < text.count {
            if let place = places.first(where: { $0.contains(index) }) {
                index = place.upperBound
            } else if isSign(text, index) {
                index += text[index] < 0x80 ? 1 : 3
            } else if let word = harmless.first(where: { text[index...].starts(with: $0) }) {
                index += word.count
            } else {
                return true
            }
        }
        return false
    }

    /// Digits and punctuation, of ASCII and of Chinese; a question mark leaves the tag open.
    private static func isSign(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        let byte = text[index]
        if byte < 0x80 { return byte != UInt8(ascii: "?") && !(0x61...0x7A).contains(byte | 0x20) }
        guard byte == 0xE3, index + 2 < text.count, text[index + 1] == 0x80 else { return false }
        return true
    }
}

/// A text that tells what was and then what is: 取保候审转逮捕, 由逮捕变更为取保候审. The last counts.
enum Change {
    private static let words: Set<[UInt8]> = Set(
        [
            "变更为", "期间", "期间被", "期间又被", "期间被依法", "期间再被", "后变更为", "转为", "后转为", "改为", "后改为", "改", "转", "后转", "后", "后被",
            "后又", "现为", "现", ",现", ",现为", ",后",
            ",后被",
            ",后变更为", ",后转为", "->", "→",
        ].map { Array($0.utf8) })

    /// The places from the last change on; all of them where nothing changed.
    static func latest<Place>(_ places: [(range: Range<Int>, Place)], in text: UnsafeBufferPointer<UInt8>) -> [Place] {
        guard places.count > 1 else { return places.map(\.1) }
        let inOrder = places.sorted { $0.range.lowerBound < $1.range.lowerBound }
        var start = 0
        for index in inOrder.indices.dropFirst() {
            let (end, next) = (inOrder[index - 1].range.upperBound, inOrder[index].range.lowerBound)
            if end < next, words.contains(Array(text[end..<next])) { start = next }
        }
        return places.filter { $0.range.lowerBound >= start }.map(\.1)
    }
}
