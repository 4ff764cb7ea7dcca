import Cases
import Intake
import Translation
import Transport
import Triage
import Vocabulary

extension Gateway {
    /// What every document walks through, with mappings and rules as the configuration names them.
    ///
    /// - Throws: `ConfigurationError` with every mistake in mappings, rules and institutions.
    static func pipeline(_ configuration: Configuration) throws(ConfigurationError) -> Pipeline {
        Pipeline(
            CurrentMappingsAndRules(try mappingsAndRules(configuration)), limits: configuration.parseLimits)
    }

    /// Both are checked before anything is said.
    static func mappingsAndRules(_ configuration: Configuration) throws(ConfigurationError) -> MappingsAndRules {
        var complaints: [Complaint] = []
        var translator: Translator?
        var triage: Triage?
        do throws(ConfigurationError) {
            translator = try Translator(directory: configuration.mappings, digests: .openSSL)
        } catch {
            complaints += error.complaints
        }
        do throws(ConfigurationError) {
            triage = try Self.triage(configuration)
        } catch {
            complaints += error.complaints
        }
        guard let translator, let triage else { throw ConfigurationError(complaints) }
        return MappingsAndRules(translator: translator, triage: triage)
    }

    private static func triage(_ configuration: Configuration) throws(ConfigurationError) -> Triage {
        let file = InstitutionFile(path: configuration.institutionsFile)
        // The file may have changed since the start: all of it is checked again.
        var reader = ConfigurationReader()
        _ = reader.institutions(in: file)
        var complaints = reader.complaints
        do throws(ConfigurationError) {
            let triage = try Triage(
                rules: configuration.rules, calendar: configuration.calendar, institutions: file,
                digest: Digests.openSSL.sm3)
            if complaints.isEmpty { return triage }
        } catch {
            // What is wrong with the institutions was told already.
            complaints += error.complaints.filter { $0.file != file.path }
        }
        throw ConfigurationError(complaints)
    }
}
