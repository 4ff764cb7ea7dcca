import Canonical
import Messaging
import StrictJSON
import Vocabulary

/// The person whom a message about an earlier referral names, as far as it does.
package struct NamedPerson: Sendable {
    private let idNumber: Sensitive<String>?
    private let name: Sensitive<String>?
    private let birthDate: Sensitive<String>?

    /// How much an application's person is the one who is named.
    private enum Likeness {
        /// By identity document, or by name and birth date (DU-03).
        case same
        /// Nothing else can be held against each other.
        case nameAlone
        /// Nothing at all can.
        case unknown
        case other
    }

    package init(in message: LegalAidApplication) {
        func said(_ field: String) -> Sensitive<String>? {
            message.personal("reference.\(field)") ?? message.personal("recipient.\(field)")
        }
        idNumber = said("idNumber")
        name = said("name")
        birthDate = said("birthDate")
    }

    /// The canonical field by which the message names the person best.
    package static func field(in message: LegalAidApplication) -> String? {
        ["reference.idNumber", "recipient.idNumber", "reference.name", "recipient.name"].first {
            message.personal($0) != nil
        }
    }

    private var isUnnamed: Bool { idNumber == nil && name == nil && birthDate == nil }

    /// Those of the applications that are the named person's. A name alone decides between none of several.
    ///
    /// - Parameter isExact: whether the applications were found by a name that only theirs bear, and not by a case that they
    ///   may share with others: then it does no harm that a person is not known well enough to compare.
    /// - Throws: `StoreError.corrupt` where an application cannot be read.
    package func among(
        _ found: [ApplicationRecord], isExact: Bool
    ) throws(StoreError) -> [ApplicationRecord] {
        if isUnnamed { return found }
        var meant: [ApplicationRecord] = []
        for record in found {
            switch likeness(to: try record.application) {
            case .same: meant.append(record)
            case .nameAlone: if found.count == 1 { meant.append(record) }
            case .unknown: if found.count == 1, isExact { meant.append(record) }
            case .other: break
            }
        }
        return meant
    }

    /// The identity document decides where both sides have one.
    private func likeness(to application: LegalAidApplication) -> Likeness {
        if let idNumber, let other = application.idNumber {
            return Self.plain(idNumber) == Self.plain(other) ? .same : .other
        }
        let sameName = Self.agree(name, application.name)
        let sameBirth = Self.agree(birthDate, application.personal("recipient.birthDate"))
        if sameName == false || sameBirth == false { return .other }
        if sameName == true { return sameBirth == true ? .same : .nameAlone }
        return .unknown
    }

    /// Nothing where one of them is not known.
    private static func agree(_ one: Sensitive<String>?, _ other: Sensitive<String>?) -> Bool? {
        guard let one, let other else { return nil }
        return plain(one) == plain(other)
    }

    private static func plain(_ said: Sensitive<String>) -> Sensitive<String> {
        said.map { $0.filter { !$0.isWhitespace }.uppercased() }
    }
}

extension CaseClerk {
    /// Which of the applications that a follow-up's strongest name leads to are meant: those of its person, and only the
    /// sender's own where it wants to add to them or take them back.
    ///
    /// - Returns: nothing where a case or a reference that several share does not say which.
    public func meant(
        _ found: [ApplicationRecord], by followUp: FollowUp
    ) throws(StoreError) -> [ApplicationRecord] {
        guard let name = followUp.names.first else { return [] }
        let theirs =
            switch followUp.kind {
            case .supplement, .cancel: found.filter { $0.partnerID == followUp.partnerID }
            case .caseEvent, .transfer, .statusShare: found
            }
        let meant = try NamedPerson(in: try followUp.said).among(theirs, isExact: name.isExact)
        return name.isExact || meant.count == 1 ? meant : []
    }
}

extension CaseName {
    /// Whether it names one referral or application, and nothing that others may share.
    fileprivate var isExact: Bool {
        switch self {
        case .applicationNo, .referral, .message: true
        case .key: false
        }
    }
}
