import Canonical

/// The telephone numbers of a text, each once, and what its sender should be told.
struct TelephoneReading {
    let numbers: [PhoneNumber]
    /// Where there is no complete number: the digits that there are, if they may be one of another country.
    let digits: String?
    private(set) var told: [String] = []

    init(_ raw: String) {
        let (narrow, isChanged) = Converter.narrowed(raw)
        let (found, hasLeftDigits, hasLeftWords) = PhoneNumber.reading(narrow)
        var seen: Set<String> = []
        numbers = found.filter { seen.insert($0.text).inserted }
        if isChanged { told.append("normalizedFullWidth") }
        if numbers.isEmpty {
            let left = String(narrow.unicodeScalars.filter(Converter.isDigit))
            // 138****0317 is masked.
            digits = (5...15).contains(left.utf8.count) && !narrow.contains("*") ? left : nil
        } else {
            digits = nil
            if hasLeftWords { told.append("textLeftAside") }
        }
        if hasLeftDigits { told.append("formatError") }
        if numbers.contains(where: \.areaCodeAssumed) { told.append("areaCodeAssumed") }
    }
}
