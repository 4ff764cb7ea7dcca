/// An institution's leads come by a queue of their own, so that nobody counts one as an application (Datatype Channel).
public enum LeadQueue {
    /// Its name begins with the institution's code.
    public static let suffix = ".leads"

    public static func name(of institution: String) -> String { institution + suffix }

    public static func isOne(_ queue: String) -> Bool { queue.hasSuffix(suffix) }

    /// The institution that reads a queue, whether of applications or of leads.
    public static func institution(of queue: String) -> String {
        isOne(queue) ? String(queue.dropLast(suffix.count)) : queue
    }
}
