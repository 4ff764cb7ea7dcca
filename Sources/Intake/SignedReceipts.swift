import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Receipts that prove themselves: what was taken, from whom, when, and with which digest, signed by the gateway (送达回证).
public struct SignedReceipts: Sendable {
    /// The gateway's own key, and what the public one is known by.
    public struct Signer: Sendable {
        let key: SignatureKey
        let keyID: String

        public init(key: SignatureKey, keyID: String) {
            self.key = key
            self.keyID = keyID
        }
    }

    private let referrals: ReferralView
    private let signerInForce: @Sendable () -> Signer?

    /// - Parameter signer: nothing where the settings name no key; asked for anew each time, since a reload may change it.
    public init(_ referrals: ReferralView, signer: @autoclosure @escaping @Sendable () -> Signer?) {
        self.referrals = referrals
        signerInForce = signer
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/referrals/{id}/receipt", for: .partner) { _, visit in
                let record = try await referrals.own(visit)
                guard let signer = signerInForce() else {
                    throw Problem(
                        .wrongState, zh: "网关未配置回证签名密钥（gateway.xml 的 receipts），请联系网关管理员。",
                        en: "The gateway has no key for receipts (<receipts> in gateway.xml); ask its administrator.")
                }
                let payload = try Self.statement(of: record).serialized()
                guard let statement = SignedStatement.make(payload, by: signer.key, keyID: signer.keyID) else {
                    throw Problem(.internalError, zh: "回证未能签名。", en: "The receipt could not be signed.")
                }
                return .json([
                    "receipt": .string(statement), "keyId": .string(signer.keyID),
                    "statement": try Self.statement(of: record),
                ])
            }
        ]
    }

    /// The same for the same referral, whenever it is asked for.
    private static func statement(of record: ReferralRecord) throws -> JSONValue {
        let answer = try StoredAnswer(
            referralID: record.id, isProblem: record.outcome == .invalid, bytes: record.answer
        ).json()
        return .compact([
            ("referralId", .string(record.id)), ("partner", .string(record.partnerID)),
            ("messageId", .text(record.messageID)), ("outcome", .string(record.outcome.rawValue)),
            ("receivedAt", .string(record.receivedAt.rfc3339)),
            ("digest", answer["digest"] ?? answer["results"]?.array?.first?["digest"]),
            ("applications", .array(record.applicationNos.map(JSONValue.string))),
        ])
    }
}
