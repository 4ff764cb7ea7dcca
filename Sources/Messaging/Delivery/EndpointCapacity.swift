/// How much an endpoint can take now.
public struct EndpointCapacity: Sendable {
    public let endpoint: Endpoint
    public let max: Int
    /// Only to ask after the address: then what was tried least goes first, so that no message that fails for its own
    /// sake bars the way.
    public let isProbe: Bool

    public init(_ endpoint: Endpoint, max: Int, isProbe: Bool) {
        self.endpoint = endpoint
        self.max = max
        self.isProbe = isProbe
    }
}
