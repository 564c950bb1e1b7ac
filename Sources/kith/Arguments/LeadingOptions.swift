internal import ArgumentParser

/// Options of all subcommands may also stand before the subcommand: `kith --socket PATH status`.
enum LeadingOptions {
    private static let socket = "--socket"
    private static let json = "--json"

    /// The arguments with `--socket` and `--json` moved from before the subcommand to behind it, where they are parsed.
    /// They come before its own options, so that one that stands there as well wins.
    static func moved(_ arguments: [String]) -> [String] {
        let (leading, rest) = split(arguments)
        if leading.isEmpty { return arguments }
        let path = subcommandCount(rest, of: Kith.self)
        // Without a subcommand there is nothing that they could concern; help is one that takes none.
        return path == 0 ? Array(rest) : Array(rest.prefix(path) + leading + rest.dropFirst(path))
    }

    private static func split(_ arguments: [String]) -> (leading: ArraySlice<String>, rest: ArraySlice<String>) {
        var index = 0
        while index < arguments.count {
            if arguments[index] == json || arguments[index].hasPrefix(socket + "=") {
                index += 1
            } else if arguments[index] == socket, index + 1 < arguments.count {
                index += 2
            } else {
                break
            }
        }
        return (arguments[..<index], arguments[index...])
    }

    /// How many of the words name a subcommand: two for `access grant`.
    private static func subcommandCount(_ words: ArraySlice<String>, of command: any ParsableCommand.Type) -> Int {
        let word = words.first
        let next = command.configuration.subcommands.first { $0.configuration.commandName == word }
        return next.map { 1 + subcommandCount(words.dropFirst(), of: $0) } ?? 0
    }
}
