import StrictJSON
import Testing

/// One lawyer for several persons of a case.
@Suite struct CoDefendants {
    @Test(arguments: [("刑初", true), ("民初", false)])
    func `a lawyer who has another defendant of the case is said at the assignment`(
        kind: String, isCriminal: Bool
    ) async throws {
        let flow = try FlowGateway()
        var numbers: [String] = []
        // The third is the first person again, in another referral; the fourth another case.
        for (serial, caseNumber, lawyer, others) in [
            (1, 91, "测律师", []), (2, 91, "测律师", [0]), (3, 91, "另律师", []), (1, 91, "测律师", [1]), (4, 92, "测律师", []),
        ] as [(Int, Int, String, [Int])] {
            let receipt = try await flow.send(
                "referralSuggestion", "CD-\(numbers.count)", from: "court",
                [
                    ("recipient", ["name": .string("测试\(serial)"), "idNumber": .string(inventedNumber(serial))]),
                    ("consent", ["applyWill": "self"]),
                    (
                        "proceeding",
                        [
                            "caseNumber": .string("（2026）苏0402\(kind)\(caseNumber)号"),
                            "handlingOrgan": ["code": "苏0402", "type": "court"],
                        ]
                    ),
                ])
            let (number, code) = (receipt["applicationNo"]?.string ?? "", receipt["queue"]?.string ?? "")
            numbers.append(number)
            for lease in try await flow.leases(code) { try await flow.acknowledge(lease, by: code) }
            try await flow.step("accept", of: number, by: code)
            try await flow.step("grant", of: number, by: code)
            let assigned = try await flow.step(
                "assign", of: number, by: code,
                [("assignment", ["unit": "江苏测试律师事务所", "lawyer": .string(lawyer), "phone": "0519-80000010"])])
            let warnings = (assigned["warnings"]?.array ?? []).compactMap(\.string)
            let told = numbers.indices.filter { index in warnings.contains { $0.contains(numbers[index]) } }
            #expect(told == (isCriminal ? others : []), "\(warnings)")
        }
        await flow.end()
    }
}
