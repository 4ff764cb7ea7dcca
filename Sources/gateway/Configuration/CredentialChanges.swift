import Foundation
import Messaging
import Transport
import Vocabulary

extension Credentials {
    /// What is another, a line each, without any secret.
    func changes(to new: Credentials) -> [LocalizedText] {
        tokenChanges(from: callers, to: new.callers, LocalizedText("令牌", "token"), new)
            + tokenChanges(from: rehearsals, to: new.rehearsals, LocalizedText("测试令牌", "test token"), new)
            + keyChanges(to: new) + certificateChanges(to: new) + boundChanges(to: new)
    }

    private func tokenChanges(
        from old: [String: Caller], to fresh: [String: Caller], _ kind: LocalizedText, _ new: Credentials
    ) -> [LocalizedText] {
        Set(old.keys).union(fresh.keys).sorted().compactMap { hash in
            let name = LocalizedText("\(kind.zh) \(hash.prefix(8))", "\(kind.en) \(hash.prefix(8))")
            return Self.change(of: name, from: old[hash], to: fresh[hash], (tokenEnds[hash], new.tokenEnds[hash]))
        }
    }

    private func certificateChanges(to new: Credentials) -> [LocalizedText] {
        let bindings = Set(certificates.keys).union(new.certificates.keys).sorted { $0.told < $1.told }
        return bindings.compactMap { binding in
            let name = LocalizedText("证书 \(binding.told)", "certificate \(binding.told)")
            return Self.change(
                of: name, from: certificates[binding], to: new.certificates[binding],
                (certificateEnds[binding], new.certificateEnds[binding]))
        }
    }

    /// - Parameter ends: the last moments before and from now on.
    private static func change(
        of name: LocalizedText, from old: Caller?, to new: Caller?, _ ends: (old: Instant?, new: Instant?)
    ) -> LocalizedText? {
        switch (old, new) {
        case (nil, let caller?):
            return LocalizedText("\(caller.told.zh)新增\(name.zh)", "\(name.en) of \(caller.told.en) added")
        case (let caller?, nil):
            return LocalizedText("\(caller.told.zh)的\(name.zh) 停用", "\(name.en) of \(caller.told.en) ended")
        case (let old?, let caller?) where old != caller:
            return LocalizedText(
                "\(old.told.zh)的\(name.zh) 改属\(caller.told.zh)",
                "\(name.en) of \(old.told.en) is \(caller.told.en)'s now")
        case (let caller?, _) where ends.old != ends.new:
            return LocalizedText(
                "\(caller.told.zh)的\(name.zh) 有效期至 \(ends.new?.rfc3339 ?? "另行通知")",
                "\(name.en) of \(caller.told.en) is valid until \(ends.new?.rfc3339 ?? "further notice")")
        case (_, _): return nil
        }
    }

    private func keyChanges(to new: Credentials) -> [LocalizedText] {
        Set(keys.keys).union(new.keys.keys).sorted().compactMap { id in
            switch (keys[id], new.keys[id]) {
            case (nil, let entry?):
                return LocalizedText(
                    "\(entry.caller.told.zh)新增密钥 \(id)（\(entry.key.fingerprint)）",
                    "key \(id) of \(entry.caller.told.en) added (\(entry.key.fingerprint))")
            case (let entry?, nil):
                return LocalizedText(
                    "\(entry.caller.told.zh)的密钥 \(id) 吊销", "key \(id) of \(entry.caller.told.en) revoked")
            case (let old?, let entry?) where old.told != entry.told:
                return LocalizedText("密钥 \(id)：\(entry.told.zh)", "key \(id): \(entry.told.en)")
            case (_, _): return nil
            }
        }
    }

    private func boundChanges(to new: Credentials) -> [LocalizedText] {
        var changes: [LocalizedText] = []
        for caller in mustSign.symmetricDifference(new.mustSign).sorted(by: { $0.id < $1.id }) {
            changes.append(
                new.mustSign.contains(caller)
                    ? LocalizedText("\(caller.told.zh)的调用须签名", "\(caller.told.en) must sign its calls")
                    : LocalizedText("\(caller.told.zh)的调用不再须签名", "\(caller.told.en) need not sign its calls"))
        }
        if callsPerMinute != new.callsPerMinute || callsPerMinuteOfAll != new.callsPerMinuteOfAll {
            changes.append(LocalizedText("每分钟调用次数已变更", "calls a minute changed"))
        }
        if skewSeconds != new.skewSeconds {
            changes.append(
                LocalizedText("签名时差上限为 \(new.skewSeconds) 秒", "signatures may be \(new.skewSeconds) s off"))
        }
        return changes
    }
}

extension Caller {
    var told: LocalizedText {
        switch role {
        case .partner: LocalizedText("单位 \(id) ", "partner \(id)")
        case .institution: LocalizedText("机构 \(id) ", "institution \(id)")
        case .operator: LocalizedText("操作员 \(id) ", "operator \(id)")
        }
    }
}

extension SignatureVerifier.Entry {
    fileprivate var told: LocalizedText {
        let what = "\(key.algorithm.rawValue) \(key.fingerprint)"
        return LocalizedText(
            "\(caller.told.zh)，\(what)，\(from?.rfc3339 ?? "即时") 起，至 \(until?.rfc3339 ?? "另行通知")",
            "\(caller.told.en), \(what), from \(from?.rfc3339 ?? "always") until \(until?.rfc3339 ?? "further notice")")
    }
}
