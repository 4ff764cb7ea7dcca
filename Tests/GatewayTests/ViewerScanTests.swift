import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Whatever went in, nobody reads it in the log, a figure, an error, an address, or as a viewer on any page.
@Suite struct ViewerScanTests {
    /// Names, numbers and addresses in the place of ids, names of elements and members, parameters and parts of addresses.
    private enum Odd {
        static let number = inventedNumber(472)
        static let phone = "13770012345"
        static let name = "司马测隐"
        static let address = "常州市钟楼区隐庐路九号三单元"

        static let planted = [number, phone, name, address]

        /// Each is answered somehow.
        static func calls(_ id: String) -> [(method: String, path: String, mediaType: String, body: String)] {
            let escaped = [name, number, phone, address].map(Remote.escaped)
            return [
                (
                    "POST", "/v1/referrals", "application/xml",
                    "<ROOT><RECORD><R\(number)>1</R\(number)><\(name)>1</\(name)><\(address)/></RECORD></ROOT>"
                ),
                ("POST", "/v1/referrals", "application/xml", "<\(name)><XM>\(name)</XM></\(name)>"),
                ("POST", "/v1/referrals", "application/xml", "<ROOT><XM>\(name)</\(number)></ROOT>"),
                (
                    "POST", "/v1/referrals", "application/json",
                    #"{"\#(number)":{"\#(name)":1,"\#(phone)":2},"\#(address)":[]}"#
                ),
                (
                    "POST", "/v1/referrals", "application/json",
                    #"{"flow":"referralSuggestion","id":"\#(number)","\#(name)":"\#(phone)","\#(number)":{"\#(phone)":"\#(name)"}}"#
                ),
                (
                    "POST", "/v1/referrals", "application/json",
                    #"{"flow":"referralSuggestion","id":"\#(phone)","recipient":{"name":"\#(name)","idNumber":"\#(number)"},"consent":{"applyWill":"\#(name)"},"proceeding":{"caseNumber":"\#(address)","handlingOrgan":{"code":"苏0402","type":"\#(name)"}},"materials":[{"kind":"\#(name)","title":"\#(number)","\#(name)":"\#(address)"}]}"#
                ),
                ("POST", "/v1/referrals", "application/\(number)", name),
                ("POST", "/v1/referrals?\(escaped[0])=\(escaped[1])", "application/json", "{}"),
                ("GET", "/v1/referrals?messageId=\(escaped[1])", "", ""),
                ("GET", "/v1/referrals/\(escaped[0])", "", ""), ("GET", "/\(escaped[0])/\(escaped[1])", "", ""),
                ("GET", "/v1/messages?id=\(escaped[1])&state=\(escaped[0])", "", ""),
                ("GET", "/v1/messages?\(escaped[3])=1", "", ""),
                (
                    "POST", "/v1/referrals/\(escaped[1])/withdrawal", "application/json",
                    #"{"reason":"\#(name) \#(phone)","\#(number)":1}"#
                ),
                ("POST", "/v1/reconciliation?day=\(escaped[0])", "text/csv", "\(number),\(name)\n"),
                ("POST", "/v1/reconciliation?day=2026-03-02", "text/csv", "messageId,digest\n\(number),\(name)\n"),
                ("PUT", "/v1/attachments/\(escaped[1])", "application/pdf", name),
                ("POST", "/v1/session", "application/json", #"{"name":"\#(name)","password":"\#(number)"}"#),
                ("POST", "/v1/session", "application/json", #"{"\#(name)":"\#(number)"}"#),
                ("\(id)", "/v1/\(escaped[2])", "", ""),
            ]
        }
    }

    private final class Hearing {
        var texts: [(place: String, text: String)] = []

        func hear(_ place: String, _ text: String) { texts.append((place, text)) }

        /// What of the words stands where.
        func found(_ words: [String]) -> [String] {
            texts.flatMap { place, text in
                words.filter { word in
                    [word, word.urlEscaped, Data(word.utf8).base64EncodedString()].contains { text.contains($0) }
                }.map { "\(Self.masked(place)): \(words.firstIndex(of: $0) ?? 0)" }
            }
        }

        private static func masked(_ place: String) -> String {
            (Odd.planted + PlantedRun.planted).reduce(place) {
                $0.replacing($1, with: "*").replacing($1.urlEscaped, with: "*")
            }
        }
    }

    @Test func `a rich run leaves no personal value in log, figure, error, address or a viewer's page`() async throws {
        let flow = try FlowGateway()
        let hearing = Hearing()
        try await PlantedRun(flow: flow).everything()
        let court = flow.partner("court")
        for call in Odd.calls("REPORT") {
            for token in ["court", "CZ-TN", GatewayProcess.operatorToken, "nobody"] {
                let answer = try await court.client.send(
                    OutgoingRequest(
                        method: call.method, url: court.url + call.path,
                        headers: [
                            ("Authorization", "Bearer \(token)"), ("Content-Type", call.mediaType),
                            ("X-Correlation-Id", Odd.number), ("User-Agent", Odd.phone),
                        ], body: Array(call.body.utf8), timeout: .seconds(600)))
                // Of what is taken each side sees its own.
                if answer.status >= 400 {
                    hearing.hear(
                        "answer \(answer.status) to \(call.method) \(call.path)",
                        Self.told(answer, of: call.path) + answer.headers.map { "\($0.name): \($0.value)\n" }.joined())
                }
            }
        }
        try await crawl(flow, hearing)
        hearing.hear("metrics", String(decoding: try await court.download("/metrics"), as: UTF8.self))
        flow.gateway.stop()
        hearing.hear("log", flow.gateway.logged)
        #expect(hearing.texts.count > 100)
        let found = hearing.found(PlantedRun.planted + Odd.planted)
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        await flow.end()
    }

    /// Names of elements and members that are Chinese may be a field's own: of a document that nobody takes they are told to
    /// its sender, and to nobody else.
    private static func told(_ answer: HTTPResponse, of path: String) -> String {
        let text = String(decoding: answer.body, as: UTF8.self)
        guard answer.status == 422, path == "/v1/referrals" else { return text }
        return [Odd.name, Odd.address].reduce(text) { $0.replacing($1, with: "") }
    }

    /// Follows every link of the console from its first page, and asks every call that a viewer may ask of all that it has
    /// seen.
    private func crawl(_ flow: FlowGateway, _ hearing: Hearing) async throws {
        let viewer = try await ConsoleVisitor.add("kan", "viewer", to: flow.gateway)
        var open = [
            "/console/", "/v1/messages", "/v1/queues", "/v1/partners", "/v1/dead-letters", "/v1/dead-letters/causes",
            "/v1/jobs", "/v1/outlets", "/v1/leads", "/v1/clocks", "/v1/alerts", "/v1/drift", "/v1/parked",
            "/v1/code-lists", "/console/messages?q=\(Remote.escaped(PlantedRun.reference))", "/console/messages?q=P-1",
        ]
        var seen = Set(open)
        while let path = open.popLast(), seen.count < 1500 {
            let (status, html) = try await viewer.read(path)
            // What was asked for is said again, and nothing else of it.
            if !path.hasPrefix("/console/messages?q=") { hearing.hear("\(status) \(path)", html + path) }
            var links = html.matches(of: /(?:href|action)="(\/(?:console|v1)[^"#]*)/).map {
                String($0.1).replacing("&amp;", with: "&")
            }
            for id in html.matches(of: /"(?:referralId|id)":\s*"([0-9A-Z-]{26,40})"/).map({ String($0.1) }) {
                links += [
                    "/v1/messages/\(id)/trace", "/v1/messages/\(id)/rules", "/v1/dead-letters/\(id)", "/v1/jobs/\(id)",
                ]
            }
            for link in links where !link.contains("/kit") && !link.contains("sign-out") && seen.insert(link).inserted {
                open.append(link)
            }
        }
        #expect(seen.contains { $0.wholeMatch(of: /\/console\/messages\/[0-9A-Z]{26}/) != nil })
        await viewer.leave()
    }
}
