/// The part of the day that stands beside an hour, and what hour of 24 both mean together.
enum DayPart {
    case night, morning, noon, afternoon, dusk, evening
    /// English: here noon and midnight are twelve.
    case am, pm

    static let words = WordTable<DayPart>([
        ("凌晨", .night), ("上午 早上 清晨 早晨 清早 一早 早间 晨间 午前 早 晨", .morning), ("中午 正午 午间", .noon),
        ("下午 午后 午后间", .afternoon), ("傍晚 黄昏", .dusk), ("晚上 晚间 夜晚 夜里 夜间 深夜 今晚 当晚 晚 夜", .evening),
        ("a.m. a.m am", .am), ("p.m. p.m pm", .pm),
    ])

    /// Nothing where the hour does not belong to the part of the day, or where two hours could be meant: 晚上十二点 is this
    /// midnight or the next.
    func hour(_ hour: Int) -> Int? {
        switch self {
        case .night: (0...6).contains(hour) ? hour : nil
        case .morning: (0...11).contains(hour) ? hour : nil
        case .noon: (11...13).contains(hour) ? hour : (1...2).contains(hour) ? hour + 12 : nil
        case .afternoon: (1...11).contains(hour) ? hour + 12 : (12...23).contains(hour) ? hour : nil
        case .dusk: (4...8).contains(hour) ? hour + 12 : (16...20).contains(hour) ? hour : nil
        case .evening: (5...11).contains(hour) ? hour + 12 : (17...23).contains(hour) ? hour : nil
        case .am: hour == 12 ? 0 : (0...11).contains(hour) ? hour : nil
        case .pm: (1...11).contains(hour) ? hour + 12 : (12...23).contains(hour) ? hour : nil
        }
    }
}
