import CLibXML2

/// XPath 1.0 of the kinds that mappings and rules are full of: paths of children, parents and attributes with tests,
/// comparisons, and the functions on texts. They give what libxml2 gives, evaluated on the tree's own bytes in a small
/// part of the time; whatever else an expression holds is left to libxml2.
///
/// The program is flat and holds no references, so that evaluating it counts none.
struct DirectExpression {
    /// A run of the program's bytes: a literal, or a name with a closing zero.
    struct Piece {
        let start: Int
        let count: Int

        var range: Range<Int> { start..<start + count }
    }

    enum Axis {
        case child, parent, attribute
        /// `.`, and `self::*` for an element alone.
        case this, element
    }

    struct Step {
        let axis: Axis
        /// Of children and attributes.
        let name: Piece
        /// The terms that nodes must pass, one after the other.
        var tests: Range<Int>
    }

    struct Path {
        let isAbsolute: Bool
        let steps: Range<Int>
    }

    enum Order { case less, lessOrEqual, greater, greaterOrEqual }

    /// Operands are indexes of other terms.
    enum Term {
        case path(Path)
        case union(Int, Int)
        case literal(Piece)
        case number(Double)
        case variable(Piece)
        case truth(Bool)
        case and(Int, Int)
        case or(Int, Int)
        case not(Int)
        case equal(Int, Int, isNegated: Bool)
        case compare(Int, Order, Int)
        case normalized(Int)
        case asText(Int)
        case asNumber(Int)
        case length(Int)
        case count(Int)
        case contains(Int, Int)
        case startsWith(Int, Int)
        case translated(Int, from: Piece, to: Piece)
        /// Characters from the first on, counted from 1.
        case substring(Int, from: Int, count: Int)
        case folded(Int)
        /// What a text means: a term, and the number of its test.
        case means(Int, test: Int)
    }

    /// What a term gives; only the run can tell for a variable.
    enum Kind { case nodes, text, number, truth, variable }

    var terms: [Term] = []
    var steps: [Step] = []
    /// Indexes of terms, for steps that have tests.
    var tests: [Int] = []
    var bytes: [UInt8] = []
    var root = 0

    func kind(of term: Int) -> Kind {
        switch terms[term] {
        case .path, .union: .nodes
        case .literal, .normalized, .asText, .translated, .substring, .folded: .text
        case .number, .asNumber, .length, .count: .number
        case .truth, .and, .or, .not, .equal, .compare, .contains, .startsWith, .means: .truth
        case .variable: .variable
        }
    }

    /// One run of a program.
    struct Evaluation {
        let terms: UnsafeBufferPointer<Term>
        let steps: UnsafeBufferPointer<Step>
        let tests: UnsafeBufferPointer<Int>
        let bytes: UnsafeBufferPointer<UInt8>
        let root: Int
        let node: xmlNodePtr
        let document: Unmanaged<Document>
        let variables: Unmanaged<XPathVariables>?
        /// What the numbers of tests stand for.
        let textTests: Unmanaged<TextTests>?
        /// Whether children of the same name always stand together, as they do in trees of JSON.
        let namesStandTogether: Bool
        let budget: UnsafeMutablePointer<Int>
    }
}
