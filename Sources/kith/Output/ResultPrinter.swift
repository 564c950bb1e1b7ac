internal import Schema
internal import SwiftProtobuf

/// Prints the results of commands: as JSON one per line, else the refused ones and a summary.
struct ResultPrinter {
    private let json: Bool
    private var accepted = 0
    private var replayed = 0
    private var unchanged = 0
    private var refused = 0
    private var events = 0
    private var lastPosition: UInt64 = 0
    private var dryRun = false

    init(json: Bool) {
        self.json = json
    }

    /// Takes the result of the command on a line of the input.
    mutating func print(_ result: CommandResult, line: Int) throws(Failure) {
        count(result)
        if json {
            try Console.standard.line(utf8: Self.json(result, line: line))
        } else if case .refused(let detail)? = result.outcome {
            let field = detail.field.isEmpty ? "" : " (field \(detail.field))"
            try Console.standard.line("line \(line): \(detail.code.label): \(Table.printable(detail.sentence))\(field)")
        }
    }

    /// Prints the summary; ends with exit code 1 where anything was refused.
    func finish() throws {
        if !json { try Console.standard.line(summary) }
        if refused > 0 { throw Failure.reported }
    }

    /// For example `3 accepted (7 events, up to position 42), 1 replayed, 0 unchanged, 0 refused`.
    var summary: String {
        let place = dryRun ? "dry run, nothing appended" : "\(events) events, up to position \(lastPosition)"
        return "\(accepted) accepted (\(place)), \(replayed) replayed, \(unchanged) unchanged, \(refused) refused"
    }

    private mutating func count(_ result: CommandResult) {
        switch result.outcome {
        case .accepted(let answer) where answer.replayed: replayed += 1
        case .accepted(let answer):
            accepted += 1
            events += answer.events.count
            dryRun = dryRun || answer.dryRun
            lastPosition = max(lastPosition, answer.events.map(\.position).max() ?? 0)
        case .unchanged: unchanged += 1
        case .refused, nil: refused += 1
        }
    }

    /// The result in protobuf's JSON mapping, with the number of its line in front.
    private static func json(_ result: CommandResult, line: Int) throws(Failure) -> [UInt8] {
        let object = try JSONOutput.bytes(result)
        let start = Array("{\"line\":\(line)".utf8)
        return object == Array("{}".utf8)
            ? start + [UInt8(ascii: "}")] : start + [UInt8(ascii: ",")] + object.dropFirst()
    }
}
