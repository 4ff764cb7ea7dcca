import Canonical
import Messaging
import Transport
import Vocabulary

/// Finds messages by what is said on the telephone: any number, an identity number, a telephone, a name.
public struct FindService: Sendable {
    /// What a text is taken for.
    public enum Sought: Sendable, Hashable {
        /// A number of a message, a letter or a case: no personal data.
        case number(String)
        /// Of a resident's identity card, mended in its form.
        case identity(String)
        case telephone(PhoneNumber)
        case name(String)
    }

    public static let most = 50

    let flow: MessageQueryService
    let store: any CaseStore & MessageQueryStore & AuditStore
    let cases: any CaseServices
    let references: QuotedReferences
    let now: @Sendable () -> Instant

    /// Whether people may be found by their names, by the settings.
    public var findsNames: Bool { references.findsNames }

    /// Reads what was typed. Whatever could be a person is told by its form, so that it is looked for as such and stands in
    /// no address.
    public func reading(_ text: String) -> Sought {
        let plain = text.filter { !$0.isWhitespace }
        let identity = ResidentID.normalize(plain).value
        if [15, 18].contains(identity.utf8.count), identity.utf8.dropLast().allSatisfy({ (0x30...0x39).contains($0) }) {
            return .identity(identity)
        }
        let read = PhoneNumber.reading(plain)
        if let telephone = read.numbers.first, read.numbers.count == 1, !read.hasLeftWords, !read.hasLeftDigits,
            plain.utf8.count >= 10
        {
            return .telephone(telephone)
        }
        // With words around it a number is a person's all the same.
        if let person = Self.person(in: text) ?? Self.person(in: plain) { return person }
        let isName = (2...20).contains(plain.count) && plain.unicodeScalars.allSatisfy { $0.isHan || $0 == "·" }
        return isName ? .name(plain) : .number(plain)
    }

    /// An identity number or a mobile number among other words; what hyphens tie to more is some other number.
    private static func person(in text: String) -> Sought? {
        let words = TextFolding.text(text).split { !($0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-") }
        for word in words.map({ $0.trimmingPrefix("-") }) {
            let isMobile = word.utf8.count == 11 && word.hasPrefix("1") && word.utf8.allSatisfy(isDigit)
            if isMobile, let number = PhoneNumber.reading(String(word)).numbers.first { return .telephone(number) }
            if word.utf8.count == 18, word.utf8.dropLast().allSatisfy(isDigit) {
                return .identity(ResidentID.normalize(String(word)).value)
            }
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Whether what is looked for may stand in an address: the numbers that messages and courts bear, and no other words,
    /// which may be anybody's name.
    public static func fitsAddress(_ number: String) -> Bool {
        number.utf8.allSatisfy { $0 < 0x80 } || CourtCaseNumber(parsing: number) != nil
    }

    /// Messages about a person, newest first. That somebody looked, and under which hash, is in the audit trail before
    /// anything is shown.
    ///
    /// - Throws: `Problem` `.forbidden` for whoever may not see personal data, and for names where the settings allow none.
    public func find(_ sought: Sought, by caller: Caller) async throws -> [ReferralSummary] {
        switch sought {
        case .number(let number): return try await flow.find(number, limit: Self.most)
        case .identity(let number):
            let key = cases.key(ofPerson: number)
            try await note(key, "identity number", caller)
            let records = try await store.applications(sharing: [key], near: now(), atMost: Self.most)
            return try await store.referrals(ofApplications: records.map(\.applicationNo), limit: Self.most)
        case .telephone(let number):
            return try await find(references.telephone(number), "telephone", caller)
        case .name(let name):
            guard findsNames else {
                throw Problem(
                    .forbidden, zh: "本网关的设置不允许按姓名查找；请用证件号、电话或任一编号。",
                    en: "The settings allow no search by name; use an identity number, a telephone or any number.")
            }
            return try await find(references.name(name), "name", caller)
        }
    }

    private func find(_ hash: String, _ what: String, _ caller: Caller) async throws -> [ReferralSummary] {
        try await note(hash, what, caller)
        return try await store.findReferrals(hash, partners: [], limit: Self.most)
    }

    private func note(_ hash: String, _ what: String, _ caller: Caller) async throws {
        guard caller.may(.unmask) else {
            throw Problem(
                .forbidden, zh: "您的角色不能按个人信息查找；请用任一编号，或请操作员、审计员代查。",
                en: "Your role may not look for persons; use any number, or ask an operator or an auditor.")
        }
        try await store.record(AuditAct(.findPerson, on: hash, by: caller, detail: what, at: now()))
    }

    /// The operators' call: what is looked for is in the body, never in the address.
    public var routes: [Route] {
        [
            Route("POST", "/v1/messages/find", may: .look) { request, visit in
                let text = try request.read { $0.needed("text", atMost: 200) }
                let found = try await find(reading(text), by: visit.caller())
                return .json(["messages": .array(found.map(\.json))])
            }
        ]
    }
}
