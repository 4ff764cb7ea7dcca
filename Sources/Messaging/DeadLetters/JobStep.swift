/// Which bulk job an act is a step of. It counts only while whoever takes the step holds the job.
public struct JobStep: Sendable, Hashable {
    public let jobID: String
    public let lockCount: Int

    public init(_ job: BulkJob) {
        jobID = job.id
        lockCount = job.lockCount
    }
}
