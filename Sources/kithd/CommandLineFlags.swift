internal import Configuration

/// What stands on the command line, read strictly: a flag that is not known, a value that is missing or of the wrong
/// kind, and anything else that is no flag are refused. (The command-line provider of swift-configuration takes
/// everything and splits values at commas, which a path may hold.)
struct CommandLineFlags: Sendable {
    /// What the daemon is to do.
    enum Action: Sendable {
        case serve, check, help, version
    }

    private(set) var action = Action.serve
    /// A log that is not the one that its witness knows is to be served. Never a setting: it is meant once.
    private(set) var acceptsRollback = false
    /// The configuration file, where one is named.
    private(set) var configurationFile: String?
    /// The settings that are given, by name.
    private(set) var values: [String: ConfigContent] = [:]

    /// Reads the arguments behind the program's name.
    init(_ arguments: some Sequence<String>) throws(WrongUse) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            let (flag, attached) = CommandLineFlags.split(argument)
            switch flag {
            case "--check": try set(.check, attached, flag)
            case "--help", "-h": try set(.help, attached, flag)
            case "--version": try set(.version, attached, flag)
            case "--accept-rollback":
                guard attached == nil else { throw WrongUse("\(flag) takes no value.") }
                acceptsRollback = true
            case "--config":
                guard configurationFile == nil else { throw WrongUse("--config is given twice.") }
                configurationFile = try CommandLineFlags.value(of: flag, attached, &rest)
            default:
                guard flag.hasPrefix("-") else {
                    throw WrongUse("\(argument) is not expected; every setting has a flag.")
                }
                guard let setting = Setting.all.first(where: { $0.flag == flag }) else {
                    throw WrongUse("There is no flag \(flag).")
                }
                try add(setting, try CommandLineFlags.value(of: flag, attached, &rest))
            }
        }
    }

    private mutating func set(_ action: Action, _ attached: String?, _ flag: String) throws(WrongUse) {
        guard attached == nil else { throw WrongUse("\(flag) takes no value.") }
        // Help wins over everything, the version over a check.
        if self.action != .help, self.action != .version || action == .help { self.action = action }
    }

    private mutating func add(_ setting: Setting, _ text: String) throws(WrongUse) {
        switch setting.kind {
        case .text:
            guard values[setting.name] == nil else { throw WrongUse("\(setting.flag) is given twice.") }
            values[setting.name] = .string(text)
        case .wholeNumber:
            guard values[setting.name] == nil else { throw WrongUse("\(setting.flag) is given twice.") }
            guard let number = Int(text) else {
                throw WrongUse("\(setting.flag) takes a whole number, not \(text).")
            }
            values[setting.name] = .int(number)
        case .texts:
            if case .stringArray(let texts)? = values[setting.name] {
                values[setting.name] = .stringArray(texts + [text])
            } else {
                values[setting.name] = .stringArray([text])
            }
        }
    }

    /// `--flag=value` in its parts.
    private static func split(_ argument: String) -> (flag: String, attached: String?) {
        guard argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") else { return (argument, nil) }
        return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }

    private static func value(
        of flag: String, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws(WrongUse) -> String {
        if let attached {
            guard !attached.isEmpty else { throw WrongUse("\(flag) needs a value.") }
            return attached
        }
        guard let next = rest.first, !next.isEmpty, !next.hasPrefix("--") else {
            throw WrongUse("\(flag) needs a value.")
        }
        rest.removeFirst()
        return next
    }
}
