#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The terminal that standard output is shown on.
enum Terminal {
    /// Columns where the system does not say how many there are.
    private static let usualWidth = 80

    /// The room for a text: so many columns as asked for (0: no limit), else those of the terminal. Where standard
    /// output is none, everything is kept whole.
    static func layout(asked: Int?, environment: [String: String]) -> TextLayout {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if let asked { return TextLayout(width: asked == 0 ? nil : asked, isolates: isTerminal) }
        guard isTerminal else { return .unlimited }
        let width = environment["COLUMNS"].flatMap { Int($0) } ?? windowWidth
        return TextLayout(width: width > 0 ? width : usualWidth, isolates: true)
    }

    private static var windowWidth: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualWidth }
        return Int(size.ws_col)
    }
}
