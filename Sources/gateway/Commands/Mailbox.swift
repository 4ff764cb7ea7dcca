import Documents
import Foundation
import Messaging
import Observability
import Operations
import StrictJSON
import Transport

/// The partners' side of the wire: takes what the gateway pushes.
final class Mailbox: Sendable {
    struct Letter: Sendable {
        let partner: String
        let mediaType: String
        let bytes: [UInt8]
    }

    private let server: HTTPServer
    private let deadLetters: Letters

    private actor Letters {
        var all: [Letter] = []
        func add(_ deadLetter: Letter) { all.append(deadLetter) }
    }

    init() throws {
        let deadLetters = Letters()
        self.deadLetters = deadLetters
        server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            await deadLetters.add(
                Letter(
                    partner: String(request.path.dropFirst()), mediaType: request.header("Content-Type") ?? "",
                    bytes: request.body))
            return .json(["result": "0"])
        }
    }

    var port: UInt16 { server.port }
    func received() async -> [Letter] { await deadLetters.all }
    func stop() async { await server.stop(drain: .seconds(2)) }
}
