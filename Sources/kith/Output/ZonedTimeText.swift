internal import Schema
internal import SwiftProtobuf

/// Times on the reader's clock.
struct ZonedTimeText: Equatable, Sendable {
    var clock: ZoneClock

    /// For example `2017-03-11 09:26 +08:00`: date, time to the minute, and how far the clock is ahead of UTC, so that
    /// nobody has to guess whose clock it is.
    func minute(_ timestamp: Google_Protobuf_Timestamp) -> String {
        text(timestamp) { "\(TimeText.padded($0.hour, 2)):\(TimeText.padded($0.minute, 2))" }
    }

    /// For example `2017-03-11 09:26:53.589793 +08:00`: the same to the microsecond, which is all that the log knows.
    func exact(_ timestamp: Google_Protobuf_Timestamp) -> String {
        text(timestamp) { time in
            "\(TimeText.padded(time.hour, 2)):\(TimeText.padded(time.minute, 2)):\(TimeText.padded(time.second, 2))"
                + ".\(TimeText.padded(time.microsecond, 6))"
        }
    }

    private func text(_ timestamp: Google_Protobuf_Timestamp, _ ofDay: (CivilTime) -> String) -> String {
        guard let instant = Instant(timestamp) else { return "\(timestamp.seconds).\(timestamp.nanos)" }
        let (time, offset) = clock.civilTime(at: instant)
        let minutes = abs(offset) / 60
        return "\(TimeText.day(time.year, time.month, time.day)) \(ofDay(time)) \(offset < 0 ? "-" : "+")"
            + "\(TimeText.padded(minutes / 60, 2)):\(TimeText.padded(minutes % 60, 2))"
    }
}

/// Shares for a person: never without what they are made of, where the answer says it.
enum RatioText {
    /// What stands for a figure that nobody can know: a share of nothing, a mean of none. It is not 0.
    static let unknown = "–"

    /// `62.6 % (1629 of 2604)`.
    static func counts(_ ratio: PipelineRatio) -> String {
        "\(percent(ratio.hasValue ? ratio.value : nil)) (\(ratio.numerator) of \(ratio.denominator))"
    }

    /// `62.6 %`, or a dash.
    static func percent(_ share: Double?) -> String { share.map { "\(decimal($0 * 100)) %" } ?? unknown }

    /// With one decimal, or a dash.
    static func decimal(_ value: Double?, digits: Int = 1) -> String {
        guard let value else { return unknown }
        guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
        let power = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        return MoneyText.decimal(Int64((value * power).rounded()), scale: digits)
    }
}
