import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Who has to do something about an error.
public enum Turn: String, Sendable, CaseIterable {
    /// The agency that sent the message.
    case sender
    /// Whoever runs the gateway: mappings, rules, registry.
    case gateway
    /// Whoever a message goes to: an institution, or a partner's return address.
    case receiver

    public var label: LocalizedText {
        switch self {
        case .sender: LocalizedText(zh: "报送单位", en: "sender")
        case .gateway: LocalizedText(zh: "网关", en: "gateway")
        case .receiver: LocalizedText(zh: "接收方", en: "receiver")
        }
    }
}
