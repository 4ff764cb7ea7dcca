import Transport
import Vocabulary

extension Problem {
    /// What was asked for was erased after its period, or because its person had asked for it.
    static func erased(at moment: Instant) -> Problem {
        Problem(
            .notFound, zh: "内容已于 \(moment.rfc3339) 按保存期限或当事人请求删除，仅存编号、时间与摘要，不能再查看或重试。",
            en:
                "The content was erased at \(moment.rfc3339), after its period or on request: only numbers, times and digests are kept. It can be neither shown nor retried."
        )
    }
}
