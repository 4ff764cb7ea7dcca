/// How the clocks that run now stand, kind by kind.
public protocol ClockFigureSource: Sendable {
    func figures() async throws -> [ClockFigures]
}
