import Documents
import Foundation
import Messaging
import Storage
import Transport

/// The master key of an encrypted store, as `<encryption>` in `gateway.xml` names it.
struct StoreEncryption: Sendable, Hashable {
    let algorithm: SealedBox.Suite
    /// Where the environment has no `keyVariable`.
    let keyFile: String?
    let keyVariable: String?

    /// 64 hexadecimal digits, blanks around them aside.
    static func key(in text: String) -> [UInt8]? {
        let digits = text.trimmingCharacters(in: .whitespacesAndNewlines).compactMap(\.hexDigitValue)
        guard digits.count == 2 * SealedBox.keyLength,
            text.trimmingCharacters(in: .whitespacesAndNewlines).count == digits.count
        else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static let form = "a master key is 64 hexadecimal digits; `gateway keys master FILE` makes one"
}

extension StoreEncryption: MasterKey {
    var suite: String { algorithm.rawValue }

    func bytes() throws(StoreError) -> [UInt8] {
        let text: String
        if let value = keyVariable.flatMap({ ProcessInfo.processInfo.environment[$0] }) {
            text = value
        } else if let keyFile {
            text = try Self.text(of: keyFile)
        } else {
            throw .failed("the environment has no \(keyVariable ?? ""), which holds the master key")
        }
        guard let key = Self.key(in: text) else { throw .failed(Self.form) }
        return key
    }

    /// Of a file that nobody but its owner may read.
    private static func text(of path: String) throws(StoreError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .failed("the master key \(path) cannot be read (\(String(cString: strerror(errno))))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .failed("the master key \(path) is no file")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw .failed(
                "the master key \(path) has mode \(mode), so that others may read it: chmod 600 \(path), and rotate it where others may have read it"
            )
        }
        do {
            return String(decoding: try file.read(upToCount: 1024) ?? Data(), as: UTF8.self)
        } catch {
            throw .failed("the master key \(path) cannot be read")
        }
    }

    func makeKey() throws(StoreError) -> [UInt8] {
        do throws(TransportError) {
            return try SecureRandom.bytes(SealedBox.keyLength)
        } catch {
            throw .failed("the system has no random bytes to give")
        }
    }

    func cipher(_ suite: String, key: [UInt8]) throws(StoreError) -> any PayloadCipher {
        guard let suite = SealedBox.Suite(rawValue: suite) else {
            throw .corrupt("a data key is of a suite that this release does not know")
        }
        do throws(TransportError) {
            return BoxCipher(box: try SealedBox(suite, key: key))
        } catch {
            throw .failed("the system's OpenSSL does not offer \(suite.rawValue)")
        }
    }
}

/// OpenSSL's ciphers as the store asks for them.
private struct BoxCipher: PayloadCipher {
    let box: SealedBox

    func seal(_ plain: [UInt8], context: [UInt8]) throws(StoreError) -> [UInt8] {
        do throws(TransportError) {
            return try box.seal(plain, context: context)
        } catch {
            throw .failed("a value cannot be sealed")
        }
    }

    func open(_ sealed: ArraySlice<UInt8>, context: [UInt8]) -> [UInt8]? { box.open(sealed, context: context) }

    func hash(_ text: String) -> String { box.hash(text) }
}

extension ConfigurationReader {
    /// - Parameter path: makes a path of one that is relative to the file.
    mutating func encryption(in element: Node, path: (String) -> String) -> StoreEncryption? {
        guard let suite = required("suite", of: element).flatMap({ SealedBox.Suite(rawValue: $0) }) else { return nil }
        let (file, variable) = (required("keyFile", of: element), required("keyVariable", of: element))
        guard file != nil || variable != nil else {
            complain(at: element, "<encryption> needs keyFile or keyVariable, which says where the master key is")
            return nil
        }
        return StoreEncryption(algorithm: suite, keyFile: file.map(path), keyVariable: variable)
    }
}
