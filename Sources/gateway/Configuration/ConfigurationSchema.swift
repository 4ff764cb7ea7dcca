import Documents
import Triage
import Vocabulary

/// The schemas of the configuration's files. They are compiled in, so that a file is held against the schema of the very
/// program that reads it; `gateway schema NAME` prints them for editors.
enum ConfigurationSchema: String, CaseIterable {
    case gateway, partners, institutions, credentials, senderKinds, retention

    var text: [UInt8] {
        switch self {
        case .gateway: PackageResources.gateway_xsd
        case .partners: PackageResources.partners_xsd
        case .institutions: PackageResources.institutions_xsd
        case .credentials: PackageResources.credentials_xsd
        case .senderKinds: PackageResources.senderKinds_xsd
        case .retention: PackageResources.retention_xsd
        }
    }

    /// - Throws: `SchemaError` only where the program was built with a broken schema.
    func strict() throws(SchemaError) -> StrictSchema { try StrictSchema(text, name: "\(rawValue).xsd") }
}
