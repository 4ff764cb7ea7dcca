import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

/// What a kit says in words, Chinese first.
struct KitTexts {
    let partner: Partner

    /// A text with the partner's own words in it.
    func filled(_ template: [UInt8]) -> [UInt8] {
        let words = ["id": partner.id, "name": partner.name, "version": Release.version]
        let text = words.reduce(String(decoding: template, as: UTF8.self)) {
            $0.replacing("{{\($1.key)}}", with: $1.value)
        }
        return Array(text.utf8)
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
                + " |"
        }
        return ([line(header), "|" + header.map { _ in "---|" }.joined()] + rows.map(line)).joined(separator: "\n")
            + "\n"
    }

    static func index(_ entries: [MappingEntry]) -> String {
        "# 可以发送的报文 The messages that you may send\n\n"
            + table(
                ["编号 id", "名称 name", "种类 kinds", "格式 format", "版本 version"],
                entries.map { entry in
                    [
                        "[\(entry.id)](\(entry.id)/fields.md)", entry.title,
                        entry.kinds.map { "\($0.zh) \($0.rawValue)" }.joined(separator: "、"), entry.format.rawValue,
                        "\(entry.version)",
                    ]
                }) + """

                每种报文的目录里有 `fields.md`、`fields.csv`（字段对照表和代码表）、`schema.xsd` 或 `schema.json`（报文结构），\
                `examples/` 为样例：`all-fields` 填满全部字段，`required-only` 只填必填项，`dirty-` 写法不规范但可接收，\
                `invalid-` 和 `attack-` 不被接收。样例旁的 `.answer-状态码.json`（`.xml`）是它作为第一份报文发送时得到的应答，\
                编号和时间为示例。样例中的人员和案件均为虚构。

                Beside each example lies the answer that it gets as a first message; its numbers and times are examples. \
                `dirty-` is taken with warnings, `invalid-` and `attack-` are refused. All people and cases are invented.

                """
    }

    // MARK: Statuses

    /// How much of a status is told.
    private static func told(_ detail: StatusVisibility.Detail) -> String {
        switch detail {
        case .withheld: ""
        case .bare: "状态、机构和电话 code, institution and telephone"
        case .classOnly: "状态、机构和理由类别 code, institution and the class of the reason"
        case .lawyerOnly: "全部，承办人只含单位和姓名 everything, of the lawyer firm and name only"
        case .full: "全部 everything"
        }
    }

    var statusCodes: String {
        let rows = StatusCode.allCases.compactMap { code -> [String]? in
            let detail = StatusVisibility.detail(of: code, for: partner.kind.audience)
            guard detail != .withheld, let moment = code.moment else { return nil }
            return [code.rawValue, code.zh, moment.zh + " " + moment.en, Self.told(detail)]
        }
        let format = partner.statusMapping.map {
            "格式见 [\($0)](\($0)/fields.md)，样例见其 `examples/`。 The format is \($0); examples lie beside it."
        }
        return "# 网关告知的状态 What you are told\n\n"
            + Self.table(["代码 code", "含义 meaning", "时点 when", "内容 content"], rows)
            + "\n接收回执不是状态：回执即调用的应答。 The receipt is no status: it is the answer to your call.\n\n"
            + (format
                ?? "贵单位没有登记状态格式，不会收到状态；`GET /v1/referrals/{id}` 可查询。 No status format is registered for you: look with GET /v1/referrals/{id}.")
            + "\n"
    }

    // MARK: Errors

    static func errors(_ rows: [ErrorTable.Row]) -> String {
        func part(_ family: ErrorTable.Family, _ title: String) -> String {
            "## \(title)\n\n"
                + table(
                    ["代码 code", "由谁处理 whose turn", "原因 cause", "处理 what to do"],
                    rows.filter { $0.family == family }.map {
                        [
                            "`\($0.code)`", $0.turn.label.zh + " " + $0.turn.label.en,
                            $0.happened.zh + " " + $0.happened.en, $0.advice.zh + " " + $0.advice.en,
                        ]
                    }) + "\n"
        }
        return "# 错误 Errors\n\n"
            + part(.answer, "应答 Answers（`type` 为 urn:legal-aid-gateway:problem:代码）")
            + part(.finding, "报文中的问题 What is said of a document（`errors` 和 `findings` 的 `code`）")
    }

    // MARK: Push

    var push: String {
        let way: String
        if let address = partner.returnAddress {
            way = pushed(to: address)
        } else if let folders = partner.exchange {
            way = Self.exchanged(folders)
        } else {
            way = Self.fetched
        }
        return "# 状态如何到达 How statuses reach you\n\n" + way + Self.checks
    }

    private func pushed(to address: ReturnAddress) -> String {
        let policy = partner.retryPolicy
        let confirmation =
            address.confirmation.map {
                "应答为 2xx，且 XPath `\($0.path)` 的值为 `\($0.equals)`（JSON 从 `/root` 起）。 2xx, and `\($0.equals)` at that XPath."
            } ?? "应答为任何 2xx。 Any 2xx."
        return """
            网关以 `POST` 推送到登记的回传地址。 The gateway pushes with POST to your return address.

            | 请求头 header | 内容 content |
            |---|---|
            | `Content-Type` | 报文类型和编码 media type and charset |
            | `Idempotency-Key` | 状态编号；重复推送时不变 the status's id, the same in every attempt |
            | `X-Correlation-Id` | 受理号 the application |
            | `traceparent` | W3C Trace Context |
            | `Authorization` | \(address.token == nil ? "没有：未登记贵单位给网关的令牌 none is registered" : "`Bearer` 贵单位给网关的令牌 the token that you gave the gateway") |
            | `X-Gateway-Ping` | 仅连接测试时为 `true`：不是状态，答 2xx 即可 a test of the connection alone: no status, answer 2xx |

            - 确认 confirmation：\(confirmation)
            - 每次推送限时 \(address.timeout.components.seconds) 秒，同时至多 \(address.concurrency) 条。 \(address.timeout.components.seconds) seconds for a push, at most \(address.concurrency) at once.
            - 重试 retries：408、425、429、5xx、未确认和连接失败会重试，遵从 `Retry-After`；间隔加倍，至多 \(policy.cap / 1000) 秒；\(policy.maxAttempts) 次或 \(policy.keep / 3_600_000) 小时后停止。其他应答（含重定向）视为拒绝，不再重试。 408, 425, 429, 5xx, missing confirmation and broken lines are tried again, at most \(policy.maxAttempts) times within \(policy.keep / 3_600_000) hours; any other answer is a refusal for good.
            - 次序 order：同一受理号的状态按先后推送，前一条未确认时后一条等待；不同受理号之间没有次序。 In order within an application, none between applications.
            - 失败的状态用 `GET /v1/statuses?state=failed` 查看，排除故障后用 `POST /v1/statuses/replay` 重发。 See failed ones there, and have them sent again.
            - `python3 clients/client.py receive 端口 目录` 是一个可用的接收程序。 is a working receiver.


            """
    }

    private static let fetched = """
        贵单位没有登记回传地址，状态由贵单位读取。 No return address is registered: you fetch your statuses.

        - `GET /v1/status-events?wait=30` 按次序给出未读的状态，没有时最多等 30 秒；应答的 `next` 是游标。 gives unread statuses in order; `next` is the cursor.
        - 状态存妥之后，用 `after=游标` 继续读：游标及之前的即视为送达。未确认的下次再给，不会丢失。 Go on with `after` once what came is saved: that confirms it. What is not confirmed comes again.
        - `idempotencyKey` 相同即同一状态。 The same key is the same status.
        - `python3 clients/client.py follow 目录` 按此读取。 does just that.


        """

    private static func exchanged(_ folders: ExchangeFolders) -> String {
        """
        贵单位经交换目录收取状态和回执。 You are told by exchange folders.

        - 状态文件名为 `编号.status.xml` 或 `.json`；同名文件是同一状态。 A file of the same name is the same status once more.
        - \(folders.marker.map { "文件写完后另有同名加 `\($0)` 的空文件；有了它才读。 A file is complete once an empty one of its name and `\($0)` is beside it." } ?? "文件以其最终名称出现时即已写完。 A file is complete as soon as it bears its name.")
        - 发来的文件得到 `原名.receipt.…`（已接收）或 `原名.error.…`（未接收）。 What you send is answered by a file of its name.


        """
    }

    private static let checks = """
        ## 核对 Checks

        - 编号（`Idempotency-Key`、`idempotencyKey`、文件名）识别重复。 The id tells repetitions.
        - 受理号与回执的 `applicationNo` 一致。 The application is the receipt's.
        - `GET /v1/statuses` 和 `GET /v1/status-events` 给出每条状态内容的 SHA-256 和 SM3 摘要，推送收到的内容可据此核对。 They give the digests of each status's content.
        - 签名（RFC 9421）目前没有。 Statuses are not signed today.

        """
}
