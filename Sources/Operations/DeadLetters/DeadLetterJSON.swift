import Canonical
import Foundation
import Messaging
import StrictJSON
import Transport
import Vocabulary

extension DeadLetterSummary {
    /// - Parameter language: the request's `Accept-Language`.
    public func json(_ language: String?) -> JSONValue {
        let code = FailureAdvice(self)
        return .compact([
            ("id", .string(id)), ("reason", .string(reason.rawValue)), ("cause", .string(cause.name)),
            ("code", .string(code.rawValue)), ("turn", .string(code.turn.rawValue)),
            ("happened", .string(code.happened.text(for: language))),
            ("advice", .string(code.advice.text(for: language))), ("channel", .string(channel.rawValue)),
            ("partner", .string(partnerID)), ("queue", .text(queue)), ("messageId", .text(senderMessageID)),
            ("since", .string(since.rfc3339)), ("attempts", JSONValue(attempts)),
            ("problem", .text(problem?.asFreeText)),
            ("documentErasedAt", .text(documentErasedAt?.rfc3339)), ("version", .string(version.text)),
            ("remedies", .array(code.remedies.map { .string($0.rawValue) })),
        ])
    }
}

extension DeadLetterView {
    /// Findings, marked places, history and remedies; the bytes themselves stay in the store.
    public func json(_ language: String?) -> JSONValue {
        var json = deadLetter.summary.json(language)
        json["correlationId"] = .string(deadLetter.summary.correlationID)
        json["mediaType"] = .string(deadLetter.mediaType)
        json["encoding"] = .text(deadLetter.encoding)
        json["bytes"] = JSONValue(deadLetter.payload.count)
        json["digest"] = .text(deadLetter.digest)
        json["about"] = deadLetter.terms.subject.map { subject in
            .compact([("kind", .string(subject.word)), ("referralId", .text(subject.referralID))])
        }
        json["askedMapping"] = deadLetter.terms.mapping.map { .string($0) }
        json["findings"] = .array(findings.map(\.json))
        json["excerpts"] = .array(excerpts.map { .array($0.map(\.json)) })
        json["origin"] = deadLetter.origin?.json
        json["changes"] = changes?.json
        json["history"] = .array(deadLetter.history.map(\.json))
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

extension DeadLetterOrigin {
    var json: JSONValue {
        [
            "deadLetter": .string(deadLetterID), "edited": .bool(isEdited), "by": .string(actor),
            "reason": .string(reason.asFreeText), "at": .string(at.rfc3339), "digest": .string(digest),
        ]
    }
}

extension HistoryEntry {
    var json: JSONValue {
        .compact([
            ("at", .string(at.rfc3339)), ("occurredAt", .text(occurredAt?.rfc3339)),
            ("event", .string(event.rawValue)), ("actor", .string(shownActor)), ("detail", .text(detail?.asFreeText)),
        ])
    }
}

extension CauseCount {
    public func json(_ language: String?) -> JSONValue {
        let code = FailureAdvice(cause)
        return [
            "cause": .string(cause.name), "reason": .string(cause.reason.rawValue), "code": .string(code.rawValue),
            "turn": .string(code.turn.rawValue), "happened": .string(code.happened.text(for: language)),
            "advice": .string(code.advice.text(for: language)), "count": JSONValue(count),
            "oldest": .string(oldest.rfc3339), "newest": .string(newest.rfc3339),
        ]
    }
}

extension OpenedDeadLetter {
    /// The document itself, in Base64 and, where it is text, as text.
    var json: JSONValue {
        .compact([
            ("id", .string(deadLetter.summary.id)), ("version", .string(deadLetter.summary.version.text)),
            ("mediaType", .string(deadLetter.mediaType)), ("encoding", .text(encoding)),
            ("digest", .text(deadLetter.digest)),
            ("text", .text(text)), ("base64", .string(base64(deadLetter.payload))),
        ])
    }
}

func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
