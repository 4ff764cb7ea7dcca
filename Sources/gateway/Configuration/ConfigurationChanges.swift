import Documents
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What a reload of the settings changes, told by names: values may be secrets.
extension Configuration {
    /// Partners and institutions that came, went or changed, a line each.
    ///
    /// - Parameter waiting: how many messages wait for an endpoint that ends.
    func registrations(after new: Configuration, waiting: [Endpoint: Int]) -> [LocalizedText] {
        let (before, after) = (registry, new.registry)
        return Set(before.partners.keys).union(after.partners.keys).sorted().compactMap { id in
            let name = Caller(role: .partner, id: id).told
            return Self.line(
                name, before.partners[id]?.traits, after.partners[id]?.traits, waiting[Endpoint(.status, id)] ?? 0)
        }
            + Set(before.institutions.keys).union(after.institutions.keys).sorted().compactMap { code in
                let name = Caller(role: .institution, id: code).told
                let queues = [code, LeadQueue.name(of: code)].map { Endpoint(.application, $0) }
                return Self.line(
                    name, before.institutions[code]?.traits, after.institutions[code]?.traits,
                    queues.reduce(0) { $0 + (waiting[$1] ?? 0) })
            }
            + (before.senderKinds.all == after.senderKinds.all
                ? [] : [LocalizedText("报送单位种类已变更", "the kinds of senders changed")])
    }

    private static func line(
        _ name: LocalizedText, _ old: [Trait]?, _ new: [Trait]?, _ waiting: Int
    ) -> LocalizedText? {
        switch (old, new) {
        case (nil, let new?):
            let ways = new.filter { $0.isWay && $0.value != 0 }
            return LocalizedText(
                "\(name.zh)新增\(ways.isEmpty ? "" : "：" + ways.map(\.name.zh).joined(separator: "、"))",
                "\(name.en) added\(ways.isEmpty ? "" : ": " + ways.map(\.name.en).joined(separator: ", "))")
        case (_?, nil):
            return waiting == 0
                ? LocalizedText("\(name.zh)停用", "\(name.en) ended")
                : LocalizedText(
                    "\(name.zh)停用；仍有 \(waiting) 件待送达，留在队列中",
                    "\(name.en) ended; \(waiting) messages wait for it and stay in the queue")
        case (let old?, let new?):
            let changed = zip(old, new).filter { $0.value != $1.value }.map(\.1.name)
            return changed.isEmpty
                ? nil
                : LocalizedText(
                    "\(name.zh)已变更：\(changed.map(\.zh).joined(separator: "、"))",
                    "\(name.en) changed: \(changed.map(\.en).joined(separator: ", "))")
        case (nil, nil): return nil
        }
    }

    /// What of `gateway.xml` is another than at the start: what is in force now, and what takes a start, by element and
    /// attribute.
    func settingsChanged(since start: Configuration) -> [LocalizedText] {
        Set(settings.keys).union(start.settings.keys).sorted().filter { settings[$0] != start.settings[$0] }.map {
            name in
            Self.isLive(name)
                ? LocalizedText("gateway.xml 的 \(name) 已生效", "\(name) of gateway.xml is in force")
                : LocalizedText(
                    "\(name) 已改动，须重新启动网关才生效", "\(name) has changed and takes a start of the gateway")
        }
    }

    /// Of `gateway.xml`; everything else is used where the gateway begins: its address, its store, its bounds.
    private static func isLive(_ name: String) -> Bool {
        let live = [
            "<partners ", "<institutions ", "<credentials ", "<mappings ", "<rules ", "<calendar ", "<signatures ",
            "<receipts ", "<limits callsPerMinute>", "<listen/tls ", "<alerts ", "<alerts/",
        ]
        return live.contains { name.hasPrefix($0) } && name != "<alerts everySeconds>"
    }
}

/// A part of what is registered of somebody, to be told by its name alone.
private struct Trait {
    let name: LocalizedText
    /// Another value is another part; 0 for none.
    let value: Int
    /// Whether it is a way that messages go.
    var isWay = false

    init(_ zh: String, _ en: String, _ value: (some Hashable)?, isWay: Bool = false) {
        name = LocalizedText(zh, en)
        self.value = value.map { $0.hashValue } ?? 0
        self.isWay = isWay
    }
}

extension Partner {
    fileprivate var traits: [Trait] {
        [
            Trait("名称", "name", name), Trait("种类", "senderType", kind),
            Trait("单位代码", "senderCode", senderCodes), Trait("来件映射", "mapping", mappings),
            Trait("回传映射", "statusMapping", statusMapping),
            Trait("回传地址", "returnAddress", returnAddress, isWay: true),
            Trait("重试", "retry", retryPolicy), Trait("交换目录", "exchange", exchange, isWay: true),
        ]
    }
}

extension Institution {
    fileprivate var traits: [Trait] {
        [
            Trait("名称", "name", name), Trait("电话", "phone", phone), Trait("行政区划", "division", division),
            Trait("推送", "push", push, isWay: true),
        ]
    }
}
