internal import CoreMetrics
internal import Glibc
internal import HTTPFace
internal import Logging
internal import MetricsExposition
internal import Service
internal import ServiceLifecycle
internal import UnixSignals

#if canImport(CJemalloc)
    internal import CJemalloc
#endif

/// The services of the daemon, in the order in which they depend on each other; they stop in reverse.
struct Daemon {
    let configuration: ServiceConfiguration
    let manager: ManagerEnvironment
    let logger: Logger

    /// How long the log and the projections may take to stop after the sockets have: finishing a page and a commit
    /// takes well under a second; the rest is for a disk that stalls.
    private static let backendStopTime: Duration = .seconds(30)

    /// Runs until a signal or a failure.
    func run() async throws {
        // A limit on the size of files is to come back as an error, as a full disk does, and not to end the process.
        signal(SIGXFSZ, SIG_IGN)
        let room = ConnectionRoom(limit: connectionsThatFit())
        // The directory of the data is locked before any socket is opened.
        let backend = try KithService(configuration: configuration, logger: logger)
        // What libraries measure stands beside what the service does.
        MetricsSystem.bootstrap(backend.metrics.registry)
        // Before a socket answers: whoever has seen it answer can stop the service clean. While the log is being opened
        // a signal just ends the process, which has taken nothing yet.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        var services: [any ServiceLifecycle.Service] = [backend]
        // The native sockets come last: whoever is answered there finds every other one open.
        for endpoint in try httpEndpoints {
            let server = try await HTTPServer.listen(
                at: endpoint, backend: backend, limits: configuration.limits, room: room, logger: logger)
            if let port = server.port { logger.info("HTTP is listened at", metadata: ["port": "\(port)"]) }
            services.append(server)
        }
        for endpoint in endpoints {
            services.append(
                try await NativeServer.listen(
                    at: endpoint, backend: backend, limits: configuration.limits, room: room, logger: logger))
        }
        announce(backend)
        if let socket = manager.notifySocket {
            services.append(
                ManagerNotifier(
                    socket: socket, watchdog: manager.watchdog, health: { backend.health }, logger: logger))
        }

        var group = ServiceGroupConfiguration(
            services: services.map {
                // Whatever ends first: what is open gets its answer before the rest stops.
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            cancellationSignals: [.sigquit], logger: logger)
        group.maximumGracefulShutdownDuration = configuration.limits.stopTimeout + Daemon.backendStopTime
        let running = ServiceGroup(configuration: group)
        let stopping = Task {
            for await _ in signals { await running.triggerGracefulShutdown() }
        }
        defer { stopping.cancel() }
        try await running.run()
    }

    private var endpoints: [NativeServer.Endpoint] {
        let group = configuration.socketGroup
        let first = NativeServer.Endpoint(
            path: configuration.socketPath, group: group, descriptor: manager.sockets[.native])
        return [first]
            + configuration.serviceSockets.map {
                NativeServer.Endpoint(path: $0.path, group: group, identification: .service($0.name))
            }
    }

    private var httpEndpoints: [HTTPServer.Endpoint] {
        get throws {
            var endpoints: [HTTPServer.Endpoint] = []
            if let descriptor = manager.sockets[.http] {
                endpoints.append(.inherited(descriptor: descriptor))
            } else if let path = configuration.httpSocketPath {
                endpoints.append(
                    .socket(path: path, group: configuration.socketGroup, identification: .peerCredentials))
            }
            endpoints += configuration.httpServiceSockets.map {
                .socket(path: $0.path, group: configuration.socketGroup, identification: .service($0.name))
            }
            if let port = configuration.httpPort {
                let files = configuration.httpTokens.map { (name: $0.name, path: $0.path) }
                endpoints.append(.loopback(port: port, tokens: try BearerTokens(files: files)))
            }
            return endpoints
        }
    }

    private func announce(_ backend: KithService) {
        var metadata = backend.opening
        metadata["version"] = "\(ServiceVersion.text)"
        let passed = "passed by the service manager"
        metadata["socket"] = manager.sockets[.native] == nil ? "\(configuration.socketPath)" : "\(passed)"
        if manager.sockets[.http] != nil {
            metadata["httpSocket"] = "\(passed)"
        } else if let path = configuration.httpSocketPath {
            metadata["httpSocket"] = "\(path)"
        }
        #if canImport(CJemalloc)
            metadata["allocator"] = "jemalloc \(String(cString: kith_allocator_version()))"
        #endif
        logger.info("kithd is ready", metadata: metadata)
    }

    /// Descriptors that are kept for the log, the derived stores and whatever else is opened.
    private static let ownDescriptors: rlim_t = 128
    /// Connections that are taken however few descriptors there are.
    private static let leastConnections = 8

    /// A connection costs a descriptor: as many are allowed as the system lets a process have. Connections that come on
    /// top are told so, which they would not be without a descriptor for them.
    private func connectionsThatFit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        let free = limit.rlim_cur > Daemon.ownDescriptors ? limit.rlim_cur - Daemon.ownDescriptors : 0
        let fitting = max(Daemon.leastConnections, Int(clamping: free))
        if fitting < configuration.limits.connections {
            logger.notice(
                "fewer connections are taken than are configured: the limit of open files is too low",
                metadata: [
                    "descriptors": "\(limit.rlim_cur)", "configured": "\(configuration.limits.connections)",
                    "taken": "\(fitting)",
                ])
        }
        return fitting
    }
}
