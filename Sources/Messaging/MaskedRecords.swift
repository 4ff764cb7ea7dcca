import Vocabulary

// What holds what a person, or somebody about a person, has said: a record that is printed by accident tells nothing.

extension ApplicationRecord: MaskedWhenPrinted {}
extension CanonicalContent: MaskedWhenPrinted {}
extension CaseChange: MaskedWhenPrinted {}
extension DeadLetterDetail: MaskedWhenPrinted {}
extension DeadLetterOrigin: MaskedWhenPrinted {}
extension Envelope: MaskedWhenPrinted {}
extension Evidence: MaskedWhenPrinted {}
extension FeedEntry: MaskedWhenPrinted {}
extension FollowUp: MaskedWhenPrinted {}
extension FollowUpRecord: MaskedWhenPrinted {}
extension HistoryEntry: MaskedWhenPrinted {}
extension IntakeCommit: MaskedWhenPrinted {}
extension IntakeRecord: MaskedWhenPrinted {}
extension Lease: MaskedWhenPrinted {}
extension OwnMessage: MaskedWhenPrinted {}
extension ReferralRecord: MaskedWhenPrinted {}
extension StatusRecord: MaskedWhenPrinted {}
extension StoredDocument: MaskedWhenPrinted {}
extension SubjectFile: MaskedWhenPrinted {}
extension Upload: MaskedWhenPrinted {}

// What holds a secret of a receiver's or of the gateway's.

extension ReturnAddress: MaskedWhenPrinted {}
extension SigningKey: MaskedWhenPrinted {}
extension OperatorAccount: MaskedWhenPrinted {}
