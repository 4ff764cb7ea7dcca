/// How much a kind of sender may know: the columns of domain §3.6, each of which lists what may be told.
public enum Audience: String, Sendable, CaseIterable {
    case court, procuratorate
    /// Police organs, detention centres, prisons and rehabilitation centres.
    case police
    /// Civil affairs and the relief platform.
    case civilAffairs
    case labour
    /// Bodies with no part in the proceeding: status, institution and telephone, nothing of the case.
    case community
    /// Work stations, contact points and legal aid institutions.
    case station
}
