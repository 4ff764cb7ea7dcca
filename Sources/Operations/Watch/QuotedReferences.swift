import Canonical
import Messaging
import StrictJSON
import Transport

/// What somebody may quote on the telephone, and where a message has it. Telephone numbers and names are indexed by keyed
/// hash alone.
struct QuotedReferences: ReferenceReading {
    /// The numbers that senders and institutions quote, and where an application has them.
    private static let numbers = ReferencePaths([
        ReferencePath(name: "letterNo", path: "source.letterNo"),
        ReferencePath(name: "senderCaseRef", path: "source.senderCaseRef"),
        ReferencePath(name: "caseNumber", path: "proceeding.caseNumber"),
        ReferencePath(name: "caseNumber", path: "proceeding.caseNumberRaw"),
        ReferencePath(name: "caseRef", path: "matter.supportProsecution.caseRef"),
        ReferencePath(name: "letterNo", path: "matter.supportProsecution.letterNo"),
    ])
    private static let telephones = [
        "recipient.mobile", "recipient.landline", "applyingAgent.person.mobile", "applyingAgent.person.landline",
    ]
    private static let names = ["recipient.name", "applyingAgent.person.name"]
    /// Of a document that nobody could read, so much is looked through for case numbers.
    private static let longest = 1 << 20
    private static let mostNumbers = 20

    let hash: KeyedHash
    /// Whether people may be found by their names.
    let findsNames: Bool
    let text: any DocumentText

    func references(in application: JSONValue) -> [(kind: String, value: String)] {
        let telephones = Self.telephones.compactMap { application.at($0)?.string }.flatMap { PhoneNumber.all(in: $0) }
        let names = findsNames ? Self.names.compactMap { application.at($0)?.string } : []
        return Self.numbers.references(in: application)
            + Set(telephones.map { self.telephone($0) }).map { ("telephone", $0) }
            + Set(names.map { self.name($0) }).map { ("name", $0) }
    }

    /// A court's number is known by its form, wherever it stands.
    func references(inUnread document: [UInt8]) -> [(kind: String, value: String)] {
        let head = Array(document.prefix(Self.longest))
        let read = text.decode(head).map { $0.utf8 } ?? head
        var found: [String] = []
        let breaks: Set<UInt8> = [0x0A, 0x0D, 0x22, 0x27, 0x2C, 0x3B, 0x3C, 0x3E]
        for part in read.split(whereSeparator: breaks.contains) where (12...400).contains(part.count) {
            let numbers = CourtCaseNumber.reading(String(decoding: part, as: UTF8.self)).numbers
            for number in numbers where !found.contains(number.canonical) { found.append(number.canonical) }
            if found.count >= Self.mostNumbers { break }
        }
        return found.map { ("caseNumber", $0) }
    }

    func telephone(_ number: PhoneNumber) -> String { hash.hash("telephone:\(number.digits)") }
    func name(_ name: String) -> String { hash.hash("name:\(name.filter { !$0.isWhitespace })") }
}
