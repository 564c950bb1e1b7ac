public import Schema

extension KithClient {
    /// Commands that a frame takes; part of the protocol.
    private static let frameCommands = 10_000

    /// Sends commands and waits until each is decided and, where it was accepted, durable.
    ///
    /// Each command is decided on its own, in this order; the results have the same order. A command that is
    /// refused does not fail the call: look at the `outcome` of its result. More commands than fit into one frame
    /// are sent in several, one after the other.
    ///
    /// - Parameter commands: the commands, each with an id (or an idempotency key) of its own.
    /// - Returns: one result per command; `reflects` holds epoch and position of the log.
    /// - Throws: `closed` where the connection ended first: what became of the commands is not known, and sending
    ///   the same ids again tells it. `cancelled` where the task was cancelled; commands that were sent are carried
    ///   out all the same. `refused` where the request as a whole could not be taken, `tooLarge` where a single
    ///   command does not fit into a frame.
    public func submit(_ commands: [Command]) async throws(KithClientError) -> Answer<[CommandResult]> {
        var results: [CommandResult] = []
        results.reserveCapacity(commands.count)
        var reflects = Reflects()
        // What is still to be sent, the next part last; nearly always there is one.
        var parts: [ArraySlice<Command>] = stride(from: 0, to: max(1, commands.count), by: Self.frameCommands).map {
            commands[$0..<min($0 + Self.frameCommands, commands.count)]
        }.reversed()
        while let part = parts.popLast() {
            var request = SubmitRequest()
            request.commands = part.count == commands.count ? commands : Array(part)
            do throws(KithClientError) {
                let response = try await connection.call(.submit(request))
                guard case .submit(let answer)? = response.response, answer.results.count == part.count else {
                    throw KithClientError.protocolViolation("The answer does not belong to a submit request.")
                }
                results.append(contentsOf: answer.results)
                reflects = response.reflects
            } catch {
                guard error.code == .tooLarge, part.count > 1 else { throw error }
                let middle = part.startIndex + part.count / 2
                parts.append(part[middle...])
                parts.append(part[..<middle])
            }
        }
        return Answer(value: results, reflects: reflects)
    }

    /// Sends one command and waits until it is decided and, where it was accepted, durable.
    ///
    /// - Throws: the same as for several commands.
    public func submit(_ command: Command) async throws(KithClientError) -> Answer<CommandResult> {
        let answer = try await submit([command])
        guard let result = answer.value.first else {
            throw KithClientError.protocolViolation("The answer to one command holds no result.")
        }
        return Answer(value: result, reflects: answer.reflects)
    }
}
