import Transport
import Vocabulary

/// A file that a page leads to.
struct Download: Sendable {
    enum Kind: String, Sendable {
        case csv = "text/csv; charset=utf-8"
        case xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    }

    let name: String
    let type: Kind
    let body: [UInt8]

    var response: HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", type.rawValue), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                ("Content-Disposition", "attachment; filename=\"\(name)\""),
            ], body: body)
    }
}

extension WebConsole {
    /// A file for whoever is signed in; others are led to the sign-in.
    func download(
        _ path: StaticString, may right: OperatorRight = .look,
        _ make: @escaping @Sendable (Scene) async throws -> Download
    ) -> Route {
        serve(path, may: right) { scene in .file(try await make(scene).response) }
    }
}
