/// One step of the schema. Released files are never edited; a change is a new file at the end of `all`.
struct Migration {
    let statements: [String]
    /// Why, in the words of the script's first sentence.
    let purpose: String

    /// In order. A store remembers in `user_version` how many of them it has.
    static let all: [Migration] = [
        Migration(script: PackageResources.v001_create_sql),
        Migration(script: PackageResources.v002_cases_sql),
        Migration(script: PackageResources.v003_clocks_sql),
        Migration(script: PackageResources.v004_delivery_sql),
        Migration(script: PackageResources.v005_desk_sql),
        Migration(script: PackageResources.v006_drift_sql),
        Migration(script: PackageResources.v008_console_sql),
        Migration(script: PackageResources.v009_clock_ends_sql),
        Migration(script: PackageResources.v010_piles_sql),
        Migration(script: PackageResources.v011_job_claims_sql),
        Migration(script: PackageResources.v012_subjects_sql),
        Migration(script: PackageResources.v013_asked_mappings_sql),
        Migration(script: PackageResources.v014_words_sql),
        Migration(script: PackageResources.v015_records_sql),
        Migration(script: PackageResources.v016_uploads_sql),
        Migration(script: PackageResources.v017_leads_sql),
        Migration(script: PackageResources.v018_occurrence_sql),
        Migration(script: PackageResources.v019_relations_sql),
        Migration(script: PackageResources.v020_notices_sql),
        Migration(script: PackageResources.v021_data_keys_sql),
        Migration(script: PackageResources.v022_retention_sql),
        Migration(script: PackageResources.v023_audit_sql),
        Migration(script: PackageResources.v024_identity_sql),
        Migration(script: PackageResources.v025_tallies_sql),
        Migration(script: PackageResources.v026_moved_limits_sql),
        Migration(script: PackageResources.v027_nonces_sql),
        Migration(script: PackageResources.v028_partner_view_sql),
        Migration(script: PackageResources.v029_acknowledgement_sql),
        Migration(script: PackageResources.v030_audit_end_sql),
        Migration(script: PackageResources.v031_case_work_sql),
        Migration(script: PackageResources.v032_share_documents_sql),
    ]

    /// The same of PostgreSQL, each with the number that the store has then.
    static let postgreSQL: [(version: Int, script: String)] = [
        (27, String(decoding: PackageResources.postgresql_v027_create_sql, as: UTF8.self)),
        (28, String(decoding: PackageResources.postgresql_v028_acknowledgement_sql, as: UTF8.self)),
        (29, String(decoding: PackageResources.postgresql_v029_audit_end_sql, as: UTF8.self)),
        (30, String(decoding: PackageResources.postgresql_v030_case_work_sql, as: UTF8.self)),
        (31, String(decoding: PackageResources.postgresql_v031_share_documents_sql, as: UTF8.self)),
    ]

    /// The first sentence of the comment that a script begins with.
    static func purpose(of script: String) -> String {
        let comment = script.split(separator: "\n").prefix { $0.hasPrefix("--") }
            .map { $0.dropFirst(2).drop(while: \.isWhitespace) }.joined(separator: " ")
        return comment.firstRange(of: ". ").map { comment[..<$0.lowerBound] + "." } ?? comment
    }

    /// Splits the script at semicolons that end a line, comments aside: a trigger with its statements stands on one line, and
    /// no text has two dashes. Two statements on one line are refused when they are run.
    private init(script: [UInt8]) {
        purpose = Self.purpose(of: String(decoding: script, as: UTF8.self))
        var statement = ""
        var statements: [String] = []
        for line in String(decoding: script, as: UTF8.self).split(separator: "\n") {
            let code = line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line
            statement += code + "\n"
            if code.last(where: { !$0.isWhitespace }) == ";" {
                statements.append(statement)
                statement = ""
            }
        }
        // A last one without its semicolon is run as well.
        self.statements = statement.allSatisfy(\.isWhitespace) ? statements : statements + [statement]
    }
}
