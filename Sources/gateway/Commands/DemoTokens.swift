import Documents
import Foundation
import Messaging
import Observability
import Operations
import StrictJSON
import Transport

/// Tokens that are good for one run.
struct DemoTokens: Sendable {
    let `operator`: String
    private var partners: [String: String] = [:]
    private var institutions: [String: String] = [:]

    init(_ configuration: inout Configuration) throws {
        self.operator = try Token.make()
        configuration.credentials.callers = [Token.hash(self.operator): Caller(role: .operator, id: "demo")]
        for partner in configuration.partners {
            let token = try Token.make()
            partners[partner.id] = token
            configuration.credentials.callers[Token.hash(token)] = Caller(role: .partner, id: partner.id)
        }
        for institution in configuration.institutions {
            let token = try Token.make()
            institutions[institution.code] = token
            configuration.credentials.callers[Token.hash(token)] = Caller(role: .institution, id: institution.code)
        }
    }

    func of(partner id: String) -> String { partners[id] ?? "" }
    func of(institution code: String) -> String { institutions[code] ?? "" }
}
