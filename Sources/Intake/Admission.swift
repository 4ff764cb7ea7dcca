import Messaging
import StrictJSON
import Translation
import Transport

/// What became of a submission, in values: whoever took it in writes the answer in the sender's format.
public enum Admission: Sendable {
    /// Stored; `written` is the receipt as it was stored, JSON.
    case new(Receipt, written: [UInt8])
    /// Kept, but nothing could be made of it: a dead letter. A corrected message may bear the same id.
    case invalid(InvalidReferral)
    /// The same message was stored before: its first answer stands.
    case same(StoredAnswer)
    /// The message's id was used before for other content, by this referral.
    case conflict(referralID: String)
    /// The dead letter that it was to take the place of has ended already.
    case superseded

    init(_ acceptance: Acceptance, of packed: PackedReferral) {
        switch acceptance {
        case .stored:
            switch packed.answer {
            case .receipt(let pending): self = .new(pending.receipt, written: packed.commit.answer)
            case .invalid(let invalid): self = .invalid(invalid)
            }
        case .resolved(let answer):
            switch packed.answer {
            case .receipt(let pending): self = .new(pending.receipt, written: answer.bytes)
            case .invalid(let invalid): self = .invalid(invalid)
            }
        case .replayed(let referralID, let answer):
            self = .same(
                StoredAnswer(referralID: referralID, isProblem: packed.commit.isInvalid, bytes: answer))
        case .conflict(let referralID): self = .conflict(referralID: referralID)
        case .superseded: self = .superseded
        }
    }
}

/// A message that was kept and that nothing could be made of.
public struct InvalidReferral: Sendable {
    public let referralID: String
    /// All that was found, what must be mended first.
    public let findings: [Finding]

    public init(referralID: String, findings: [Finding]) {
        self.referralID = referralID
        let isError = { (finding: Finding) in finding.severity == .error }
        self.findings = findings.filter(isError) + findings.filter { !isError($0) }
    }

    /// What its sender is told.
    public var problem: Problem {
        var problem = Problem(
            .notTranslatable, zh: "报文已留存，但无法转换为法律援助申请。请按 errors 所列逐项更正（severity 为 error 的必须更正）后重新发送，可沿用原报文编号。",
            en:
                "The message was kept but cannot become an application. Mend what errors lists (what has severity error must be) and send it again; the id may be reused."
        )
        problem.errors = findings.map(\.json)
        problem.members = [("messageId", .string(referralID))]
        return problem
    }
}

/// An answer as it was stored with its referral.
public struct StoredAnswer: Sendable {
    public let referralID: String
    /// Whether it is the problem of a message that is still invalid, and not a receipt.
    public let isProblem: Bool
    /// JSON.
    public let bytes: [UInt8]

    /// For answers in another format.
    ///
    /// - Throws: `StoreError.corrupt` where the store's bytes are no JSON object.
    public func json() throws(StoreError) -> JSONValue {
        .object(try JSONObject(stored: bytes, "the answer to referral \(referralID)"))
    }
}
