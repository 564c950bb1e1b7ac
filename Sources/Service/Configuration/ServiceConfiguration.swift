package import EventLog
package import Logging
package import StarterPack

/// Everything that can be set about the service. `docs/configuration.md` lists the settings.
package struct ServiceConfiguration: Sendable {
    /// A socket whose callers are all one service, whatever their user id.
    package struct ServiceSocket: Sendable, Hashable {
        /// The name under which a principal is registered for the socket.
        package var name: String
        /// Path of the socket.
        package var path: String

        /// A socket bound to this name.
        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// A bearer token, by the file that holds it.
    package struct HTTPToken: Sendable, Hashable {
        /// The name under which a principal is registered for the token.
        package var name: String
        /// Path of the file.
        package var path: String

        /// A token of this name.
        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// The directory of the log, the vault and everything derived. Made at the first start.
    package var dataDirectory: String

    /// The file that holds the master key of the vault.
    package var masterKeyPath: String

    /// The socket that clients connect to; callers are told apart by their user id.
    package var socketPath: String

    /// The group that may use the sockets, by name or number; the process's own where it is absent.
    package var socketGroup: String?

    /// Further sockets, each bound to one service.
    package var serviceSockets: [ServiceSocket] = []

    /// The socket of the HTTP face, where callers are told apart by their user id as well; nil where there is none.
    package var httpSocketPath: String?

    /// Further sockets of the HTTP face, each bound to one service; the same name may have a native one.
    package var httpServiceSockets: [ServiceSocket] = []

    /// The port at 127.0.0.1 of the HTTP face, 0 for any free one; nil where there is none.
    package var httpPort: Int?

    /// The bearer tokens that the port takes.
    package var httpTokens: [HTTPToken] = []

    /// What a new log begins with; nil: nothing but its administrators.
    package var starterPack: StarterPack?

    /// The least severe messages that are logged.
    package var logLevel: Logger.Level = .info

    /// Bytes of zeros that the log's file is kept ahead of its content, so that a full disk is known beforehand.
    package var logReserveBytes = 64 << 20

    /// Bytes of the file that is given up when the disk is full, so that reading and erasing go on; 0 for none.
    package var ballastBytes = 64 << 20

    /// The file outside of the data directory in which size and root of the log are written down; nil: there is none.
    package var witnessPath: String?

    /// The service does not start without being able to write the witness.
    package var requiresWitness = false

    /// A log that is not the one that the witness knows is served, and the witness begun anew.
    package var acceptsRollback = false

    /// Days for which the journal of refusals keeps an entry.
    package var refusalDays = 90

    /// How much may wait for the sequencer, and how its sources take turns.
    package var queue = QueueLimits()
    /// How fast the log is verified in the background, in millions of bytes a second; 0: not at all.
    package var scrubMegabytesPerSecond = 8

    /// What the sockets take.
    package var limits = NativeLimits()

    /// A configuration with defaults for everything else.
    package init(dataDirectory: String, masterKeyPath: String, socketPath: String) {
        self.dataDirectory = dataDirectory
        self.masterKeyPath = masterKeyPath
        self.socketPath = socketPath
    }
}

/// Where things are when nothing is configured.
package enum DefaultPaths {
    /// `/var/lib/kith` for root; for others `kith` in `XDG_DATA_HOME` or else in `~/.local/share`. Nil where the
    /// environment names no home.
    package static func dataDirectory(environment: [String: String], userID: UInt32) -> String? {
        if userID == 0 { return "/var/lib/kith" }
        if let directory = environment["XDG_DATA_HOME"], directory.hasPrefix("/") { return directory + "/kith" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/share/kith" }
        return nil
    }

    /// `kith.sock` in `XDG_RUNTIME_DIR`, or else `/tmp/kith-<uid>.sock`: where clients look as well.
    package static func socket(environment: [String: String], userID: UInt32) -> String {
        if let directory = environment["XDG_RUNTIME_DIR"], !directory.isEmpty { return directory + "/kith.sock" }
        return "/tmp/kith-\(userID).sock"
    }

    /// The socket of the HTTP face: beside the native one, `kith-http.sock` for `kith.sock`.
    package static func httpSocket(besides socket: String) -> String {
        (socket.hasSuffix(".sock") ? String(socket.dropLast(5)) : socket) + "-http.sock"
    }

    /// Beside the data directory, with `.witness` at the end of its name.
    package static func witness(dataDirectory: String) -> String { dataDirectory + ".witness" }

    /// `master.key` in the data directory.
    package static func masterKey(dataDirectory: String) -> String { dataDirectory + "/master.key" }
}
