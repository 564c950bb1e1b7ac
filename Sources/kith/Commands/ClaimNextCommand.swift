internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith claim-next`: takes the first ticket that waits.
struct ClaimNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim-next",
        abstract: "Take the first ticket of a queue on which nobody works.",
        discussion: """
            Of many who ask at once each gets another one, in the order that kith tickets --unassigned shows. Prints \
            the ticket's id.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp(
            "The queue: \(ReferenceArgument.help); all for which the employee works where it is absent.",
            valueName: "queue"))
    var queue: ReferenceArgument?

    @Option(
        help: ArgumentHelp("Who takes it; the employee behind the caller where it is absent.", valueName: "employee"))
    var employee: ReferenceArgument?

    /// What is sent, but for the id of the command.
    var claim: ClaimNextTicket {
        var claim = ClaimNextTicket()
        if let queue { claim.queue = queue.reference }
        if let employee { claim.employee = employee.reference }
        return claim
    }

    func run() async throws {
        try await options.withClient { client in
            var command = Command()
            command.id = NewIdentifier.make().description
            var body = CommandBody()
            body.claimNextTicket = claim
            command.bodies = [body]
            let result = try await client.submit(command).value
            if options.json { try JSONOutput.print(result) }
            switch result.outcome {
            case .accepted(let accepted):
                guard let ticket = accepted.bodies.first else { throw Failure.unexpectedAnswer }
                if !options.json { try Console.standard.line("took #\(ticket.number)  \(ticket.id)") }
            case .refused(let detail): throw Failure.refused(detail)
            case .unchanged, nil: throw Failure.unexpectedAnswer
            }
        }
    }
}
