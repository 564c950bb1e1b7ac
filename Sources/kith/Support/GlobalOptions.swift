internal import ArgumentParser
internal import KithClient

/// Options that every subcommand takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Path of the service's socket.", discussion: "Default: KITH_SOCKET, else the service's own default.",
            valueName: "path"),
        completion: .file())
    var socket: String?

    @Flag(help: "Print JSON: one object per line, in protobuf's JSON mapping.")
    var json = false

    /// The path to connect to.
    var socketPath: String { socket ?? KithClient.defaultSocketPath() }

    /// Connects, does the work, and closes the connection whatever happens.
    func withClient<Value>(_ work: (KithClient) async throws -> Value) async throws -> Value {
        do {
            let client = try await KithClient.connect(socketPath: socketPath)
            do {
                let value = try await work(client)
                await client.close()
                return value
            } catch {
                await client.close()
                throw error
            }
        } catch let error as KithClientError {
            throw Failure(error)
        }
    }
}
