import Canonical
import Foundation
import Messaging
import StrictJSON
import Transport

extension DeadLetterSummary {
    /// - Parameter language: the request's `Accept-Language`.
    public func json(_ language: String?) -> JSONValue {
        let code = LetterCode(cause)
        return .compact([
            ("id", .string(id)), ("reason", .string(reason.rawValue)), ("cause", .string(cause.name)),
            ("code", .string(code.rawValue)), ("turn", .string(code.turn.rawValue)),
            ("happened", .string(code.happened.text(for: language))),
            ("advice", .string(code.advice.text(for: language))), ("channel", .string(channel.rawValue)),
            ("partner", .string(partnerID)), ("queue", .text(queue)), ("messageId", .text(senderMessageID)),
            ("since", .string(since.rfc3339)), ("attempts", JSONValue(attempts)), ("problem", .text(problem)),
            ("version", .string(version.text)),
            ("remedies", .array(code.remedies.map { .string($0.rawValue) })),
        ])
    }
}

extension LetterView {
    /// Findings, marked places, history and remedies; the bytes themselves stay in the store.
    public func json(_ language: String?) -> JSONValue {
        var json = letter.summary.json(language)
        json["correlationId"] = .string(letter.summary.correlationID)
        json["mediaType"] = .string(letter.mediaType)
        json["encoding"] = .text(letter.encoding)
        json["bytes"] = JSONValue(letter.payload.count)
        json["digest"] = .text(letter.digest)
        json["about"] = letter.terms.subject.map { subject in
            .compact([("kind", .string(subject.kind)), ("referralId", .text(subject.referralID))])
        }
        json["askedMapping"] = letter.terms.mapping.map { .string($0) }
        json["findings"] = .array(findings.map(\.json))
        json["excerpts"] = .array(excerpts.map { .array($0.map(\.json)) })
        json["origin"] = letter.origin?.json
        json["changes"] = changes?.json
        json["history"] = .array(letter.history.map(\.json))
        return json
    }
}

extension ExcerptLine {
    var json: JSONValue {
        .compact([
            ("line", JSONValue(number)), ("firstColumn", JSONValue(firstColumn)), ("text", .string(text)),
            ("markedColumn", markedColumn.map { JSONValue($0) }),
        ])
    }
}

extension LetterOrigin {
    var json: JSONValue {
        [
            "deadLetter": .string(letterID), "edited": .bool(isEdited), "by": .string(actor),
            "reason": .string(reason), "at": .string(at.rfc3339), "digest": .string(digest),
        ]
    }
}

extension HistoryEntry {
    var json: JSONValue {
        .compact([
            ("at", .string(at.rfc3339)), ("event", .string(event)), ("actor", .string(actor)),
            ("detail", .text(detail)),
        ])
    }
}

extension CauseCount {
    public func json(_ language: String?) -> JSONValue {
        let code = LetterCode(cause)
        return [
            "cause": .string(cause.name), "reason": .string(cause.reason.rawValue), "code": .string(code.rawValue),
            "turn": .string(code.turn.rawValue), "happened": .string(code.happened.text(for: language)),
            "advice": .string(code.advice.text(for: language)), "count": JSONValue(count),
            "oldest": .string(oldest.rfc3339), "newest": .string(newest.rfc3339),
        ]
    }
}

extension OpenLetter {
    /// The document itself, in Base64 and, where it is text, as text.
    var json: JSONValue {
        .compact([
            ("id", .string(letter.summary.id)), ("version", .string(letter.summary.version.text)),
            ("mediaType", .string(letter.mediaType)), ("encoding", .text(encoding)), ("digest", .text(letter.digest)),
            ("text", .text(text)), ("base64", .string(base64(letter.payload))),
        ])
    }
}

func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
