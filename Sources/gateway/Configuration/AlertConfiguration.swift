import Documents
import Foundation
import Operations

extension ConfigurationReader {
    /// `<alerts>` with its `<webhook url= tokenFile=/>`: a threshold of 0 switches its rule off.
    mutating func alerts(in element: Node) -> AlertSettings {
        var settings = AlertSettings()
        settings.every = seconds("everySeconds", of: element, in: 5...3600, unit: 1) ?? settings.every
        settings.settle = seconds("settleSeconds", of: element, in: 0...86_400, unit: 1) ?? settings.settle
        if let count = number("deadLetters", of: element, in: 0...1_000_000) {
            settings.deadLetters = count == 0 ? nil : count
        }
        threshold("deadLetterHours", of: element, unit: 3600, &settings.deadLetterAge)
        threshold("queueMinutes", of: element, unit: 60, &settings.queueAge)
        threshold("partnerSilentHours", of: element, unit: 3600, &settings.partnerSilence)
        threshold("hearingDays", of: element, unit: 86_400, &settings.hearing)
        threshold("expiryDays", of: element, unit: 86_400, &settings.expiry)
        if let webhook = element.children.first(where: { $0.name == "webhook" }) {
            settings.webhook = address(webhook)
        }
        return settings
    }

    private mutating func threshold(_ name: String, of element: Node, unit: Int, _ value: inout Duration?) {
        guard let duration = seconds(name, of: element, in: 0...10_000, unit: unit) else { return }
        value = duration == .zero ? nil : duration
    }

    private mutating func seconds(
        _ name: String, of element: Node, in range: ClosedRange<Int>, unit: Int
    ) -> Duration? {
        number(name, of: element, in: range).map { .seconds($0 * unit) }
    }
}
