/// A small bar chart as SVG, with the same figures as a table for whoever cannot see it.
struct BarChart {
    struct Bar {
        let label: String
        let value: Int
    }

    let title: String
    let labelName: String
    let valueName: String
    let bars: [Bar]

    private static let height = 96

    var html: HTML {
        let highest = max(1, bars.map(\.value).max() ?? 0)
        let step = 22
        let shapes = bars.enumerated().map { index, bar -> HTML in
            let height = bar.value * Self.height / highest
            // A bar that is not zero can be seen.
            let shown = bar.value > 0 ? max(2, height) : 0
            return """
                <g><title>\(bar.label): \(bar.value)</title>
                <rect class="slot" x="\(index * step)" y="0" width="\(step)" height="\(Self.height)"/>
                <rect class="bar" x="\(index * step + 3)" y="\(Self.height - shown)" width="\(step - 6)" height="\(shown)"/>\(
                    mark(index, bar, at: index * step + step / 2))</g>
                """
        }
        let rows = bars.map { bar -> HTML in "<tr><th scope=\"row\">\(bar.label)</th><td>\(bar.value)</td></tr>" }
        return """
            <figure><figcaption>\(title)</figcaption>
            <svg class="chart" viewBox="0 0 \(max(1, bars.count) * step) \(Self.height + 18)" role="img" aria-label="\(title)">\(shapes)</svg>
            <details><summary>\(valueName)</summary><table class="figures"><thead><tr><th scope="col">\(labelName)</th>
            <th scope="col">\(valueName)</th></tr></thead><tbody>\(rows)</tbody></table></details></figure>
            """
    }

    /// Every fourth bar says what it is: all of them would run into each other.
    private func mark(_ index: Int, _ bar: Bar, at x: Int) -> HTML {
        guard index % 4 == 0 || bars.count <= 8 else { return .none }
        return "<text x=\"\(x)\" y=\"\(Self.height + 14)\">\(bar.label)</text>"
    }
}
