import Canonical
import Messaging
import StrictJSON
import Vocabulary

/// A letter that brings the whole application: through whose hands it came.
extension LegalAidApplication {
    /// The chain that the letter tells, with the step to here at its end.
    package mutating func addArrival(at institution: String?, _ receivedAt: Timestamp) {
        guard value("transferChain") == nil, let transfer = value("transfer") else { return }
        let sender = transfer["fromName"] ?? transfer["from"] ?? value("source.senderName")
        var hands = transfer["chain"]?.array ?? []
        if let sender, hands.last != sender { hands.append(sender) }
        var links = zip(hands, hands.dropFirst()).map { [("from", $0), ("to", $1)] }
        let arrival: [(String, JSONValue?)] = [
            ("from", hands.last), ("to", institution.map(JSONValue.string) ?? transfer["toName"]),
            ("at", transfer["at"] ?? .string(receivedAt.rfc3339)), ("reason", transfer["reason"]),
            ("officer", value("source.contactName")),
        ]
        links.append(arrival.compactMap { name, value in value.map { (name, $0) } })
        set(
            "transferChain",
            .array(links.enumerated().map { .object(JSONObject([("seq", JSONValue($0 + 1))] + $1)) }))
    }

    /// The application with the last step of its chain signed, where that led to this institution; else nothing.
    func signedArrival(by institution: String, at now: Instant) -> CanonicalContent? {
        guard let last = value("transferChain")?.array?.last, last["to"]?.string == institution,
            last["signedInAt"] == nil
        else { return nil }
        var application = self
        application.signLastTransfer(at: now)
        return CanonicalContent(application.content)
    }
}
