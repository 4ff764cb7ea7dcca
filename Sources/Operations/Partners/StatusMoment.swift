import Vocabulary

extension StatusCode {
    /// When a sender is told it; nothing for what is never sent as a status.
    var moment: LocalizedText? {
        switch self {
        // The receipt is the answer to the call, or the file beside the sender's own.
        case .ackReceived: nil
        case .signedIn: LocalizedText(zh: "承办机构工作人员签收后", en: "a person at the institution signed it in")
        case .accepted:
            LocalizedText(zh: "机构受理，或材料补正后受理", en: "the institution accepted it, perhaps after papers were supplied")
        case .supplementRequested:
            LocalizedText(zh: "机构要求补充材料或说明，附清单", en: "the institution asks for papers or words, with a list")
        case .provisionallyAccepted:
            LocalizedText(zh: "机构容缺受理，附所缺材料和期限", en: "accepted with papers to come, which are listed with their date")
        case .granted:
            LocalizedText(zh: "机构决定给予法律援助，或异议后责令改正", en: "aid was granted, or ordered to be after an objection")
        case .refused: LocalizedText(zh: "机构决定不予法律援助", en: "aid was refused")
        case .leadRegistered:
            LocalizedText(
                zh: "未见当事人申请，登记为线索；线索有结果时再告知", en: "registered as a lead, and again when something came of it")
        case .withdrawn: LocalizedText(zh: "当事人撤回申请", en: "the person withdrew")
        case .deemedWithdrawn: LocalizedText(zh: "逾期未补正，视为撤回", en: "papers did not come in time")
        case .advanceAid: LocalizedText(zh: "机构决定先行提供法律援助", en: "aid is given ahead of the decision")
        case .transferred: LocalizedText(zh: "转由其他机构承办后", en: "another institution has it now")
        case .assigned: LocalizedText(zh: "机构指派承办人员后", en: "a lawyer was assigned")
        case .inProgress: LocalizedText(zh: "承办人员开始办理后", en: "work has begun")
        case .replaced: LocalizedText(zh: "更换承办人员后", en: "another lawyer has taken over")
        case .terminated:
            LocalizedText(
                zh: "法律援助终止，或当事人自行委托、拒绝理由成立", en: "aid ended early, or the person has a lawyer or refused with reason")
        case .closed: LocalizedText(zh: "结案后", en: "the case is closed")
        case .objectionResult: LocalizedText(zh: "对决定的异议审查后维持", en: "an objection was examined and the decision stands")
        case .dutyLawyerArranged: LocalizedText(zh: "安排值班律师后", en: "a duty lawyer was arranged")
        case .helpGiven: LocalizedText(zh: "值班律师提供帮助后", en: "the duty lawyer has helped")
        case .ackRejected:
            LocalizedText(
                zh: "报文无法处理，由网关人员作废并说明理由", en: "the message was laid aside by the gateway's people, with a reason")
        }
    }
}
