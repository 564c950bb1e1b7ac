/// One setting of the service: the same under every name that it has.
struct Setting: Sendable {
    /// What a value looks like.
    enum Kind: Sendable {
        case text
        case wholeNumber(ClosedRange<Int>)
        /// Given once per value on the command line, separated by commas in the environment, a list in the file.
        case texts
    }

    /// The name in the configuration file, for example `dataDirectory`.
    let name: String
    let kind: Kind
    /// What stands for the value in the help.
    let placeholder: String
    /// One sentence, for the help.
    let help: String

    /// The flag, for example `--data-directory`.
    var flag: String { "--" + words.joined(separator: "-") }

    /// The environment variable, for example `KITH_DATA_DIRECTORY`.
    var variable: String { "KITH_" + words.map { $0.uppercased() }.joined(separator: "_") }

    private var words: [String] {
        var words = [""]
        for character in name {
            if character.isUppercase { words.append("") }
            words[words.count - 1] += character.lowercased()
        }
        return words
    }

    static let dataDirectory = Setting(
        name: "dataDirectory", kind: .text, placeholder: "DIRECTORY",
        help: "Directory of the log and of everything derived from it.")
    static let masterKey = Setting(
        name: "masterKey", kind: .text, placeholder: "FILE",
        help: "File with the master key of the vault; made with a new log.")
    static let socket = Setting(
        name: "socket", kind: .text, placeholder: "PATH",
        help: "Unix domain socket to listen at.")
    static let group = Setting(
        name: "group", kind: .text, placeholder: "GROUP",
        help: "Group whose members may connect, by name or number.")
    static let serviceSocket = Setting(
        name: "serviceSocket", kind: .texts, placeholder: "NAME=PATH",
        help: "Further socket whose callers are all the service NAME; may be repeated.")
    static let httpSocket = Setting(
        name: "httpSocket", kind: .text, placeholder: "PATH",
        help: "Unix domain socket for HTTP with JSON; 'none' for none.")
    static let httpServiceSocket = Setting(
        name: "httpServiceSocket", kind: .texts, placeholder: "NAME=PATH",
        help: "Further socket for HTTP whose callers are all the service NAME; may be repeated.")
    static let httpPort = Setting(
        name: "httpPort", kind: .wholeNumber(0...65_535), placeholder: "PORT",
        help: "Port at 127.0.0.1 for HTTP with bearer tokens; 0 for any free one.")
    static let httpToken = Setting(
        name: "httpToken", kind: .texts, placeholder: "NAME=FILE",
        help: "File with the bearer token of the service NAME; may be repeated.")
    static let pack = Setting(
        name: "pack", kind: .text, placeholder: "none|en|zh",
        help: "Starter pack that a new log begins with; by the locale where it is not said.")
    static let logLevel = Setting(
        name: "logLevel", kind: .text, placeholder: "LEVEL",
        help: "trace, debug, info, notice, warning, error or critical.")
    static let logReserveBytes = Setting(
        name: "logReserveBytes", kind: .wholeNumber(0...1_073_741_824), placeholder: "BYTES",
        help: "Zeros that the log's file is kept ahead of its content.")
    static let ballastBytes = Setting(
        name: "ballastBytes", kind: .wholeNumber(0...1_099_511_627_776), placeholder: "BYTES",
        help: "File that is given up when the disk is full, so that reading and erasing go on; 0 for none.")
    static let witness = Setting(
        name: "witness", kind: .text, placeholder: "FILE",
        help: "File outside of the data directory that notes size and root of the log; 'none' for none.")
    static let maximumConnections = Setting(
        name: "maximumConnections", kind: .wholeNumber(1...1_000_000), placeholder: "N",
        help: "Connections at the same time, per socket.")
    static let maximumOpenRequests = Setting(
        name: "maximumOpenRequests", kind: .wholeNumber(1...1_000_000), placeholder: "N",
        help: "Unanswered requests of one connection, beyond which it is not read.")
    static let maximumBytesInFlight = Setting(
        name: "maximumBytesInFlight", kind: .wholeNumber(1_024...1_073_741_824), placeholder: "BYTES",
        help: "Bytes of those requests, beyond which it is not read.")
    static let maximumStreams = Setting(
        name: "maximumStreams", kind: .wholeNumber(1...100_000), placeholder: "N",
        help: "Open streams (history, rebuild) of one connection.")
    static let clientTimeout = Setting(
        name: "clientTimeout", kind: .wholeNumber(1...86_400), placeholder: "SECONDS",
        help: "How long a client may take to complete a request or to read an answer.")
    static let refusalDays = Setting(
        name: "refusalDays", kind: .wholeNumber(1...36_500), placeholder: "DAYS",
        help: "How long the journal of refusals keeps an entry.")
    static let scrubMegabytesPerSecond = Setting(
        name: "scrubMegabytesPerSecond", kind: .wholeNumber(0...100_000), placeholder: "N",
        help: "How fast the log is verified in the background, in MB/s; 0: not at all.")
    static let stopTimeout = Setting(
        name: "stopTimeout", kind: .wholeNumber(0...3_600), placeholder: "SECONDS",
        help: "How long open requests may take once the service stops.")

    /// Every setting, in the order of the help and of docs/configuration.md.
    static let all = [
        dataDirectory, masterKey, socket, group, serviceSocket, httpSocket, httpServiceSocket, httpPort, httpToken,
        logLevel, logReserveBytes, ballastBytes, witness, maximumConnections, maximumOpenRequests,
        maximumBytesInFlight, maximumStreams, clientTimeout, stopTimeout, refusalDays, scrubMegabytesPerSecond, pack,
    ]
}
