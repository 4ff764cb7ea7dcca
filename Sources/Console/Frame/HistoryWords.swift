import Canonical
import Operations
import Transport
import Vocabulary

/// What the events of histories and traces are called; in English they bear their own names, spelt out.
enum HistoryWords {
    static func name(_ event: String, _ language: Language) -> String {
        switch language {
        case .en: spelt(event)
        case .zh: event.hasPrefix("status ") ? told(String(event.dropFirst(7))) : chinese[event] ?? event
        }
    }

    private static func told(_ code: String) -> String { "状态：\(StatusCode(rawValue: code)?.zh ?? code)" }

    /// Where a case stands.
    static func name(ofCase state: CaseState, _ language: Language) -> String {
        language(state.zh, spelt(state.rawValue))
    }

    /// `transferSignedIn` as people write it: transfer signed in.
    private static func spelt(_ event: String) -> String {
        guard !event.contains(" ") else { return event }
        return event.reduce(into: "") { $0 += $1.isUppercase ? " " + $1.lowercased() : String($1) }
    }

    /// A dead letter of the referral channel that was resent ends thereby; a case's lawyer is replaced in another sense.
    static func name(_ step: Timeline.Step, _ language: Language) -> String {
        step.kind == .finished && step.label == "replaced"
            ? language("已由重发的报文替代", "taken over by the resent message") : name(step.label, language)
    }

    /// A detail that is one word of the gateway's own; whatever else stands there is told as it is.
    static func detail(_ detail: String, _ language: Language) -> String {
        if let role = OperatorRole(rawValue: detail) { return language.text(role.title) }
        if let outcome = Outcome(rawValue: detail) { return language.text(outcome.label) }
        return detail == "one-time" ? language("一次性密码", "one-time password") : detail
    }

    /// How good it is what became of a message.
    static func badge(of outcome: Outcome) -> String {
        switch outcome {
        case .accepted: "good"
        case .lead, .shared: ""
        case .parked: "warn"
        case .invalid: "bad"
        }
    }

    private static let chinese = [
        "received": "接收", "translated": "转换", "queued": "入队", "delivered": "已送达", "released": "退回队列",
        "dead": "转为异常报文", "requeued": "重新入队", "discarded": "丢弃", "editedAndResent": "编辑并重发", "retried": "重试",
        "next attempt": "下次尝试", "lease ends": "租约到期", "leaseEnded": "租约到期未确认", "resent": "已重新提交",
        "signedIn": "签收", "accept": "受理", "requestSupplement": "要求补正",
        "acceptProvisionally": "容缺受理", "supplemented": "已补正", "dueExpired": "补正到期", "askCrossRegion": "请求异地协作",
        "crossRegionAnswered": "异地协作答复", "startAdvance": "先行提供", "grant": "决定给予", "refuse": "决定不予",
        "withdraw": "撤回", "transfer": "转办", "checkNotice": "审核通知", "noticeIncomplete": "通知材料不全",
        "personRefuses": "当事人拒绝辩护", "refusalJustified": "拒绝理由成立", "renotified": "再次通知",
        "ownLawyerRetained": "自行委托辩护人", "assign": "指派", "agreementSigned": "签订委托协议", "workStarted": "开始承办",
        "replaceRequested": "申请更换承办人", "replaced": "更换承办人", "replaceDenied": "不予更换", "terminate": "终止",
        "close": "结案", "archive": "归档", "objectionFiled": "提出异议", "uphold": "维持", "orderCorrection": "责令改正",
        "supplement": "补充材料", "cancelled": "报送单位撤销", "parked": "等待原报文", "retry": "重试", "discard": "丢弃",
        "editAndResend": "编辑并重发", "chooseQueue": "指定承办机构", "unmask": "查看原文", "attachParked": "并入暂存报文",
        "endWaiting": "结束等待", "findPerson": "按证件号查找", "bulkRetry": "批量重试", "signIn": "登录",
        "signOut": "退出", "signInFailed": "登录失败", "bulkDiscard": "批量丢弃", "acknowledgeTrouble": "确认知悉",
        "withdrawAcknowledgement": "撤销确认",
        "retryNow": "立即重试", "pauseChannel": "暂停线路", "resumeChannel": "恢复线路",
        "testConnection": "测试回传地址",
        "addAccount": "新增用户", "changeRole": "更改角色", "changePassword": "更改密码", "disableAccount": "停用用户",
        "enableAccount": "启用用户", "pauseJob": "暂停任务", "resumeJob": "继续任务", "stopJob": "停止任务",
        "exportAudit": "导出审计", "backUp": "备份", "restore": "从备份恢复", "moveStore": "迁移存储", "start": "启动", "stop": "停止",
        "changeConfiguration": "配置或密钥变更",
        "rotateDataKey": "更换数据密钥", "rotateMasterKey": "更换主密钥", "giveUpIdentityKey": "放弃身份密钥", "beginSealing": "开始封签",
        "reload": "重新加载", "reloadRefused": "重新加载被拒", "credentialRefused": "凭据被拒", "arrangeDutyLawyer": "安排值班律师",
        "giveHelp": "提供法律帮助", "expired": "已过期",
        "paused": "暂停", "resumed": "恢复", "answered": "接收方已应答", "dueSoon": "时限临近", "overdue": "时限逾期",
        "limitsMoved": "时限重新计算",
        "related": "发现关联案件", "notCompared": "未能与已损坏的申请比对", "evidenceFound": "查到共享信息", "caseEvent": "案件进展",
        "withdrawalReceived": "收到撤回",
        "transferProposed": "提出转办", "transferSignedIn": "转办签收", "transferReturned": "转办退回",
        "transferEscalated": "转办逾期上报", "transferAssigned": "指定承办机构", "transferNoted": "记录转办",
        "externalHandover": "转交本系统以外的机构", "externalReceipt": "市外机构已回执", "corrected": "报送单位已更正重发",
        "correctedBySender": "报送单位更正",
        "matched": "已匹配原转介", "materialsAdded": "补充材料", "returned": "退回报送单位", "queueChosen": "指定承办机构",
        "suggestSupport": "建议支持起诉", "suggestRelief": "建议给予救助", "inForce": "规则生效",
        "terminationServed": "终止决定已送达", "decisionServed": "决定书已送达", "papersComplete": "材料已补齐",
        "claimFiled": "已立案或已申请仲裁复议", "apply": "转为法律援助申请", "papersFiledWithCourt": "已向法院提交委托材料",
        "leadContacted": "已联系线索当事人", "leadConsented": "线索当事人申请援助", "leadDeclined": "线索当事人不申请",
        "leadPassedOn": "线索转其他机构", "sharesErased": "共享信息到期删除", "subjectCorrected": "应当事人请求更正",
        "eraseByRetention": "按保存期限删除", "exportSubject": "导出个人信息", "correctSubject": "更正个人信息",
        "eraseSubject": "删除个人信息", "closingPapersReceived": "已收结案材料", "closingPapersReviewed": "结案材料已审查",
    ]
}
