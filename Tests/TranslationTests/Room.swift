import Canonical
import Documents
import Foundation
import Testing
import Translation

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Test func tryOut() throws {
    let t = try Translator(directory: repository.path + "/Mappings", sm3: { _ in "0" })
    for f in try FileManager.default.subpathsOfDirectory(atPath: repository.path + "/Mappings") where f.contains("/examples/") {
        let b = [UInt8](try Data(contentsOf: repository.appending(path: "Mappings/" + f)))
        guard !b.isEmpty, !f.hasSuffix("examples") else { continue }
        let r = t.translate(b, format: nil, declaredEncoding: nil, mapping: nil, among: nil, receivedAt: Timestamp(secondsSince1970: 1_800_000_000), limits: ParseLimits(), explain: true)
        print("=====", f, r.mapping?.id ?? "-", r.encoding?.rawValue ?? "-", r.findings.map { "\($0.code) \($0.location?.line ?? 0)" })
        for x in r.records { print(StrictJSON.JSONValue.object(x.application.content).text()); print(x.findings.map { "\($0.severity) \($0.code) \($0.path ?? "") \($0.location?.line ?? 0):\($0.location?.column ?? 0)" }) }
        print("unread", r.unread.map(\.path))
    }
}
import StrictJSON
