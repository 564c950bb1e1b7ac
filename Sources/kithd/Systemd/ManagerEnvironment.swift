/// What systemd, or whoever starts services the same way, passes to the process: sd_listen_fds(3), sd_notify(3),
/// sd_watchdog_enabled(3).
struct ManagerEnvironment: Sendable, Equatable {
    /// A socket that was opened before the daemon was started, by the name that the socket unit gives it.
    enum SocketName: String, Sendable {
        /// Native protocol, callers by their user ids.
        case native
        /// The same for HTTP.
        case http
    }

    /// Where to say how the service is; nil where nobody wants to know.
    var notifySocket: String?
    /// How long the service may be silent before it is killed; nil where it may for ever.
    var watchdog: Duration?
    /// File descriptors of the listening sockets that were passed.
    var sockets: [SocketName: Int32] = [:]

    /// The first descriptor that is passed; the others follow it.
    private static let firstDescriptor: Int32 = 3

    /// Reads the variables; those that are meant for another process are left alone.
    ///
    /// - Throws: where a socket has a name that says nothing here.
    init(_ environment: [String: String], processID: Int32) throws(WrongUse) {
        if let path = environment["NOTIFY_SOCKET"], !path.isEmpty { notifySocket = path }
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == processID } ?? true
        if isForUs, let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0 {
            watchdog = .microseconds(microseconds)
        }
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == processID,
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0
        else { return }
        let names = environment["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        for index in 0..<count {
            // A single one without a name is the one that everybody needs.
            let text = names.indices.contains(Int(index)) ? String(names[Int(index)]) : count == 1 ? "native" : ""
            guard let name = SocketName(rawValue: text), sockets[name] == nil else {
                throw WrongUse(
                    "The service manager passes a socket named \"\(text)\". Name each once, native or http, with "
                        + "FileDescriptorName= in its unit.")
            }
            sockets[name] = Self.firstDescriptor + index
        }
    }
}
