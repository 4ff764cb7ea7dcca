import Vocabulary

/// What the columns of the commands' tables are called: by the names that answers give their members, and in Chinese beside.
enum ColumnName {
    static func of(_ member: String) -> LocalizedText {
        chinese[member].map { LocalizedText($0, member) } ?? LocalizedText(same: member)
    }

    private static let chinese = [
        "advice": "怎么办", "advice.en": "怎么办", "advice.zh": "怎么办", "alert": "告警", "applicationNo": "申请编号", "at": "时间",
        "basis": "依据",
        "beganAt": "开始于", "bound": "性质", "cause": "原因", "circuit": "熔断", "clock": "时限", "code": "代码",
        "condition": "条件", "count": "件数", "day": "日期", "deadLetters": "异常报文", "depth": "件数", "dueAt": "到期",
        "errorRate24h": "24 小时出错率", "from": "原到期", "id": "编号", "institution": "机构", "kind": "种类",
        "lastSeen": "最近一次", "lastSuccessAt": "最近送达", "messageId": "报文编号", "messages24h": "24 小时报文",
        "mostUrgent": "最紧", "name": "名称", "note": "说明", "oldest": "最早", "ours": "本方", "outcome": "结果",
        "overdue": "逾期", "partner": "报送单位", "paused.since": "暂停于", "pending": "待处理", "provisional": "暂定",
        "queue": "队列", "received": "接收", "receivedAt": "收到", "referralId": "转介编号", "refused": "退回", "rule": "规则",
        "accepted": "接受", "since": "自", "state": "状态", "statusBacklog": "待确认状态", "subject": "对象", "text": "内容",
        "to": "新到期", "told": "已告知", "turn": "轮到谁", "unconfirmed": "未确认", "until": "至", "urgency": "紧急程度",
        "wasProvisional": "原为暂定", "yours": "对方",
    ]
}

/// Values of answers as people read them.
enum Cell {
    /// A moment loses its seconds and its zone, which is China's everywhere; whatever else stands as it is.
    static func text(_ value: String) -> String {
        guard let match = value.wholeMatch(of: /(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?\+08:00/) else {
            return value
        }
        return "\(match.1) \(match.2)"
    }

    /// Thousands apart.
    static func figure(_ number: Int) -> String {
        let digits = String(number.magnitude)
        let head = digits.count % 3
        var groups = head > 0 ? [String(digits.prefix(head))] : []
        var rest = digits.dropFirst(head)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
        return (number < 0 ? "-" : "") + groups.joined(separator: ",")
    }
}
