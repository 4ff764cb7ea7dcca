import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// By what applications and persons are found again: keyed hashes, so that no index holds personal data.
public struct CaseKeys: Sendable {
    private let hash: KeyedHash

    public init(hash: KeyedHash) { self.hash = hash }

    /// The keys of an application's matter: with those of its person, all that the store finds it by.
    package func matters(of application: LegalAidApplication, partnerID: String) -> [String] {
        let caseNumber = application.text("proceeding.caseNumber").map(self.caseNumber)
        let reference = application.text("source.senderCaseRef").map { senderReference($0, partnerID: partnerID) }
        return [caseNumber, reference].compactMap(\.self)
    }

    /// The person at a path: by identity document, or else by name and birth date (DU-03).
    package func persons(in application: LegalAidApplication, at path: String) -> [String] {
        if let number = application.personal(path + ".idNumber") {
            return [person(idType: application.text(path + ".idType"), idNumber: number)]
        }
        guard let name = application.personal(path + ".name"), let birth = application.personal(path + ".birthDate")
        else {
            return []
        }
        return [hash.hash("name:\(name.plain):\(birth.plain)")]
    }

    /// - Parameter idType: GA/T 2000.156; the resident's identity card where nothing is said.
    package func person(idType: String?, idNumber: Sensitive<String>) -> String {
        hash.hash("person:\(idType ?? Self.residentCard):\(idNumber.plain.uppercased())")
    }

    func caseNumber(_ number: String) -> String { hash.hash("case:\(number)") }

    func senderReference(_ reference: String, partnerID: String) -> String {
        hash.hash("reference:\(partnerID):\(reference)")
    }

    private static let residentCard = "111"
}

extension CaseKeys {
    /// How a message names the application that it is about, the most telling first.
    ///
    /// Everybody may say what happened in a case whose number or person it knows; only the sender itself may add to its
    /// referral, take it back or speak of it by its own references.
    ///
    /// - Parameter addressed: what the call itself names, held against the message before.
    package func names(
        in message: LegalAidApplication, addressed: CaseName?, partnerID: String
    ) -> [CaseName] {
        var names = [addressed].compactMap(\.self)
        if let number = message.text("reference.applicationNo") { names.append(.applicationNo(number)) }
        if let id = message.text("reference.messageId") { names.append(.message(partner: partnerID, id: id)) }
        if let reference = message.text("reference.senderCaseRef") {
            names.append(.key(senderReference(reference, partnerID: partnerID)))
        }
        if let number = message.text("reference.caseNumber") { names.append(.key(caseNumber(number))) }
        return names + self.person(in: message).map(CaseName.key)
    }

    /// The person whom a message is about.
    package func person(in message: LegalAidApplication) -> [String] {
        let referred = persons(in: message, at: "reference")
        return referred.isEmpty ? persons(in: message, at: "recipient") : referred
    }
}
