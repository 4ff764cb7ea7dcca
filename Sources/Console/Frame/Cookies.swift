import Transport

/// The cookies that came with a request (RFC 6265 §4.2).
struct Cookies {
    private let values: [String: String]

    init(_ request: HTTPRequest) {
        var values: [String: String] = [:]
        for pair in (request.header("Cookie") ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[parts[0].filter { $0 != " " }] = String(parts[1])
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }
}
