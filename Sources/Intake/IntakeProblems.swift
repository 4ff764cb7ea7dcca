import StrictJSON
import Transport

extension Problem {
    /// The sender has mended its message itself: there is nothing left to resend.
    static func correctedBySender(referralID: String) -> Problem {
        var problem = Problem(
            .wrongState, zh: "报送单位已重新发送更正后的报文并被接收，这件异常报文已结束，无需再处理。",
            en: "The sender has meanwhile sent the corrected message and it was taken; this dead letter has ended.")
        problem.members = [("messageId", .string(referralID))]
        return problem
    }

    static let deadLetterEnded = Problem(
        .wrongState, zh: "这件异常报文已由他人处理。", en: "Somebody else has dealt with this dead letter already.")

    /// - Parameter referralID: of the message that the id was used for first.
    static func messageIDConflict(referralID: String) -> Problem {
        var problem = Problem(
            .messageIdConflict, zh: "同一报文编号此前已用于不同内容。请换用新的报文编号，或提交更正/撤销报文。",
            en: "This message id was used before for other content. Use a new id, or send a correction or cancellation."
        )
        problem.members = [("messageId", .string(referralID))]
        return problem
    }

    /// A referral of somebody else's is answered like one that does not exist.
    static let noSuchReferral = Problem(
        .notFound, zh: "没有这份转介，或它不是贵单位提交的。", en: "No such referral, or it is not yours.")
}
