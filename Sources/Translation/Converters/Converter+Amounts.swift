import StrictJSON

extension Converter {
    /// Yuan with two digits (GB/T 15835: figures, a point, no grouping).
    static func money(_ raw: String) -> Conversion {
        if let plain = plainMoney(raw) { return .value(.string(plain)) }
        let amount: AmountGrammar
        do throws(AmountGrammar.Refusal) { amount = try AmountGrammar(raw) } catch { return .failed(error.code) }
        if amount.isNegative { return .failed("negativeNumber") }
        let hundredth = AmountGrammar.unit / 100
        let hundredths = (amount.picos + hundredth / 2) / hundredth
        var told = told(of: amount)
        // Less than a millionth is what binary arithmetic leaves: 1234.5600000000001.
        if abs(amount.picos - hundredths * hundredth) > AmountGrammar.unit / 1_000_000 { told.append("roundedNumber") }
        let cents = hundredths % 100
        return .value(.string("\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"), told)
    }

    /// An amount for each month: what the field means says whether that is to be told.
    static let perMonth = "perMonth"
    /// An amount for another time than a month, which is no monthly one.
    static let otherPeriod = "wrongUnit"
    /// Nobody counts so many persons, copies or years.
    private static let mostCounted: Int128 = 1_000_000

    /// A count.
    static func integer(_ raw: String) -> Conversion {
        if raw.utf8.count <= 6, isPlainNumber(raw.utf8) { return .value(.number(raw)) }
        let amount: AmountGrammar
        do throws(AmountGrammar.Refusal) { amount = try AmountGrammar(raw, isCount: true) } catch {
            return .failed(error.code)
        }
        if amount.isNegative { return .failed("negativeNumber") }
        guard !amount.isMoney, amount.picos % AmountGrammar.unit == 0, amount.picos / AmountGrammar.unit <= mostCounted
        else { return .failed("notANumber") }
        let whole = "\(amount.picos / AmountGrammar.unit)"
        var told = told(of: amount)
        if told.isEmpty, whole != raw { told = ["normalizedNumber"] }
        return .value(.number(whole), told)
    }

    private static func told(of amount: AmountGrammar) -> [String] {
        var told = amount.isPlain ? [] : ["normalizedNumber"]
        if amount.isApproximate { told.append("approximateValue") }
        if amount.hasLeftWords { told.append("textLeftAside") }
        if amount.isPerMonth { told.append(perMonth) }
        if amount.isForOtherPeriod { told.append(otherPeriod) }
        return told
    }

    /// Digits alone, written as a number is.
    private static func isPlainNumber(_ text: some Collection<UInt8>) -> Bool {
        (1...15).contains(text.count) && text.allSatisfy(isDigit)
            && (text.count == 1 || text.first != UInt8(ascii: "0"))
    }

    /// Digits, perhaps with one or two decimals: read by bytes, since most amounts are written so.
    private static func plainMoney(_ raw: String) -> String? {
        let parts = raw.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2, isPlainNumber(whole) else { return nil }
        guard parts.count == 2 else { return raw + ".00" }
        guard (1...2).contains(parts[1].count), parts[1].allSatisfy(isDigit) else { return nil }
        return parts[1].count == 1 ? raw + "0" : raw
    }
}
