/// What a signature covers and says of itself (RFC 9421 §2.3).
struct SignatureInput {
    let label: String
    /// In their order, lower-case; each once.
    let components: [String]
    let parameters: StructuredParameters
    let signature: [UInt8]

    /// More are not looked at.
    private static let most = 4

    /// The signatures of a request, in their order; none where any field is not by the letter.
    static func all(of request: HTTPRequest) throws(SignatureFault) -> [SignatureInput] {
        guard let inputs = members("Signature-Input", of: request), let signatures = members("Signature", of: request),
            inputs.count <= most
        else { throw .malformed }
        var found: [SignatureInput] = []
        for (label, value) in inputs {
            guard case .list(let items, let parameters) = value,
                case .item(.bytes(let signature), _)? = signatures.first(where: { $0.name == label })?.value
            else { throw .malformed }
            var components: [String] = []
            for (item, flags) in items {
                // Parts of fields, fields of another message and the like are not made use of.
                guard case .string(let name) = item, flags.pairs.isEmpty, !components.contains(name) else {
                    throw .malformed
                }
                components.append(name)
            }
            found.append(
                SignatureInput(label: label, components: components, parameters: parameters, signature: signature))
        }
        return found
    }

    private static func members(
        _ field: String, of request: HTTPRequest
    ) -> [(name: String, value: StructuredMember)]? {
        guard let text = request.joined(field) else { return nil }
        do throws(StructuredField.Malformed) { return try StructuredField.dictionary(text) } catch { return nil }
    }

    func text(_ name: String) -> String? {
        if case .string(let text)? = parameters[name] { text } else { nil }
    }

    /// Seconds since 1970.
    func seconds(_ name: String) -> Int64? {
        if case .integer(let number)? = parameters[name] { number } else { nil }
    }

    static func parameters(_ components: [String], _ parameters: StructuredParameters) -> String {
        StructuredMember.list(components.map { (.string($0), StructuredParameters()) }, parameters).serialized
    }

    /// What is signed (RFC 9421 §2.5); nothing where the request lacks one of the components.
    func base(of request: HTTPRequest, scheme: String) -> [UInt8]? {
        var lines: [String] = []
        for name in components {
            guard let value = request.component(name, scheme: scheme) else { return nil }
            lines.append("\"\(name)\": \(value)")
        }
        lines.append("\"@signature-params\": \(Self.parameters(components, parameters))")
        return Array(lines.joined(separator: "\n").utf8)
    }
}

/// Why a signature is not believed. Who sent it is told one and the same whatever it is.
public enum SignatureFault: String, Error, Sendable, CaseIterable {
    case malformed, unknownKey, keyNotInForce, otherAlgorithm, missingComponent, stale, wrong, otherDigest, replayed
    case unsigned
}

extension HTTPRequest {
    /// All fields of a name as one (RFC 9110 §5.3).
    func joined(_ name: String) -> String? {
        let values = headers.filter { isSameField($0.name, name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// The value of a component (RFC 9421 §2.1, §2.2); nothing for one that the request has not, or that is not known.
    func component(_ name: String, scheme: String) -> String? {
        guard name.hasPrefix("@") else {
            guard name == name.lowercased() else { return nil }
            return joined(name)
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map { $0.isEmpty ? "/" : String($0) } ?? "/"
        switch name {
        case "@method": return method
        case "@scheme": return scheme
        case "@authority": return authority(scheme)
        case "@path": return path
        case "@query": return "?" + (parts.count > 1 ? parts[1] : "")
        case "@request-target": return target
        case "@target-uri":
            return authority(scheme).map { "\(scheme)://\($0)\(path)\(parts.count > 1 ? "?\(parts[1])" : "")" }
        case _: return nil
        }
    }

    /// RFC 9421 §2.2.3: lower-case, without the scheme's own port.
    private func authority(_ scheme: String) -> String? {
        guard let host = header("Host")?.lowercased() else { return nil }
        let port = scheme == "https" ? ":443" : ":80"
        return host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
    }
}
