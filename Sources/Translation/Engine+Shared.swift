import Documents
import StrictJSON

/// What several records of a document share is read once.
extension Engine {
    /// What a group outside the record gave, and what was told of it.
    struct Shared {
        let content: JSONObject
        let findings: [Finding]
        let unknownCodes: [UnknownCodeText]
        let attachments: Int
        let uploadClaims: [UploadClaim]
        let said: [String: Said]
        let isComplete: Bool
    }

    struct SharedKey: Hashable {
        let group: ObjectIdentifier
        let sources: [Int]
        /// Only so many are taken of a record.
        let attachmentsBefore: Int
    }

    /// Of a document that went through, nothing may stay: its nodes' places are given to others.
    func forgetDocument() {
        shared.removeAll()
        embeddedDocuments.removeAll()
    }

    func shared(
        _ action: PlannedRule.Action, _ group: PlannedGroup, _ line: Int, at node: Node, to target: inout JSONObject,
        _ run: inout Run
    ) -> Bool {
        let sources = group.source.nodes(at: node).map(\.identity)
        // What is missing is told of the record itself, and a list that was begun goes on.
        guard !sources.isEmpty, group.lists.allSatisfy({ target.value(at: $0) == nil }) else {
            return direct(action, line, at: node, to: &target, path: "", &run)
        }
        let key = SharedKey(
            group: ObjectIdentifier(group), sources: sources, attachmentsBefore: run.attachments)
        if let known = shared[key] {
            for finding in known.findings { run.findings.add(finding) }
            run.unknownCodes += known.unknownCodes
            run.attachments += known.attachments
            run.uploadClaims += known.uploadClaims
            say(known.said, &run)
            target.merge(known.content)
            return known.isComplete
        }
        let (findings, codes, claims) = (run.findings.all.count, run.unknownCodes.count, run.uploadClaims.count)
        let before = run.said
        var content = JSONObject()
        run.said = [:]
        let isComplete = direct(action, line, at: node, to: &content, path: "", &run)
        let said = run.said
        run.said = before
        shared[key] = Shared(
            content: content, findings: Array(run.findings.all.dropFirst(findings)),
            unknownCodes: Array(run.unknownCodes.dropFirst(codes)),
            attachments: run.attachments - key.attachmentsBefore,
            uploadClaims: Array(run.uploadClaims.dropFirst(claims)), said: said,
            isComplete: isComplete)
        say(said, &run)
        target.merge(content)
        return isComplete
    }

    private func say(_ said: [String: Said], _ run: inout Run) {
        for (path, said) in said.sorted(by: { $0.key < $1.key }) {
            say(said, at: Place(parent: "", name: path), &run)
        }
    }
}
