import Messaging

/// A connection that a worker's thread owns. It is told where a transaction begins and ends.
protocol StoreConnection: SQLConnection, AnyObject, SendableMetatype {
    /// Begins a writing transaction.
    func begin() throws(StoreError)
    /// - Throws: `StoreError.uncertain` where nobody knows whether it is durable.
    func commit() throws(StoreError)
    func rollBack()
    func close()
}

/// Many units in one transaction.
enum GroupCommit {
    /// Hardly any unit fails, so the group first goes without savepoints, which cost.
    ///
    /// - Returns: whether all succeeded; otherwise nothing was done.
    static func whole(_ units: [any StoreUnit], on connection: some StoreConnection) throws(StoreError) -> Bool {
        try connection.begin()
        guard units.allSatisfy({ $0.run(on: connection) }) else {
            connection.rollBack()
            return false
        }
        try connection.commit()
        return true
    }

    /// What fails is undone alone.
    static func each(_ units: [any StoreUnit], on connection: some StoreConnection) throws(StoreError) {
        try connection.begin()
        for unit in units {
            try connection.run("SAVEPOINT unit", [])
            if !unit.run(on: connection) { try connection.run("ROLLBACK TO unit", []) }
            try connection.run("RELEASE unit", [])
        }
        try connection.commit()
    }
}
