import Foundation
import Messaging
import Storage
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Backup and restore by the commands.
@Suite struct BackupTests {
    /// A gateway whose mappings are its own, without their examples, and which names a secret.
    private func gateway() throws -> GatewayProcess {
        let gateway = try GatewayProcess(courtWays: "")
        let mappings = gateway.folder.appending(path: "Mappings")
        let shipped = repository.appending(path: "Mappings")
        try FileManager.default.copyItem(at: shipped, to: mappings)
        for path in FileManager.default.subpaths(atPath: mappings.path) ?? [] where path.hasSuffix("/examples") {
            try FileManager.default.removeItem(at: mappings.appending(path: path))
        }
        let file = gateway.folder.appending(path: "gateway.xml")
        try String(contentsOf: file, encoding: .utf8).replacing(shipped.path, with: "Mappings")
            .write(to: file, atomically: true, encoding: .utf8)
        try gateway.set(#"<alerts><webhook url="http://127.0.0.1:9/" tokenFile="webhook.token"/></alerts>"#)
        try "secret".write(
            to: gateway.folder.appending(path: "webhook.token"), atomically: true, encoding: .utf8)
        return gateway
    }

    private func settings(of gateway: GatewayProcess) -> [String] {
        ["--config", gateway.folder.appending(path: "gateway.xml").path]
    }

    private func backUp(_ gateway: GatewayProcess, _ options: [String] = []) throws -> URL {
        let (code, output) = try GatewayProcess.run(
            ["backup", gateway.folder.appending(path: "backups").path] + options + settings(of: gateway),
            complaints: true)
        try #require(code == 0, "\(output)")
        return URL(filePath: String(try #require(output.split(separator: "\n").first)))
    }

    private func expect(_ words: [String], code: Int32 = 1, says text: String) throws {
        let (found, output) = try GatewayProcess.run(words, complaints: true)
        #expect(found == code && output.contains(text), "\(words): \(output)")
    }

    @Test func `fifty backups under load are each restored whole, with all that was acknowledged before`() async throws
    {
        let gateway = try gateway()
        try gateway.start()
        for round in 0..<50 {
            let senders = LoadSenders(gateway, "B\(round)", pace: .milliseconds(100))
            async let sending: Void = senders.send(atLeast: 2)
            try await eventually("something was acknowledged") { senders.acknowledged.count > 3 ? true : nil }
            let before = senders.acknowledged
            let archive = try backUp(gateway)
            senders.stop()
            try await sending
            let copy = gateway.folder.appending(path: "copy")
            try expect(["restore", archive.path, "--to", copy.path], code: 0, says: "check --store")
            let store = copy.appending(path: "store/gateway.sqlite")
            #expect(Set(before).subtracting(try await messageIDs(in: store)) == [], "round \(round)")
            if round % 10 == 0 {
                try expect(
                    ["check", "--store", "--config", copy.appending(path: "config/gateway.xml").path], code: 0,
                    says: "everything is in order")
            }
            try FileManager.default.removeItem(at: copy)
            try FileManager.default.removeItem(at: archive)
        }
        gateway.stop()
        gateway.remove()
    }

    @Test func `an archive is its owner's alone, and has keys and configuration as they are`() async throws {
        let gateway = try gateway()
        // A folder may be a link to where it is kept.
        let mappings = gateway.folder.appending(path: "Mappings")
        let kept = gateway.folder.appending(path: "kept")
        try FileManager.default.moveItem(at: mappings, to: kept)
        try FileManager.default.createSymbolicLink(at: mappings, withDestinationURL: kept)
        try gateway.start()
        _ = try await gateway.send(courtNotice("A-1"))
        let archive = try backUp(gateway)
        for path in [
            "", "/manifest.json", "/store", "/store/gateway.sqlite", "/keys/identity-key", "/config/gateway.xml",
        ] {
            let mode = try FileManager.default.attributesOfItem(atPath: archive.path + path)[.posixPermissions] as? Int
            #expect(try #require(mode) & 0o077 == 0, "\(path)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: archive.path + "/store") == ["gateway.sqlite"])
        for (name, origin) in [
            ("config/gateway.xml", "gateway.xml"), ("config/credentials.xml", "credentials.xml"),
            ("keys/identity-key", "store.sqlite.identity-key"), ("keys/1-webhook.token", "webhook.token"),
            ("Mappings/sender-kinds.xml", "Mappings/sender-kinds.xml"),
        ] {
            #expect(
                try Data(contentsOf: archive.appending(path: name))
                    == Data(contentsOf: gateway.folder.appending(path: origin)), "\(name)")
        }
        let manifest = try ArchiveManifest(of: archive)
        #expect(
            manifest.schema == StoreSurvey.currentSchema
                && manifest.tables.contains { $0.name == "referral" && $0.rows == 1 })
        gateway.stop()
        gateway.remove()
    }

    /// What is done to an archive, and what is said of it.
    private static let harm: [(name: String, says: String, do: @Sendable (URL) throws -> Void)] = [
        ("a byte of the store", "digests", { try overwrite($0.appending(path: "store/gateway.sqlite"), at: 5000) }),
        ("a key", "digests", { try Data(count: 32).write(to: $0.appending(path: "keys/identity-key")) }),
        (
            "a file gone", "is missing",
            { try FileManager.default.removeItem(at: $0.appending(path: "config/partners.xml")) }
        ),
        ("a file more", "is no part", { try Data("x".utf8).write(to: $0.appending(path: "config/rules/z.xml")) }),
        (
            "no manifest", "no whole archive",
            { try FileManager.default.removeItem(at: $0.appending(path: "manifest.json")) }
        ),
        (
            "another head", "trail does not end",
            { archive in
                try edit(archive) { $0.replacing(/("hash": ")[0-9a-f]{8}/) { "\($0.1)12345678" } }
            }
        ),
        (
            "a letter of the manifest", "own digest",
            { archive in
                try edit(archive, isResealed: false) { $0.replacing("\"referral\": 1", with: "\"referral\": 2") }
            }
        ),
        (
            "a place that hides what it is", "damaged",
            { archive in try edit(archive) { $0.replacing("/store.sqlite\"", with: "/../store.sqlite\"") } }
        ),
        (
            "a place without an end", "damaged",
            { archive in
                let long = String(repeating: "x", count: ArchiveManifest.longestPath)
                try edit(archive) { $0.replacing("/store.sqlite\"", with: "/\(long)\"") }
            }
        ),
        (
            "other counts", "not as many",
            { archive in try edit(archive) { $0.replacing("\"referral\": 1", with: "\"referral\": 2") } }
        ),
        (
            "a way out", "damaged",
            { archive in try edit(archive) { $0.replacing("keys/identity-key", with: "../identity-key") } }
        ),
    ]

    private static func overwrite(_ file: URL, at offset: UInt64) throws {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 1))
    }

    /// - Parameter isResealed: whether whoever changes it makes its digest right, as anybody can.
    private static func edit(_ archive: URL, isResealed: Bool = true, _ change: (String) -> String) throws {
        let file = archive.appending(path: "manifest.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try #require(change(text) != text)
        guard isResealed else { return try change(text).write(to: file, atomically: true, encoding: .utf8) }
        var said = try #require(try JSONValue(parsing: Array(change(text).utf8)).object)
        said["digest"] = nil
        said["digest"] = .string(ArchiveManifest.digest(of: said))
        try JSONValue.object(said).text().write(to: file, atomically: true, encoding: .utf8)
    }

    @Test func `an archive that is not right in every part is told and not restored`() async throws {
        let gateway = try gateway()
        try gateway.start()
        _ = try await gateway.send(courtNotice("H-1"))
        gateway.stop()
        let archive = try backUp(gateway)
        try expect(["backup", "--verify", archive.path], code: 0, says: "whole")
        let harmed = gateway.folder.appending(path: "harmed")
        for harm in Self.harm {
            try FileManager.default.copyItem(at: archive, to: harmed)
            try harm.do(harmed)
            try expect(["backup", "--verify", harmed.path], says: harm.says)
            try expect(["restore", harmed.path, "--in-place", "--force"], says: harm.says)
            try FileManager.default.removeItem(at: harmed)
        }
        let store = gateway.folder.appending(path: "store.sqlite")
        #expect(try await messageIDs(in: store) == ["H-1"], "what is in force was left alone")
        gateway.remove()
    }

    @Test func `a damaged store is not backed up, and check says what to do`() async throws {
        let gateway = try gateway()
        try gateway.start()
        _ = try await gateway.send(courtNotice("D-1"))
        gateway.stop()
        let store = gateway.folder.appending(path: "store.sqlite")
        let whole = try Data(contentsOf: store)
        let database = try ReadOnlyStore(path: store.path)
        let unused = try await database.read { connection throws(StoreError) in
            try connection.query("PRAGMA freelist_count", []) { row throws(StoreError) in try row.integer(at: 0) }.first
                ?? 0
        }
        await database.close()
        var taken = 0
        for page in stride(from: 0, to: whole.count / 4096, by: 3) {
            try whole.write(to: store)
            let handle = try FileHandle(forUpdating: store)
            try handle.seek(toOffset: UInt64(page * 4096))
            try handle.write(contentsOf: Data(repeating: 0xFF, count: 4096))
            try handle.close()
            let (code, output) = try GatewayProcess.run(
                ["backup", gateway.folder.appending(path: "backups").path] + settings(of: gateway), complaints: true)
            if code == 0 { taken += 1 } else { #expect(output.contains("last good one"), "page \(page): \(output)") }
        }
        // Nothing is read in a page that nothing stands in.
        #expect(taken <= unused)
        try FileHandle(forUpdating: store).write(contentsOf: Data(repeating: 0xFF, count: 4096))
        let left = try? FileManager.default.contentsOfDirectory(atPath: gateway.folder.appending(path: "backups").path)
        #expect((left ?? []).count == taken)
        try expect(["check", "--store"] + settings(of: gateway), says: "gateway restore")
        gateway.remove()
    }

    @Test func `a document that the disk has changed by one letter is named, though its file is whole`() async throws {
        let gateway = try gateway()
        try gateway.start()
        for name in ["甲", "乙", "丙"] { _ = try await gateway.send(courtNotice("C-\(name)", name: "测试\(name)")) }
        let paper = Array("A paper that was uploaded.".utf8)
        let digest = Digest.hex(Digest.sha256(paper))
        let taken = try await gateway.remote.call(
            "PUT", "/v1/attachments/\(digest)", body: paper, mediaType: "application/octet-stream")
        #expect(taken.status == 201)
        gateway.stop()
        try expect(["check", "--store"] + settings(of: gateway), code: 0, says: "is whole")
        let store = gateway.folder.appending(path: "store.sqlite")
        var bytes = try Data(contentsOf: store)
        // As it came; what was made of it has the name without its element.
        let place = try #require(bytes.range(of: Data("<XM>测试乙".utf8)))
        bytes.replaceSubrange(place, with: Data("<XM>测试丁".utf8))
        let other = try #require(bytes.range(of: Data(paper)))
        bytes.replaceSubrange(other, with: Data("A paper that was UPLOADED.".utf8))
        try bytes.write(to: store)
        for command in [["check", "--store"], ["backup", gateway.folder.appending(path: "backups").path]] {
            let (code, output) = try GatewayProcess.run(command + settings(of: gateway), complaints: true)
            let told = output.split(separator: "\n").filter { $0.contains("is not what its digest says") }
            #expect(code == 1 && told.count == 2 && !output.contains("测试"), "\(output)")
        }
        gateway.remove()
    }

    @Test func `a store that is there or in use is not overwritten, and put aside where that is asked`() async throws {
        let gateway = try gateway()
        try gateway.start()
        _ = try await gateway.send(courtNotice("R-1"))
        let archive = try backUp(gateway)
        _ = try await gateway.send(courtNotice("R-2"))
        try expect(["restore", archive.path, "--in-place", "--force"], says: "in use")
        gateway.kill()
        // Where it stood is shown, and is no path before somebody has said so.
        try expect(["restore", archive.path], says: "store/gateway.sqlite → \(gateway.folder.path)/store.sqlite")
        try expect(["restore", archive.path, "--in-place"], says: "nothing was changed")
        let (code, output) = try GatewayProcess.run(["restore", archive.path, "--in-place", "--force"])
        try #require(code == 0, "\(output)")
        let store = gateway.folder.appending(path: "store.sqlite")
        #expect(!FileManager.default.fileExists(atPath: store.path + "-wal"), "it was of another life")
        #expect(try await messageIDs(in: store) == ["R-1"])
        let trail = try GatewayProcess.run(["audit", "export"] + settings(of: gateway)).output
        let told = try #require(trail.split(separator: "\n").first { $0.contains("\"restore\"") })
        #expect(told.contains(try #require(try ArchiveManifest(of: archive).digest)))
        try expect(["audit", "verify"] + settings(of: gateway), code: 0, says: "intact")
        // The former store is whole with its log beside it.
        let aside = try #require(
            try FileManager.default.contentsOfDirectory(atPath: gateway.folder.path).first {
                $0.contains(".before-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
            })
        #expect(output.contains(aside))
        let former = try SQLiteDatabase(path: gateway.folder.appending(path: aside).path, maxPending: 4)
        await former.close()
        #expect(try await messageIDs(in: gateway.folder.appending(path: aside)) == ["R-1", "R-2"])
        try gateway.start()
        #expect(try await gateway.send(courtNotice("R-2"))["outcome"] == "accepted")
        gateway.stop()
        gateway.remove()
    }

    @Test func `the store goes with its identity key and no other`() async throws {
        let gateway = try gateway()
        try gateway.start()
        _ = try await gateway.send(courtNotice("K-1"))
        gateway.stop()
        let key = gateway.folder.appending(path: "store.sqlite.identity-key")
        let archive = try backUp(gateway, ["--without-keys"])
        #expect(!FileManager.default.fileExists(atPath: archive.path + "/keys"))
        let whole = try backUp(gateway)
        try FileManager.default.removeItem(at: key)
        for words in [["serve"], ["check"], ["check", "--store"]] {
            try expect(words + settings(of: gateway), says: "is not there")
        }
        #expect(!FileManager.default.fileExists(atPath: key.path), "it is never made anew")
        try expect(["restore", archive.path, "--in-place", "--force"], code: 0, says: key.path)
        try GatewayProcess.writeKey(Array(repeating: 7, count: 32), to: key)
        for words in [["serve"], ["check"]] { try expect(words + settings(of: gateway), says: "another identity key") }
        try expect(["restore", whole.path, "--in-place"], says: "nothing was changed")
        try expect(["restore", whole.path, "--in-place", "--force"], code: 0, says: key.path)
        try expect(["check", "--store"] + settings(of: gateway), code: 0, says: "in order")
        // Lost for good.
        try FileManager.default.removeItem(at: key)
        try expect(["keys", "identity"] + settings(of: gateway), code: 2, says: "--accept-loss")
        try expect(
            ["keys", "identity", "--accept-loss", "--reason", "身份密钥遗失"] + settings(of: gateway), code: 0, says: key.path
        )
        // What was sealed under the lost key is no forgery, now and after the next start.
        try expect(["check", "--store"] + settings(of: gateway), code: 0, says: "in order")
        try gateway.start()
        gateway.stop()
        try expect(["audit", "verify"] + settings(of: gateway), code: 0, says: "intact")
        gateway.remove()
    }

    @Test(arguments: ["", #"<identityKey path="keys &amp; 'more'/identity.key"/>"#])
    func `a copy of an encrypted store names the keys that the archive has not where they stood`(
        identity: String
    ) async throws {
        let gateway = try gateway()
        for name in ["keys & 'more'", "elsewhere"] {
            try FileManager.default.createDirectory(
                at: gateway.folder.appending(path: name), withIntermediateDirectories: true)
        }
        let master = gateway.folder.appending(path: "keys & 'more'/master.key")
        #expect(try GatewayProcess.run(["keys", "master", master.path]).code == 0)
        try gateway.set(
            #"<encryption suite="aes-256-gcm" keyFile="keys &amp; 'more'/master.key"/>"# + identity
                + #"<audit headFile="elsewhere/heads.jsonl"/>"#)
        try gateway.start()
        _ = try await gateway.send(courtNotice("C-1"))
        gateway.stop()
        for options in [[], ["--without-keys"]] {
            let archive = try backUp(gateway, options)
            let manifest = try ArchiveManifest(of: archive)
            let copy = gateway.folder.appending(path: "elsewhere/copy")
            let (code, output) = try GatewayProcess.run(["restore", archive.path, "--to", copy.path])
            #expect(code == 0)
            for key in manifest.missingKeys { #expect(output.contains(key.origin), "\(output)") }
            let file = ["--config", copy.appending(path: "config/gateway.xml").path]
            try expect(["check", "--store"] + file, code: 0, says: "in order")
            let settings = try Configuration(file: file[1])
            #expect(settings.encryption?.keyFile == master.path)
            // A copy hands no heads of its own out among the original's.
            #expect(settings.auditHeadFile == copy.appending(path: "config/audit-heads.jsonl").path)
            let key = try #require(manifest.files.first { $0.role == .identityKey })
            #expect((settings.identityKeyFile == key.origin) == !options.isEmpty)
            try FileManager.default.removeItem(at: copy)
            // What the archive says of its trail needs no key.
            try FileManager.default.moveItem(at: master, to: URL(filePath: master.path + ".away"))
            let verified = try GatewayProcess.run(["backup", "--verify", archive.path], complaints: true)
            #expect(verified.output.contains("is whole") && verified.output.contains("not at hand"), "\(verified)")
            try FileManager.default.moveItem(at: URL(filePath: master.path + ".away"), to: master)
        }
        gateway.remove()
    }

    @Test func `a store of a newer release is told as what it is`() async throws {
        let gateway = try gateway()
        try gateway.start()
        gateway.stop()
        let database = try SQLiteDatabase(
            path: gateway.folder.appending(path: "store.sqlite").path, maxPending: 4)
        try await database.write { connection throws(StoreError) in
            _ = try connection.run("PRAGMA user_version=999", [])
        }
        await database.close()
        for words in [["check"], ["check", "--store"], ["serve"], ["migrate"]] {
            try expect(words + settings(of: gateway), says: "由更新的版本写成：其结构为第 999 版")
        }
        gateway.remove()
    }

    @Test func `an old file beside the log of another life is refused with the remedy`() async throws {
        let gateway = try gateway()
        try gateway.start()
        let store = gateway.folder.appending(path: "store.sqlite").path
        _ = try await gateway.send(courtNotice("L-1"))
        gateway.stop()
        try FileManager.default.copyItem(atPath: store, toPath: store + ".old")
        try gateway.start()
        _ = try await gateway.send(courtNotice("L-2"))
        gateway.stop()
        try gateway.start()
        _ = try await gateway.send(courtNotice("L-3"))
        gateway.kill()
        try FileManager.default.removeItem(atPath: store)
        try FileManager.default.moveItem(atPath: store + ".old", toPath: store)
        for words in [["serve"], ["check"], ["migrate"]] {
            try expect(words + settings(of: gateway), says: "先把 -wal 和 -shm 移到别处保存")
        }
        for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: store + suffix) }
        try expect(["check"] + settings(of: gateway), code: 0, says: "in order")
        gateway.remove()
    }
}
