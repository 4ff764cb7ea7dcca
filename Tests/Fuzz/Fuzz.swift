import Foundation

/// libFuzzer's own entry (LLVM, "Using libFuzzer as a library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ attempt: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What is made between the two is no leak: LeakSanitizer does not see references that Swift keeps with tags in them, such
/// as those of the mappings' rules.
@_silgen_name("__lsan_disable") private func ignoreLeaks()
@_silgen_name("__lsan_enable") private func noticeLeaks()

/// `gateway-fuzz TARGET MAPPINGS FOLDER [libFuzzer's options] [FILE]`: tries a `FuzzTarget` until the options say stop, or one
/// file. The folder keeps the seeds, what was found worth trying, and what broke something.
@main
enum Fuzz {
    nonisolated(unsafe) private static var bench: FuzzBench?
    nonisolated(unsafe) private static var target = FuzzTarget.documents

    static func main() throws {
        let words = CommandLine.arguments
        guard words.count > 3, let target = FuzzTarget(rawValue: words[1]) else {
            print(
                "gateway-fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) MAPPINGS FOLDER [-option]")
            exit(64)
        }
        ignoreLeaks()
        let mappings = URL(filePath: words[2])
        let folder = URL(filePath: words[3])
        let found = folder.appending(path: target.rawValue)
        let seeds = folder.appending(path: "\(target.rawValue)-seeds")
        for place in [found, seeds] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        for (number, seed) in try target.seeds(of: mappings).enumerated() {
            try Data(seed).write(to: seeds.appending(path: "\(number)"))
        }
        Self.target = target
        let set = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)")
        bench = try FuzzBench(mappings: mappings, set: set)
        if target == .translation { bench?.warmUp(try target.seeds(of: mappings)) }
        atexit { Fuzz.bench?.remove() }
        // A file is tried once; folders are what to begin with.
        let files = words.dropFirst(4).contains { !$0.hasPrefix("-") }
        noticeLeaks()
        exit(
            run(
                [words[0], "-artifact_prefix=\(folder.path)/\(target.rawValue)-"] + words.dropFirst(4)
                    + (files ? [] : [found.path, seeds.path])))
    }

    private static func run(_ options: [String]) -> CInt {
        var arguments = options.map { strdup($0) } + [nil]
        var count = CInt(options.count)
        return arguments.withUnsafeMutableBufferPointer { buffer in
            guard var first = buffer.baseAddress else { return 70 }
            return runDriver(&count, &first, tryOne)
        }
    }

    fileprivate static func attempt(_ bytes: [UInt8]) {
        do {
            guard let problem = try bench?.problem(of: bytes, as: target) else { return }
            print("gateway-fuzz: \(problem)")
        } catch {
            print("gateway-fuzz: \(error)")
        }
        abort()
    }
}

private func tryOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Fuzz.attempt(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
