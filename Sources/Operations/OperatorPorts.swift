import Transport

/// What the operator services need of other rooms. Whoever wires the gateway must name every one.
public struct OperatorPorts: Sendable {
    let cases: any CaseServices
    let text: any DocumentText
    let rules: any RulesInForce
    let endpoints: any EndpointReportSource
    let exchange: any ExchangeReportSource
    let expiries: any CredentialExpirySource
    let clocks: any ClockFigureSource
    let inspection: StoreInspection
    let alertSender: any AlertSender
    let connections: any ConnectionTester
    let catalogue: any MappingCatalogue
    /// Under which the audit trail is sealed.
    let auditKey: KeyedHash
    let auditMemory: (any AuditHeadMemory)?
    /// Whether people may be found by their names.
    let findsNames: Bool

    public init(
        cases: any CaseServices, text: any DocumentText, rules: any RulesInForce,
        endpoints: any EndpointReportSource, exchange: any ExchangeReportSource, expiries: any CredentialExpirySource,
        clocks: any ClockFigureSource,
        inspection: StoreInspection, alertSender: any AlertSender, connections: any ConnectionTester,
        catalogue: any MappingCatalogue, auditKey: KeyedHash, auditMemory: (any AuditHeadMemory)?,
        findsNames: Bool
    ) {
        self.cases = cases
        self.text = text
        self.rules = rules
        self.endpoints = endpoints
        self.exchange = exchange
        self.expiries = expiries
        self.clocks = clocks
        self.inspection = inspection
        self.alertSender = alertSender
        self.connections = connections
        self.catalogue = catalogue
        self.auditKey = auditKey
        self.auditMemory = auditMemory
        self.findsNames = findsNames
    }
}
