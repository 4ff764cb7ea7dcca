import Documents
import Foundation
import Messaging
import Storage

extension ArchiveManifest {
    /// The master key as the archive's settings name it: the archive's own where it has it, or the one where it stood.
    ///
    /// - Returns: nothing where the store is not encrypted, or its key is not at hand.
    func encryption(in archive: URL) throws -> StoreEncryption? {
        guard let settings = files.first(where: { $0.name == "config/gateway.xml" && $0.content != nil }) else {
            return nil
        }
        let bytes = [UInt8](try Data(contentsOf: archive.appending(path: settings.name)))
        let root = try Document.parse(bytes, format: .xml, limits: ParseLimits()).root
        guard let element = root.children.first(where: { $0.name == "encryption" }) else { return nil }
        var reader = ConfigurationReader()
        let named = reader.encryption(in: element) { path in
            let origin = NamedPath.resolve(path, in: settings.origin)
            let own = files.first { $0.origin == origin && $0.content != nil }
            return own.map { archive.appending(path: $0.name).path } ?? origin
        }
        do throws(StoreError) {
            _ = try named?.bytes()
            return named
        } catch {
            return nil
        }
    }
}
