import Canonical

/// Marks Chinese on an English page by `lang` (RFC 5646), so that whoever reads it aloud changes the voice: names, rules
/// and statutes are data and stay as they are.
enum ChineseMarks {
    /// Elements that hold nothing (HTML §13.1.2), and have no end.
    private static let void: Set<String> = ["input", "br", "meta", "link", "hr", "img", "rect"]
    /// Elements that hold text alone: they bear the mark themselves.
    private static let plain: Set<String> = ["option", "text", "title", "textarea"]
    private static let attribute = Array(" lang=\"zh-CN\"".utf8)

    private struct Open {
        let name: String
        var isChinese: Bool
        /// Behind the name in its start tag.
        let place: Int
    }

    /// - Parameter page: markup of the console's own, in which attributes are quoted and every `<` of text is escaped.
    static func marking(_ page: String) -> String {
        let bytes = Array(page.utf8)
        var marked: [UInt8] = []
        marked.reserveCapacity(bytes.count + bytes.count / 8)
        var open: [Open] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "<") else {
                let end = bytes[index...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
                add(bytes[index..<end], to: &marked, &open)
                index = end
                continue
            }
            let end = (bytes[index...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count - 1) + 1
            let tag = bytes[index..<end]
            let second = index + 1 < bytes.count ? bytes[index + 1] : 0
            if second == UInt8(ascii: "/") {
                _ = open.popLast()
            } else if second != UInt8(ascii: "!") {
                let name = String(
                    decoding: tag.dropFirst().prefix {
                        $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/")
                    },
                    as: UTF8.self)
                if !void.contains(name), !tag.dropLast().hasSuffix("/") {
                    open.append(
                        Open(
                            name: name, isChinese: language(of: tag) ?? open.last?.isChinese ?? false,
                            place: marked.count + 1 + name.utf8.count))
                }
            }
            marked += tag
            index = end
        }
        return String(decoding: marked, as: UTF8.self)
    }

    private static func add(_ text: ArraySlice<UInt8>, to marked: inout [UInt8], _ open: inout [Open]) {
        guard let last = open.last, !last.isChinese, isChinese(text) else {
            marked += text
            return
        }
        if plain.contains(last.name) {
            marked.insert(contentsOf: attribute, at: last.place)
            open[open.count - 1].isChinese = true
            marked += text
        } else {
            marked += Array("<span".utf8) + attribute + [UInt8(ascii: ">")] + text + Array("</span>".utf8)
        }
    }

    /// Whether a tag says a language, and that is Chinese.
    private static func language(of tag: ArraySlice<UInt8>) -> Bool? {
        let text = String(decoding: tag, as: UTF8.self)
        // A pattern is built anew each time that it is used, and hardly any tag needs it.
        guard text.contains(" lang=") else { return nil }
        return text.firstMatch(of: /[ ]lang="([a-z]+)/).map { $0.1 == "zh" }
    }

    /// Whether there is a Chinese character.
    private static func isChinese(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.contains(where: { $0 >= 0xE3 }) else { return false }
        return String(decoding: text, as: UTF8.self).unicodeScalars.contains(where: \.isHan)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
