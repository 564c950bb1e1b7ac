/// A bar on standard error for what takes longer than a second, where standard error is a terminal.
struct ProgressBar {
    private static let width = 30
    private static let patience = Duration.seconds(1)
    private static let interval = Duration.milliseconds(100)

    private let title: String
    private let visible: Bool
    private let started: ContinuousClock.Instant
    private var shown: ContinuousClock.Instant?

    init(_ title: String, visible: Bool = Console.complainsToTerminal) {
        self.title = title
        self.visible = visible
        started = .now
    }

    /// Shows how far the work is, at most ten times a second.
    ///
    /// - Parameters:
    ///   - done: units that are done.
    ///   - total: all units; nil where that is not known.
    ///   - note: what else to say, for example a rate.
    mutating func update(done: Int, total: Int?, note: String = "") {
        guard visible else { return }
        let now = ContinuousClock.now
        guard now - started >= Self.patience else { return }
        if let shown, now - shown < Self.interval { return }
        shown = now
        Console.writeToStandardError(Array("\r\u{1B}[K\(Self.text(title, done: done, total: total, note: note))".utf8))
    }

    /// Takes the bar away.
    mutating func finish() {
        if shown != nil { Console.writeToStandardError(Array("\r\u{1B}[K".utf8)) }
        shown = nil
    }

    /// One line of progress.
    static func text(_ title: String, done: Int, total: Int?, note: String) -> String {
        let end = note.isEmpty ? "" : "  \(note)"
        guard let total, total > 0 else { return "\(title)  \(done)\(end)" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "\(title)  [\(bar)] \(Int(share * 100)) %\(end)"
    }
}
