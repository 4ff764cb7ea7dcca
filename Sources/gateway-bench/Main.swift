import Foundation

/// Measures side by side in one run and prints ratios: absolute figures of a shared machine mean little.
@main
enum GatewayBench {
    static let help = """
        gateway-bench [COMMAND] [--seconds N] [--messages N]

          intake      durable intake over HTTP at 1, 16 and 64 connections, against an HTTP echo on the same listener,
                      the store's group commit alone, with the commits that intake itself packs for differing persons,
                      and the disk's bare fdatasync
          stages      processor time of one referral, stage by stage
          translate [MAPPING] [--before PROGRAM]
                      translation against libxml2's own parse and XSD validation of the same bytes, and, in the same
                      run, against another release's gateway-bench
          person      referrals about a person who has many already, against others (--messages referrals, default 20,000)
          store       what the operators' questions cost with much in the store, against 10,000 messages

        Without a command all of them run but person and store. --seconds is the length of each measurement (default 3),
        --messages how many the larger store holds (default 1,000,000: some minutes and 5 GB).
        """

    static func main() async {
        do {
            exit(try await run(Array(CommandLine.arguments.dropFirst())))
        } catch let failure as BenchFailure {
            FileHandle.standardError.write(Data("gateway-bench: \(failure.message)\n".utf8))
        } catch {
            FileHandle.standardError.write(Data("gateway-bench: \(error)\n".utf8))
        }
        exit(1)
    }

    private static func run(_ arguments: [String]) async throws -> Int32 {
        var words: [String] = []
        var seconds = 3.0
        var messages: Int?
        var before: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h":
                print(help)
                return 0
            case "--seconds":
                guard let text = rest.popFirst(), let number = Double(text), (0.1...600).contains(number) else {
                    throw BenchFailure("--seconds takes a number from 0.1 to 600")
                }
                seconds = number
            case "--before":
                guard let program = rest.popFirst() else { throw BenchFailure("--before takes a program") }
                before = program
            case "--messages":
                guard let text = rest.popFirst(), let number = Int(text), (10_000...100_000_000).contains(number) else {
                    throw BenchFailure("--messages takes a number from 10000 to 100000000")
                }
                messages = number
            default: words.append(argument)
            }
        }
        switch words.first {
        case nil:
            try await StageBench.run(seconds: seconds)
            try TranslateBench.run(seconds: seconds)
            try await IntakeBench.run(seconds: seconds)
        case "translate": try TranslateBench.run(seconds: seconds, only: words.dropFirst().first, before: before)
        case "store": try await StoreBench.run(messages: messages ?? 1_000_000)
        case "person": try await PersonBench.run(referrals: messages ?? 20_000)
        case "stages": try await StageBench.run(seconds: seconds)
        case "intake": try await IntakeBench.run(seconds: seconds)
        // The other end of the HTTP measurement, started by it as a process of its own.
        case "echo": try await EchoServer.run()
        case let word?:
            FileHandle.standardError.write(Data("unknown command \(word)\n\n\(help)\n".utf8))
            return 2
        }
        return 0
    }
}

/// What keeps a measurement from being made.
struct BenchFailure: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// Figures in columns.
struct BenchTable {
    private var rows: [[String]] = []

    init(_ header: [String]) { rows.append(header) }

    mutating func add(_ row: [String]) { rows.append(row) }

    func show() {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).enumerated().map { index, cell in
                let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + blanks : blanks + cell.0
            }
            print("  " + cells.joined(separator: "  "))
        }
        print("")
    }
}

func rounded(_ number: Double, _ digits: Int = 0) -> String {
    String(format: "%.\(digits)f", number)
}
