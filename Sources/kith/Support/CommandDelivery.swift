internal import KithClient
internal import Schema

/// A connection over which commands are sent.
protocol CommandChannel: Sendable {
    /// Sends commands, which are decided in this order; the results have the same order.
    func submit(_ commands: [Command]) async throws(ChannelError) -> [CommandResult]
    func close() async
}

/// Why a frame of commands has no results.
enum ChannelError: Error, Equatable {
    /// The connection could not be made or ended; what became of the commands is not known.
    case lost(String)
    /// The service refused the whole frame.
    case refused(ErrorDetail)
}

/// The channel that the client library offers.
struct ClientChannel: CommandChannel {
    let client: KithClient

    static func connect(_ path: String) async throws(ChannelError) -> ClientChannel {
        do throws(KithClientError) {
            return ClientChannel(client: try await KithClient.connect(socketPath: path))
        } catch {
            throw ChannelError(error)
        }
    }

    func submit(_ commands: [Command]) async throws(ChannelError) -> [CommandResult] {
        do throws(KithClientError) {
            return try await client.submit(commands).value
        } catch {
            throw ChannelError(error)
        }
    }

    func close() async {
        await client.close()
    }
}

extension ChannelError {
    fileprivate init(_ error: KithClientError) {
        if let detail = error.detail {
            self = .refused(detail)
        } else if error.code == .tooLarge {
            var detail = ErrorDetail()
            detail.code = .limitExceeded
            detail.sentence = error.message
            self = .refused(detail)
        } else {
            self = .lost(error.message)
        }
    }
}

/// Sends frames of commands until each command has an answer that stands, in the order in which they were given.
///
/// When the connection is lost, it is made again (the service may be restarting) and everything without an answer
/// is sent again in the same order: commands have ids or idempotency keys, so what had been taken is answered
/// `replayed`. Refusals that time can mend (`OVERLOADED`, `READ_ONLY`, …) are waited for in the same way.
actor CommandDelivery {
    typealias Connect = @Sendable () async throws(ChannelError) -> any CommandChannel

    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(2)

    private let connect: Connect
    private let patience: Duration
    private let sleep: @Sendable (Duration) async -> Void
    private var channel: (any CommandChannel)?
    private var wasConnected = false
    /// How often the connection was made again.
    private(set) var reconnects = 0

    /// - Parameters:
    ///   - patience: how long to go on without getting any further.
    ///   - sleep: how to wait; a test does not.
    init(
        patience: Duration, sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        connect: @escaping Connect
    ) {
        self.patience = patience
        self.sleep = sleep
        self.connect = connect
    }

    /// Sends commands and returns their results, in order. One frame at a time: a second call waits for nobody, so
    /// the caller must not make it before the first has returned.
    func deliver(_ commands: [Command]) async throws(Failure) -> [CommandResult] {
        var results: [CommandResult?] = Array(repeating: nil, count: commands.count)
        var first = 0
        var waited = Duration.zero
        var pause = Self.firstPause
        while first < commands.count {
            let reason: String
            do throws(ChannelError) {
                let answers = try await open().submit(Array(commands[first...]))
                let next = Self.merge(answers, into: &results, from: first)
                if next > first { (waited, pause) = (.zero, Self.firstPause) }
                first = next
                if first == commands.count { break }
                reason = Self.refusal(results[first])?.sentence ?? "the service gives no answer"
                pause = max(pause, Self.advised(results[first]))
            } catch {
                reason = try Self.reason(toRetry: error)
                if case .lost = error { try await drop(reason) }
            }
            guard waited < patience else { throw .notReachable("\(reason) (tried for \(waited))") }
            await sleep(pause)
            waited += pause
            pause = min(pause * 2, Self.longestPause)
        }
        return results.compactMap { $0 }
    }

    /// Ends the connection.
    func close() async {
        await channel?.close()
        channel = nil
    }

    private func open() async throws(ChannelError) -> any CommandChannel {
        if let channel { return channel }
        let opened = try await connect()
        if wasConnected { reconnects += 1 }
        wasConnected = true
        channel = opened
        return opened
    }

    /// A service that does not answer from the start is not waited for.
    private func drop(_ reason: String) async throws(Failure) {
        guard wasConnected else { throw .notReachable(reason) }
        await close()
    }

    private static func reason(toRetry error: ChannelError) throws(Failure) -> String {
        switch error {
        case .lost(let reason): return reason
        case .refused(let detail):
            guard detail.retryHelps else { throw .refused(detail) }
            return detail.sentence
        }
    }

    /// Takes answers over, but lets none replace that of a command which had been accepted, as a second answer only
    /// says `replayed`.
    ///
    /// - Returns: the index of the first command whose answer does not stand.
    private static func merge(
        _ answers: [CommandResult], into results: inout [CommandResult?], from first: Int
    ) -> Int {
        for (offset, answer) in answers.enumerated() where first + offset < results.count {
            if case .accepted? = results[first + offset]?.outcome { continue }
            results[first + offset] = answer
        }
        return results[first...].firstIndex { result in
            guard let result else { return true }
            return refusal(result)?.retryHelps ?? false
        } ?? results.count
    }

    private static func refusal(_ result: CommandResult?) -> ErrorDetail? {
        if case .refused(let detail)? = result?.outcome { detail } else { nil }
    }

    private static func advised(_ result: CommandResult?) -> Duration {
        .milliseconds(Int64(refusal(result)?.retryAfterMilliseconds ?? 0))
    }
}
