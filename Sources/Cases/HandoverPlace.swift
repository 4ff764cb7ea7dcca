import Transport

/// Where a call hands an application over to: one of the two.
enum HandoverPlace {
    case institution(String)
    /// Beyond the city, by name.
    case outside(String)

    /// - Parameter institutions: the codes of those that are registered.
    init(in body: inout RequestBody, institutions: [String]) {
        if body.has("outside") {
            self = .outside(body.text("outside", atMost: 100) ?? "")
        } else {
            self = .institution(body.neededWord("to", among: institutions, as: "institutions") ?? "")
        }
    }
}
