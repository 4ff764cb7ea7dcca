/// What the routing rules say about an application now.
public enum RouteAnswer: Sendable, Hashable {
    case queue(String)
    case none(why: String)
}
