import Canonical
import Documents
import Foundation
import Intake
import Translation

/// `gateway mappings table ID`
enum MappingsTable {
    static func run(_ arguments: Arguments, _ translator: Translator) throws -> Int32 {
        guard arguments.words.count == 2 else {
            throw UsageError("写出映射：mappings table ID", "say which mapping: mappings table ID")
        }
        let id = arguments.words[1]
        let name = arguments["format"] ?? FieldTableFormat.markdown.rawValue
        guard let format = FieldTableFormat(rawValue: name) else {
            throw UsageError("--format 为 markdown、html 或 csv", "--format is markdown, html or csv")
        }
        guard let table = translator.fieldTable(of: id) else {
            throw CommandFailure(
                "没有映射 \(id)；见 gateway mappings list", "there is no mapping \(id); `gateway mappings list` names them")
        }
        Terminal.print(table.text(as: format))
        return 0
    }
}
