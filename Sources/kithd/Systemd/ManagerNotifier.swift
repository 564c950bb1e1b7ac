internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Service
internal import ServiceLifecycle

/// Tells the service manager that the service is ready, that it lives, and that it stops (sd_notify(3)).
///
/// Run it as the last service of the group: it begins when everything else has begun, and ends first.
struct ManagerNotifier: ServiceLifecycle.Service {
    /// Where the manager listens.
    let socket: String
    /// How long the manager waits for a sign of life; nil where it wants none.
    let watchdog: Duration?
    let health: @Sendable () -> ServiceHealth
    let logger: Logger

    func run() async throws {
        await say("READY=1")
        if let watchdog {
            // Twice in its time, so that one that comes late is not missed.
            await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    if health().isAlive(patience: watchdog) { await say("WATCHDOG=1") }
                    try? await Task.sleep(for: watchdog / 2)
                }
            }
        } else {
            try? await gracefulShutdown()
        }
        await say("STOPPING=1")
    }

    /// Sends one message. Where nobody takes it, the service goes on: it is there for others.
    private func say(_ message: String) async {
        do {
            let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .connect(unixDomainSocketPath: socket).get()
            do {
                try await channel.writeAndFlush(ByteBuffer(string: message))
            } catch {
                try? await channel.close()
                throw error
            }
            try? await channel.close()
        } catch {
            logger.warning(
                "the service manager cannot be told", metadata: ["message": "\(message)", "reason": "\(error)"])
        }
    }
}
