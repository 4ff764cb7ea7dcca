import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// What the gateway itself writes into an application: facts of the envelope, not of the message.
struct Stamp: Sendable {
    let receivedAt: Timestamp
    let partner: Partner
    let digest: String
    let format: String?
    let encoding: String?

    func applied(to application: LegalAidApplication, applicationNo: String?) -> LegalAidApplication {
        var content = JSONObject()
        content.reserveCapacity(application.content.members.count + 3)
        content["schemaVersion"] = .string(CanonicalModel.schemaVersion)
        content["applicationNo"] = .text(applicationNo)
        for (name, value) in application.content.members where content[name] == nil { content[name] = value }
        var source = application.content["source"]?.object ?? JSONObject()
        // The credential says who sent it; the message's own words stand only where the registry is silent.
        source["senderType"] = .string(partner.kind.code)
        if source["senderName"] == nil { source["senderName"] = .string(partner.name) }
        if source["senderCode"] == nil { source["senderCode"] = .text(partner.senderCodes.first) }
        source["channel"] = "push"
        source["receivedAt"] = .string(receivedAt.rfc3339)
        source["rawFormat"] = .text(format)
        source["rawEncoding"] = .text(encoding)
        source["rawDigestSm3"] = .string(digest)
        content["source"] = .object(source)
        return LegalAidApplication(content: content)
    }
}
