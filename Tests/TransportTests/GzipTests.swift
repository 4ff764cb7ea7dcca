import Foundation
import Testing

@testable import Transport

/// A body as gzip's own program packs it.
private func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/gzip")
    process.arguments = ["-c"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let writer = input.fileHandleForWriting
    Thread.detachNewThread {
        writer.write(Data(bytes))
        try? writer.close()
    }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return [UInt8](data)
}

@Suite struct GzipBodies {
    @Test(arguments: [0, 1, 100, 65_536, 65_537, 1_000_000])
    func `what was packed is unpacked, member by member`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let one = try packed(bytes)
        #expect(try Gzip.unpack(one, limit: count) == bytes)
        #expect(try Gzip.unpack(one + one, limit: count * 2) == bytes + bytes)
        if count > 0 { #expect(throws: Gzip.Problem.tooLarge) { try Gzip.unpack(one, limit: count - 1) } }
    }

    @Test func `a bomb is unpacked no further than the limit`() throws {
        let bomb = try packed(Array(repeating: 0, count: 30 << 20))
        #expect(bomb.count < 100_000)
        #expect(throws: Gzip.Problem.tooLarge) { try Gzip.unpack(bomb, limit: 1 << 20) }
    }

    @Test func `what is cut off, changed or something else is malformed`() throws {
        let whole = try packed(Array("一份报文".utf8))
        for length in 0..<whole.count {
            #expect(throws: Gzip.Problem.malformed) { try Gzip.unpack(Array(whole[..<length]), limit: 1000) }
        }
        var changed = whole
        changed[whole.count - 5] ^= 1
        #expect(throws: Gzip.Problem.malformed) { try Gzip.unpack(changed, limit: 1000) }
        #expect(throws: Gzip.Problem.malformed) { try Gzip.unpack(whole + [0x20], limit: 1000) }
        #expect(throws: Gzip.Problem.malformed) { try Gzip.unpack(Array("<R/>".utf8), limit: 1000) }
    }
}
