import Testing
import Vocabulary

@testable import Canonical

@Suite struct WhoMayBeTold {
    /// One row per status: court, procuratorate, police, civil affairs, labour, union, work station. `-` withheld,
    /// `b` bare, `c` of a decision its class only, `l` lawyer and firm only, `f` all of it.
    private static let table = """
        00 f f f b f b f
        99 f f f b f b f
        01 f f f b f b f
        02 f f f b f b f
        03 f f f b f b f
        04 - f - b f b f
        05 f f f b f b f
        06 f f f c f c f
        07 - f - b - b f
        08 f f f b f b f
        09 f f f b f b f
        10 f f f - f - f
        11 f f f b f b f
        12 f f f b l b f
        13 - - - b - - f
        14 f f f - f - f
        15 f f f b f b f
        16 - f - b - b f
        17 f f - - - - f
        18 f f f - - - -
        19 f f f - - - -
        """

    private static let columns: [Audience] = [
        .court, .procuratorate, .police, .civilAffairs, .labour, .community, .station,
    ]

    @Test func `each audience is told of each status what the table says`() throws {
        let letters: [StatusVisibility.Detail: String] = [
            .withheld: "-", .bare: "b", .classOnly: "c", .lawyerOnly: "l", .full: "f",
        ]
        let rows = Self.table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(Set(rows.map { $0[0] }) == Set(StatusCode.allCases.map(\.rawValue)))
        #expect(Set(Self.columns) == Set(Audience.allCases))
        for row in rows {
            let code = try #require(StatusCode(rawValue: row[0]))
            for (column, audience) in Self.columns.enumerated() {
                let told = letters[StatusVisibility.detail(of: code, for: audience)]
                #expect(told == row[column + 1], "\(code) to \(audience)")
            }
        }
    }
}
