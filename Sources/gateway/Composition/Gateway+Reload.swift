import Canonical
import Cases
import Intake
import Messaging
import Operations
import Storage
import Translation
import Transport
import Triage
import Vocabulary

extension Gateway {
    /// Reads settings, mappings, rules and credentials again, and puts all of it in force that does not take a start.
    ///
    /// - Parameters:
    ///   - actor: who has asked for it.
    ///   - reason: why, where a person has said so.
    /// - Returns: what has changed, and what takes a start to change.
    /// - Throws: `ConfigurationError` with every mistake in all of it; what is in force stays then.
    func reload(by actor: String, because reason: String? = nil) async throws(ConfigurationError) -> [LocalizedText] {
        do throws(ConfigurationError) {
            let before = around.configuration
            let (settings, fresh) = try Self.readAgain(before)
            try await beginRehearsal(by: settings)
            let changes = await changes(by: settings, fresh, since: before)
            await adopt(settings, fresh, since: before)
            await audit.reloaded(
                settings, rules: fresh.triage.digest, changes: changes, key: intake.hash, by: actor, because: reason)
            return changes
        } catch {
            await audit.refusedReload(mistakes: error.complaints.count, by: actor, because: reason)
            throw error
        }
    }

    /// What a reload would change; nothing is put in force, and nothing is written.
    ///
    /// - Throws: `ConfigurationError` as `reload` does.
    func checkReload() async throws(ConfigurationError) -> [LocalizedText] {
        let before = around.configuration
        let (settings, fresh) = try Self.readAgain(before)
        return await changes(by: settings, fresh, since: before)
    }

    private func changes(
        by settings: Configuration, _ fresh: MappingsAndRules, since before: Configuration
    ) async -> [LocalizedText] {
        before.registrations(after: settings, waiting: await waiting())
            + before.credentials.changes(to: settings.credentials)
            + fresh.changes(since: intake.pipeline.current.inForce) + tlsChanges(to: settings)
            + settings.settingsChanged(since: start)
    }

    /// In order: nothing is taken any more for who ends, then everybody sees the new settings, then work begins for who is new.
    private func adopt(_ settings: Configuration, _ fresh: MappingsAndRules, since before: Configuration) async {
        await delivery.leave(settings)
        intake.pipeline.current.replace(with: fresh)
        around.adopt(settings)
        await delivery.adopt(around.registry)
        rehearsal.value?.adopt(settings)
        if let fresh = settings.tls?.made { server.adopt(fresh) }
        listening.withLock { if $0 != nil, let fresh = settings.tls?.made { $0 = fresh } }
        forgetFigures(of: before.registry, since: settings.registry)
        await storing.note(fresh.triage)
    }

    /// Who ended rings no bell any more.
    private func forgetFigures(of before: Registry, since after: Registry) {
        for id in before.partners.keys where after.partners[id] == nil {
            for label in ["partner", "recipient"] { around.metrics.forget(label: label, id) }
        }
        for code in before.institutions.keys where after.institutions[code] == nil {
            for queue in [code, LeadQueue.name(of: code)] {
                for label in ["queue", "recipient"] { around.metrics.forget(label: label, queue) }
            }
        }
    }

    /// The first token for rehearsals brings the gateway that they are rehearsed with.
    private func beginRehearsal(by settings: Configuration) async throws(ConfigurationError) {
        guard rehearsal.value == nil, !settings.credentials.rehearsals.isEmpty else { return }
        do {
            // Beside the store that is open.
            var settings = settings
            (settings.storePath, settings.identityKey) = (start.storePath, start.identityKeyFile)
            rehearsal.begin(try await Rehearsal(around, settings, intake.pipeline, client))
        } catch {
            throw ConfigurationError([
                Complaint(
                    file: settings.storePath + ".rehearsal", line: nil,
                    text: "the store for rehearsals could not be made (\(type(of: error)))")
            ])
        }
    }

    /// How many messages wait at each endpoint; nothing is said of them where the store has no answer.
    private func waiting() async -> [Endpoint: Int] {
        do {
            let queues = try await services.flow.queues() + services.flow.leadQueues()
            let partners = try await services.flow.partners()
            return Dictionary(
                queues.map { (Endpoint(.application, $0.queue), $0.depth) }
                    + partners.map { (Endpoint(.status, $0.partnerID), $0.backlog) }
            ) { first, _ in first }
        } catch {
            around.log.warning("what waits was not counted", [("error", .string(error.code))])
            return [:]
        }
    }

    private func tlsChanges(to settings: Configuration) -> [LocalizedText] {
        switch (listening.withLock { $0 }, settings.tls?.made) {
        case (let old?, let new?) where !old.isSame(as: new):
            [
                LocalizedText(
                    "监听的 TLS 已更换：证书原为 \(old.fingerprint.prefix(8))，现为 \(new.fingerprint.prefix(8))",
                    "the listener's TLS changed: certificate \(old.fingerprint.prefix(8)) was, \(new.fingerprint.prefix(8)) is"
                )
            ]
        case (nil, .some):
            [LocalizedText("监听启用 <tls>，须重新启动网关才生效", "<tls> of the listener takes a start")]
        case (.some, nil):
            [LocalizedText("监听取消 <tls>，须重新启动网关才生效", "<tls> of the listener was taken out, which takes a start")]
        case (_, _): []
        }
    }

    /// Everything is checked before anything is said.
    private static func readAgain(
        _ configuration: Configuration
    ) throws(ConfigurationError) -> (Configuration, MappingsAndRules) {
        var complaints: [Complaint] = []
        var settings: Configuration?
        var fresh: MappingsAndRules?
        do throws(ConfigurationError) { settings = try Configuration(file: configuration.file) } catch {
            complaints += error.complaints
        }
        // Where the settings are not read, mistakes are told of what they named before.
        do throws(ConfigurationError) { fresh = try mappingsAndRules(settings ?? configuration) } catch {
            complaints += error.complaints.filter { !complaints.contains($0) }
        }
        if let settings, let fresh { complaints += settings.unknownMappings(among: fresh.translator) }
        guard let settings, let fresh, complaints.isEmpty else { throw ConfigurationError(complaints) }
        return (settings, fresh)
    }
}

extension Configuration {
    /// Mappings that partners name and that are not there.
    func unknownMappings(among translator: Translator) -> [Complaint] {
        let known = Set(translator.mappings.map(\.id))
        return partners.flatMap { partner in
            (partner.mappings + [partner.statusMapping].compactMap(\.self)).filter { !known.contains($0) }.map {
                Complaint(
                    file: partnersFile, line: nil,
                    text: "partner \(partner.id) names the mapping \($0), which does not exist")
            }
        }
    }
}

extension MappingsAndRules {
    /// What is another than in an earlier set, a line each, with the beginnings of the digests.
    fileprivate func changes(since old: MappingsAndRules) -> [LocalizedText] {
        func digests(_ set: MappingsAndRules) -> [String: String] {
            Dictionary(set.translator.entries.map { ($0.id, $0.digest) }) { first, _ in first }
        }
        func rules(_ set: MappingsAndRules) -> [String: [RuleEntry]] { Dictionary(grouping: set.triage.book, by: \.id) }
        func codes(_ set: MappingsAndRules) -> [String: [CodeEntry]] {
            let lists = set.translator.codeLists
            return Dictionary(lists.names.map { ($0, lists[$0]?.entries ?? []) }) { first, _ in first }
        }
        return Self.differences(
            digests(old), digests(self), LocalizedText("映射", "mapping"), told: { "SM3 \($0.prefix(8))" })
            + Self.differences(rules(old), rules(self), LocalizedText("规则", "rule"))
            + Self.differences(codes(old), codes(self), LocalizedText("代码表", "code list"))
            + old.triage.changes(to: triage)
    }

    /// - Parameter told: what is said of what is there now.
    private static func differences<Value: Equatable>(
        _ old: [String: Value], _ new: [String: Value], _ kind: LocalizedText, told: ((Value) -> String)? = nil
    ) -> [LocalizedText] {
        Set(old.keys).union(new.keys).sorted().compactMap { id in
            let note = new[id].flatMap { told?($0) }
            func line(_ zh: String, _ en: String) -> LocalizedText {
                LocalizedText(
                    "\(kind.zh) \(id) \(zh)\(note.map { "（\($0)）" } ?? "")",
                    "\(kind.en) \(id) \(en)\(note.map { " (\($0))" } ?? "")")
            }
            return switch (old[id], new[id]) {
            case (nil, _?): line("新增", "added")
            case (_?, nil): line("取消", "ended")
            case (let old?, let new?) where old != new: line("已变更", "changed")
            case (_, _): nil
            }
        }
    }
}
