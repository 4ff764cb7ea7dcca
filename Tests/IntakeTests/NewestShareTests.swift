import StrictJSON
import Testing

@testable import Cases

@Suite struct NewestShares {
    private static func fact(_ kind: String, _ status: String, _ asOf: String) -> JSONValue {
        ["kind": .string(kind), "status": .string(status), "asOf": .string(asOf)]
    }

    @Test func `the newest word on each kind counts, in whatever order it came`() {
        let old = Self.fact("MLG", "inForce", "2026-01-05")
        let new = Self.fact("MLG", "ended", "2026-02-01T09:00:00+08:00")
        let other = Self.fact("NEAR", "inForce", "2025-01-01")
        for order in [[old, new, other], [new, old, other], [other, new, old], [new, other, old]] {
            let counted = CaseClerk.newest(order)
            #expect(counted.count == 2 && counted.contains(new) && counted.contains(other))
        }
        // Of two of one day the later that came.
        let again = Self.fact("MLG", "ended", "2026-01-05")
        #expect(CaseClerk.newest([old, again]) == [again])
    }
}
