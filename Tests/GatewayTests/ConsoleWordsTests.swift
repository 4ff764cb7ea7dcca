import Canonical
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
}
