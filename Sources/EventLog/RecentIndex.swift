internal import Schema

/// What was lately looked up in the index's environment, bounded in number: a random key there costs a few microseconds,
/// and most commands ask for what others have just asked for.
///
/// Each is what the latest event left, durable or not, as the overlays have it: they are looked at first, and a change of
/// them changes what is here.
struct RecentIndex: Sendable {
    private static let most = 100_000

    var heads = ClockCache<StreamNumber, StreamEntry>(capacity: most)
    var subjects = ClockCache<StreamNumber, SubjectStanding>(capacity: most)
    var streams = ClockCache<Identifier, StreamNumber>(capacity: most)
    /// None: the reference names nothing.
    var links = ClockCache<IndexToken, StreamNumber>(capacity: most)
    var claims = ClockCache<[UInt8], Int64>(capacity: most)
    /// Which ids the environment cannot have.
    var greatest = GreatestIDs()

    /// Takes in a change of the overlay.
    mutating func apply(_ change: IndexChange, stream: StreamNumber) {
        switch change {
        case .link(let token): links.change(stream, token)
        case .unlink(let token): links.change(.none, token)
        case .addToken, .removeToken, .claim, .timer, .ticket, .importOpened, .importClosed: break
        }
    }
}

/// The greatest ids in the environment that begin with the time (UUIDv7, RFC 9562). Those of new commands and streams are
/// greater as a rule, and need not be looked for there; of ids of other versions nothing is known.
struct GreatestIDs: Sendable, Hashable {
    /// Bytes of both.
    static let size = 32

    private var streams = Identifier.zero
    private var commands = Identifier.zero

    init() {}

    /// Every id may be in the environment.
    static let unknown: GreatestIDs = {
        var ids = GreatestIDs()
        ids.streams = Identifier(high: .max, low: .max)
        ids.commands = ids.streams
        return ids
    }()

    /// Reads them from `size` bytes.
    init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.size, let streams = Identifier(bytes: bytes.prefix(16)),
            let commands = Identifier(bytes: bytes.suffix(16))
        else { return nil }
        self.streams = streams
        self.commands = commands
    }

    var bytes: [UInt8] { streams.bytes + commands.bytes }

    /// Whether the environment cannot have the stream.
    func excludeStream(_ id: Identifier) -> Bool { id.isTimeOrdered && id > streams }

    /// Whether the environment cannot have the command.
    func excludeCommand(_ id: Identifier) -> Bool { id.isTimeOrdered && id > commands }

    /// Takes in what is written to the environment.
    mutating func include(_ overlay: IndexOverlay) {
        for id in overlay.streams.keys where id.isTimeOrdered && id > streams { streams = id }
        for id in overlay.commands.keys where id.isTimeOrdered && id > commands { commands = id }
    }
}

extension Identifier {
    /// Whether it is a UUIDv7.
    fileprivate var isTimeOrdered: Bool { high >> 12 & 0xF == 7 }
}
