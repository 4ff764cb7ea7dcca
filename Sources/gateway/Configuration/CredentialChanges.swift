import Foundation
import Messaging
import Transport
import Vocabulary

extension Credentials {
    /// Without those of partners and institutions that came after the start: who may call must be known to everybody here.
    func limited(to registry: Registry) -> Credentials {
        func isKnown(_ caller: Caller) -> Bool {
            switch caller.role {
            case .partner: registry.partners[caller.id] != nil
            case .institution: registry.institutions[caller.id] != nil
            case .operator: true
            }
        }
        var limited = self
        limited.callers = callers.filter { isKnown($0.value) }
        limited.rehearsals = rehearsals.filter { isKnown($0.value) }
        limited.certificates = certificates.filter { isKnown($0.value) }
        limited.keys = keys.filter { isKnown($0.value.caller) }
        return limited
    }

    /// What is another, a line each, without any secret.
    func changes(to new: Credentials) -> [String] {
        tokenChanges(from: callers, to: new.callers, "token", new)
            + tokenChanges(from: rehearsals, to: new.rehearsals, "test token", new) + keyChanges(to: new)
            + certificateChanges(to: new)
            + boundChanges(to: new)
    }

    private func tokenChanges(
        from old: [String: Caller], to fresh: [String: Caller], _ kind: String, _ new: Credentials
    ) -> [String] {
        Set(old.keys).union(fresh.keys).sorted().compactMap { hash in
            let name = "\(kind) \(hash.prefix(8))"
            switch (old[hash], fresh[hash]) {
            case (nil, let caller?): return "\(name) of \(caller.told) added"
            case (let caller?, nil): return "\(name) of \(caller.told) ended"
            case (let old?, let caller?) where old != caller: return "\(name) of \(old.told) is \(caller.told)'s now"
            case (let caller?, _) where tokenEnds[hash] != new.tokenEnds[hash]:
                return "\(name) of \(caller.told) is valid until \(new.tokenEnds[hash]?.rfc3339 ?? "further notice")"
            case (_, _): return nil
            }
        }
    }

    private func keyChanges(to new: Credentials) -> [String] {
        Set(keys.keys).union(new.keys.keys).sorted().compactMap { id in
            switch (keys[id], new.keys[id]) {
            case (nil, let entry?): return "key \(id) of \(entry.caller.told) added (\(entry.key.fingerprint))"
            case (let entry?, nil): return "key \(id) of \(entry.caller.told) revoked"
            case (let old?, let entry?) where old.told != entry.told: return "key \(id): \(entry.told)"
            case (_, _): return nil
            }
        }
    }

    private func certificateChanges(to new: Credentials) -> [String] {
        let bindings = Set(certificates.keys).union(new.certificates.keys).sorted { $0.told < $1.told }
        return bindings.compactMap { binding in
            switch (certificates[binding], new.certificates[binding]) {
            case (nil, let caller?): return "\(binding.told) of \(caller.told) added"
            case (let caller?, nil): return "\(binding.told) of \(caller.told) ended"
            case (let old?, let caller?) where old != caller:
                return "\(binding.told) of \(old.told) is \(caller.told)'s now"
            case (let caller?, _) where certificateEnds[binding] != new.certificateEnds[binding]:
                let end = new.certificateEnds[binding]?.rfc3339 ?? "further notice"
                return "\(binding.told) of \(caller.told) is valid until \(end)"
            case (_, _): return nil
            }
        }
    }

    private func boundChanges(to new: Credentials) -> [String] {
        var changes: [String] = []
        for caller in mustSign.symmetricDifference(new.mustSign).sorted(by: { $0.id < $1.id }) {
            changes.append(
                "\(caller.told) \(new.mustSign.contains(caller) ? "must sign its calls" : "need not sign its calls")")
        }
        if callsPerMinute != new.callsPerMinute || callsPerMinuteOfAll != new.callsPerMinuteOfAll {
            changes.append("calls a minute changed")
        }
        if skewSeconds != new.skewSeconds { changes.append("signatures may be \(new.skewSeconds) s off") }
        return changes
    }
}

extension Configuration {
    /// What has changed besides, and comes into force at the next start only.
    var unread: [String] {
        let files: [(String, String)] = [
            ("gateway.xml", file), ("partners.xml", partnersFile), ("institutions.xml", institutionsFile),
        ]
        return files.compactMap { name, path in
            guard let before = digests[path], before != ConfigurationDigests.digest(ofFile: path) else { return nil }
            return "\(name) has changed since the start: of it only calls a minute and signatures are in force already"
        }
    }
}

extension Caller {
    fileprivate var told: String { "\(role.rawValue) \(id)" }
}

extension SignatureVerifier.Entry {
    fileprivate var told: String {
        let (from, until) = (from?.rfc3339 ?? "always", until?.rfc3339 ?? "further notice")
        return
            "\(caller.role.rawValue) \(caller.id), \(key.algorithm.rawValue) \(key.fingerprint), from \(from) until \(until)"
    }
}
