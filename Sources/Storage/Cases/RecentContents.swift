import Messaging
import StrictJSON
import Synchronization

/// What the applications that were written last say. Those that belong together come close upon each other, and each
/// compares itself with those before; what was just written need not be read from its bytes again.
///
/// It is a memory of readings and of nothing else: an object is given only for the very bytes that it was read from, so
/// that it does not matter which store they stand in, or who changed the row meanwhile.
final class RecentContents: Sendable {
    static let shared = RecentContents()

    /// Enough for what writers that take turns compare; a few megabytes.
    private static let most = 64

    private struct Memory {
        var contents: [String: CanonicalContent] = [:]
        /// In the order in which they came, as a ring.
        var numbers: [String] = []
        var next = 0
    }

    private let memory = Mutex(Memory())

    func note(_ content: CanonicalContent, of applicationNo: String) {
        memory.withLock { memory in
            guard memory.contents.updateValue(content, forKey: applicationNo) == nil else { return }
            if memory.numbers.count < Self.most {
                memory.numbers.append(applicationNo)
            } else {
                memory.contents[memory.numbers[memory.next]] = nil
                memory.numbers[memory.next] = applicationNo
                memory.next = (memory.next + 1) % Self.most
            }
        }
    }

    func object(of applicationNo: String, _ bytes: [UInt8]) -> JSONObject? {
        guard let content = memory.withLock({ $0.contents[applicationNo] }), content.bytes == bytes else { return nil }
        return content.object
    }

    /// What was erased is not kept in memory either.
    func forget() { memory.withLock { $0 = Memory() } }
}
