import Canonical
import Foundation
import Messaging
import Testing
import Vocabulary

@testable import Console

/// The console's words.
@Suite struct ConsoleWords {
    @Test(
        arguments: AuditAction.allCases.map(\.rawValue) + CaseEvent.allCases.map(\.rawValue)
            + HistoryEvent.Entry.allCases.map(\.rawValue))
    func `whatever may stand in a history has a Chinese name and a readable English one`(event: String) {
        let chinese = HistoryWords.name(event, .zh)
        #expect(chinese.unicodeScalars.allSatisfy { $0.value >= 0x4E00 }, "\(event): \(chinese)")
        #expect(HistoryWords.name(event, .en).allSatisfy { !$0.isUppercase })
    }

    @Test func `a section is shown in both languages and leads somewhere of its own`() {
        #expect(Set(Section.allCases.map(\.path)).count == Section.allCases.count)
        for section in Section.allCases {
            #expect(section.title(.zh).unicodeScalars.allSatisfy { $0.value >= 0x4E00 })
            #expect(section.title(.en).allSatisfy { $0.isASCII })
        }
    }

    /// One thing has one word, and nothing of the makers' own stands where people read.
    @Test(arguments: ["Sources", "config", "Mappings"])
    func `words that were given up and marks of the makers' own stand nowhere`(folder: String) throws {
        let given = ["来源单位", "转介单位", "死信", "遮蔽", "遮盖", "待客户确认", "[M:", "[P]"]
        // What senders may write is read as before.
        let exempt = ["DraftSample.swift"]
        let files = FileManager.default.enumerator(
            at: repository.appending(path: folder), includingPropertiesForKeys: nil)
        for case let file as URL in files?.allObjects ?? [] {
            guard ["swift", "xml", "json", "md", "xsd", "js", "css"].contains(file.pathExtension),
                !exempt.contains(file.lastPathComponent), !file.path.contains("/examples/")
            else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in given { #expect(!text.contains(word), "\(file.lastPathComponent): \(word)") }
        }
    }

    /// 《法律援助法》第四十三条第一款, as lawyers cite.
    @Test func `statutes are cited by title, article and paragraph`() throws {
        for folder in ["config/rules", "Mappings/codes"] {
            let files = try FileManager.default.contentsOfDirectory(
                at: repository.appending(path: folder), includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "xml" }
            for file in files {
                let text = try String(contentsOf: file, encoding: .utf8)
                for match in text.matches(of: /(?:basis|standard)="([^"]+)"/) {
                    let cited = String(match.1)
                    #expect(
                        cited.firstMatch(of: /[法典例则定释] ?\d|¶|\(\d+\)/) == nil, "\(file.lastPathComponent): \(cited)")
                }
            }
        }
    }
}
