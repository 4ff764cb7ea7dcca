import Messaging

@testable import Storage

/// Rows for every table that a schema ever had: one for each word that a column may hold. A column that a schema has not is
/// left out; one that must be filled and is not named here gets a value of its type.
enum MigrationRows {
    typealias Row = [String: SQLValue]

    /// Parents before those that name them; whatever is not listed comes last, with one row.
    static let order = [
        "referral", "application", "dead_letter_pile", "dead_letter_count", "message", "status", "follow_up",
        "operator_account",
    ]

    /// Rows of these are made under a master key only, and a store with them is not opened without it.
    static let keyTables: Set = ["data_key", "sealing"]

    static func rows(of table: String, schema: Int) -> [Row] {
        switch table {
        case _ where keyTables.contains(table): []
        case "referral": referrals
        case "application": applications(schema)
        case "message": openMessages + deadLetters(schema)
        case "dead_letter_pile", "dead_letter_count":
            deadLetters(schema).map { letter in
                var row = letter.filter { ["partner", "cause", "channel", "reason"].contains($0.key) }
                row["id"] = letter["count_row"]
                row["queue"] = letter["channel"] == .text("application") ? letter["recipient"] : .text("")
                (row["messages"], row["letters"]) = (.int(1), .int(1))
                return row
            }
        case "follow_up": followUps
        case "history": history
        case "desk_job", "bulk_job":
            ["running", "paused", "stopped", "finished"].map {
                [
                    "id": .text("JOB-\($0)"), "filter": .text("{}"), "role": .text("operator"), "rate": .int(5),
                    "state": .text($0),
                ]
            }
        case "operator_account":
            ["viewer", "operator", "auditor", "administrator"].map { ["name": .text($0), "role": .text($0)] }
        default: [singles[table] ?? [:]]
        }
    }

    private static let referrals: [Row] = ["accepted", "lead", "shared", "parked", "invalid"].map {
        [
            "id": .text("R-\($0)"), "partner": .text("court"),
            "message_id": $0 == "invalid" ? .null : .text("M-\($0)"), "outcome": .text($0),
            "is_invalid": .flag($0 == "invalid"), "answer": .blob(Array("{}".utf8)),
            "corrects": $0 == "accepted" ? .text("R-invalid") : .null,
        ]
    }

    /// Schema 14 left only states that an application can be in.
    private static func applications(_ schema: Int) -> [Row] {
        let states = ["leadOnly", "routingManual", "queued", "signedIn", "returnedToSender", "handedOver", "cancelled"]
        let former = [
            "received", "quarantined", "duplicate", "normalized", "shared", "routed", "parked", "attached",
        ]
        return (states + (schema < 14 ? former : [])).map { state in
            [
                "no": .text("LA-\(state)"), "referral_id": .text(state == "leadOnly" ? "R-lead" : "R-accepted"),
                "queue": state == "routingManual" ? .null : .text("CZ-TN"), "content": .blob(Array(#"{"a":1}"#.utf8)),
                "case_state": state == "signedIn" ? .text("accepted") : .null, "referral_state": .text(state),
                "road": state == "signedIn" ? .text("byNotification") : .null,
                "aid_route": .text(state == "signedIn" ? "byNotification" : "byApplication"), "version": .int(3),
                "handover_state": .text(state == "queued" ? "proposed" : "collected"),
                "handover_to": state == "queued" ? .text("CZ-WJ") : .null,
                "handover_due": state == "queued" ? .int(7) : .null,
                "lead_state": state == "leadOnly" ? .text("registered") : .null,
            ]
        }
    }

    private static let openMessages: [Row] = [
        ("queued", "application"), ("claimed", "status"), ("delivered", "application"), ("discarded", "referral"),
    ].map { state, channel in
        [
            "id": .text("MSG-\(state)"), "channel": .text(channel),
            "correlation_id": .text(channel == "referral" ? "R-accepted" : "LA-queued"), "partner": .text("court"),
            "recipient": .text(channel == "status" ? "court" : "CZ-TN"),
            "payload": channel == "status" ? .blob([1, 2]) : .null, "state": .text(state),
            "ready_at": ["queued", "claimed"].contains(state) ? .int(0) : .null,
            "finished_at": ["delivered", "discarded"].contains(state) ? .int(9) : .null,
        ]
    }

    /// The first releases knew no cause but the reason; the figures came with schema 9.
    private static func deadLetters(_ schema: Int) -> [Row] {
        let kinds = [
            ("invalid", "referral", "R-invalid"), ("unroutable", "application", "LA-routingManual"),
            ("exhausted", "application", "LA-queued"), ("undeliverable", "status", "LA-queued"),
            ("expired", "status", "LA-signedIn"),
        ]
        return kinds.enumerated().map { index, kind in
            [
                "id": .text("DEAD-\(kind.0)"), "channel": .text(kind.1), "correlation_id": .text(kind.2),
                "partner": .text("court"), "recipient": kind.1 == "referral" ? .null : .text("CZ-TN"),
                "payload": kind.1 == "status" ? .blob([3]) : .null, "state": .text("dead"), "reason": .text(kind.0),
                "dead_since": .int(index), "cause": .text(schema < 14 ? kind.0 : "\(kind.0)/other"),
                "pile": .int(index + 1), "count_row": .int(index + 1), "findings": .blob(Array("[]".utf8)),
            ]
        }
    }

    private static let followUps: [Row] = ["supplement", "cancel", "caseEvent", "transfer", "statusShare"].enumerated()
        .map {
            [
                "names": .text("k:k"), "id": .text("F-\($1)"), "referral_id": .text("R-parked"),
                "partner": .text("court"), "kind": .text($1),
                "state": .text(["parked", "attached", "quarantined"][$0 % 3]), "content": .blob(Array("{}".utf8)),
            ]
        }

    private static let history: [Row] = [
        ("LA-queued", "received", nil), ("LA-queued", "supplemented", "2 materials, 1 new"),
        ("LA-signedIn", "supplemented", "asked"), ("R-accepted", "delivered", nil),
    ].map { subject, event, detail in
        ["subject": .text(subject), "event": .text(event), "actor": .text("court"), "detail": .optional(detail)]
    }

    private static let object = SQLValue.blob(Array("{}".utf8))

    /// Tables whose one row must be of a kind.
    private static let singles: [String: Row] = [
        "status": [
            "id": .text("S"), "application_no": .text("LA-queued"), "code": .text("00"), "content": object,
        ],
        "heartbeat": ["id": .int(1)], "recount": ["id": .int(1)],
        "case_key": ["quarter": .int(8095), "key": .text("k"), "application_no": .text("LA-queued")],
        "related_case": ["application_no": .text("LA-queued"), "other_no": .text("LA-signedIn")],
        "awaited_key": ["key": .text("k"), "follow_up_id": .text("F-supplement")],
        "followed_by": ["application_no": .text("LA-queued"), "follow_up_id": .text("F-cancel")],
        "clock": [
            "application_no": .text("LA-queued"), "id": .text("CLK-04"), "content": object, "is_running": .int(1),
        ],
        "evidence": [
            "id": .text("E"), "person": .text("p"), "content": .blob(Array("[]".utf8)), "keep_until": .integer(.max),
        ],
        "outlet_pause": ["channel": .text("application"), "recipient": .text("CZ-TN")],
        "endpoint_pause": ["channel": .text("application"), "recipient": .text("CZ-TN")],
        "audit": [
            "seq": .int(1), "at": .int(0), "actor": .text("wang"), "role": .text("operator"),
            "action": .text("discard"),
            "subject": .text("DEAD-1"), "detail": .text("because"),
            "previous": .text(String(repeating: "0", count: 64)), "hash": .text("h"),
        ],
        "audit_end": ["id": .int(1), "seq": .int(1), "hash": .text("h"), "at": .int(0), "code": .text("c")],
        "audit_head": ["id": .int(1), "seq": .int(1), "hash": .text("h")],
        "operator_session": ["token_hash": .text("t"), "account": .text("viewer"), "ends_at": .integer(.max)],
        "reference_cursor": ["id": .int(1), "referral_id": .text("R-accepted")],
        "drift_week": [
            "partner": .text("court"), "mapping": .text("m"), "week": .text("2024-W07"), "documents": .int(3),
        ],
        "drift_field": ["partner": .text("court"), "mapping": .text("m"), "week": .text("2024-W07")],
        "drift_code": ["partner": .text("court"), "mapping": .text("m"), "week": .text("2024-W07")],
        "upload": [
            "partner": .text("court"), "sha256": .text("a"), "media_type": .text("text/plain"), "size": .int(1),
        ],
        "commit_link": [
            "id": .int(1), "magic": .blob(Array("LGAR-commit-link".utf8)),
            "previous": .blob(Array(repeating: 0, count: 16)), "own": .blob(Array(repeating: 7, count: 16)),
        ],
        "identity_key": ["id": .int(1)],
        "upload_reference": ["partner": .text("court"), "sha256": .text("a"), "referral_id": .text("R-accepted")],
        "erasure": ["seq": .int(1)],
        "erased_record": ["erasure": .int(1)],
        "reckoning": ["id": .int(1), "rules": .text("r"), "is_done": .flag(false)],
        "moved_limit": [
            "application_no": .text("LA-queued"), "clock": .text("CLK-04"), "was_provisional": .flag(true),
            "is_provisional": .flag(false),
        ],
        "hearing": ["application_no": .text("LA-queued")],
    ]
}
