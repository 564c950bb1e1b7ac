internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith access`: who may do what.
struct AccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Show and change who may do what.",
        subcommands: [AccessGrantCommand.self, AccessRevokeCommand.self, AccessListCommand.self])
}

/// Who a grant is about: one of the ways of being recognised.
struct IdentityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("User id of the callers on the local socket.", valueName: "n"))
    var uid: UInt32?

    @Option(help: ArgumentHelp("Name of a socket that is bound to one service.", valueName: "name"))
    var socketName: String?

    @Option(help: ArgumentHelp("Name of a bearer token for HTTP.", valueName: "name"))
    var tokenName: String?

    func validate() throws {
        guard [uid != nil, socketName != nil, tokenName != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("Name the principal: one of --uid, --socket-name or --token-name.")
        }
    }

    /// Whether this is the principal that a record describes.
    func matches(_ principal: PrincipalRecord) -> Bool {
        switch principal.identity {
        case .uid(let number): number == uid
        case .socket(let name): name == socketName
        case .token(let name): name == tokenName
        case nil: false
        }
    }

    /// What makes the principal known.
    func registration(id: String, label: String) -> RegisterPrincipal {
        var register = RegisterPrincipal()
        register.id = id
        register.label = label
        if let uid { register.uid = uid }
        if let socketName { register.socket = socketName }
        if let tokenName { register.token = tokenName }
        return register
    }

    /// The id of the principal; nil where it is not known yet.
    func find(_ client: KithClient) async throws -> String? {
        var request = ListRequest()
        request.kind = .principal
        request.limit = 1_000
        // A principal that was made known a moment ago must not be made known again.
        request.atLeast = try await client.status().value.durablePosition
        for try await page in client.listPages(request) {
            if let record = page.value.records.first(where: { matches($0.principal) }) { return record.id }
        }
        return nil
    }
}

/// `kith access grant`.
struct AccessGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Give a role to a principal, which is made known where it is not yet.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var identity: IdentityOptions

    @Option(help: "The role to give.")
    var role: RoleArgument

    @Option(help: ArgumentHelp("What a new principal is called in lists; not a person's name.", valueName: "text"))
    var label = ""

    func run() async throws {
        try await options.withClient { client in
            var command = Command()
            command.id = NewIdentifier.make().description
            let known = try await identity.find(client)
            let principal = known ?? NewIdentifier.make().description
            if known == nil {
                var register = CommandBody()
                register.registerPrincipal = identity.registration(id: principal, label: label)
                command.bodies.append(register)
            }
            var grant = CommandBody()
            grant.grantRole.principal.id = principal
            grant.grantRole.role = role.role
            command.bodies.append(grant)
            try AccessOutcome.print(
                try await client.submit(command).value, json: options.json,
                done: "granted \(Labels.of(role.role)) to \(principal)", already: "\(principal) has the role already")
        }
    }
}

/// `kith access revoke`.
struct AccessRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Take a role from a principal.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var identity: IdentityOptions

    @Option(help: "The role to take.")
    var role: RoleArgument

    func run() async throws {
        try await options.withClient { client in
            guard let principal = try await identity.find(client) else {
                throw Failure.refused("no such principal is known", code: ErrorCode.notFound.label)
            }
            var command = Command()
            command.id = NewIdentifier.make().description
            var revoke = CommandBody()
            revoke.revokeRole.principal.id = principal
            revoke.revokeRole.role = role.role
            command.bodies = [revoke]
            try AccessOutcome.print(
                try await client.submit(command).value, json: options.json,
                done: "took \(Labels.of(role.role)) from \(principal)", already: "\(principal) does not have the role")
        }
    }
}

/// `kith access list`.
struct AccessListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List principals and their roles.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        var request = ListRequest()
        request.kind = .principal
        request.limit = 1_000
        try await options.withClient { client in
            // Nothing that is shown of a principal is a time.
            var printer = RecordListPrinter(
                kind: .principal, json: options.json, times: ZonedTimeText(clock: .utc))
            for try await page in client.listPages(request) { try printer.print(page.value.records) }
        }
    }
}

/// What became of a grant.
private enum AccessOutcome {
    static func print(_ result: CommandResult, json: Bool, done: String, already: String) throws {
        if json { try JSONOutput.print(result) }
        switch result.outcome {
        case .accepted: if !json { try Console.standard.line(done) }
        case .unchanged: if !json { try Console.standard.line(already) }
        case .refused(let detail): throw Failure.refused(detail)
        case nil: throw Failure.refused("the service gave no answer")
        }
    }
}
