import StrictJSON
import Testing

/// Of values of tests a failure may tell everything.
extension JSONValue: CustomTestStringConvertible {
    public var testDescription: String { text() }
}
