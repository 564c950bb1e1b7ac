internal import EventLog
internal import LMDB
internal import Schema
internal import Views

@testable import Replay

/// A projection that follows a simulated log, a page at a time, with the engine's own rows, pages and checkpoints.
protocol FollowedView: AnyObject, SendableMetatype {
    static var name: String { get }
    /// Why the store of an earlier process was discarded when it was opened; nil where it was not.
    var discarded: String? { get }

    init(_ log: EventLog, path: String, sync: Bool) throws

    /// Folds at most so many records of what is new.
    func follow(most records: Int, missing: Bool) throws
    /// Commits what was folded.
    func commit() throws
    /// How far the rows are.
    var position: Position { get }
    /// SHA-256 over all rows.
    func digest() throws -> [UInt8]
}

/// The same for one projection.
final class Followed<P: Projection>: FollowedView {
    let discarded: String?
    private let log: EventLog
    private let rows: ProjectionRows<P>

    static var name: String { P.name }
    var position: Position { rows.applied.position }

    init(_ log: EventLog, path: String, sync: Bool) throws {
        self.log = log
        let owner = StoreOwner(log: log.id, epoch: log.epoch, version: P.version)
        (rows, discarded) = try ProjectionRows<P>.open(
            path: path, owner: owner, end: log.end.position, sync: sync ? .full : .none)
    }

    func follow(most records: Int, missing: Bool) throws {
        var options = ReplayOptions()
        options.pageRecords = records
        guard
            var page = try EventPage.readChecked(
                log, from: rows.applied.position.advanced(by: 1), through: log.end.position, kinds: KindFilter(P.kinds),
                limits: PageLimits(options))
        else { return }
        if missing, page.events.count > 2 { page.events.remove(at: page.events.count / 2) }
        try rows.fold(page)
    }

    func commit() throws { try rows.commit() }

    func digest() throws -> [UInt8] { try rows.digest() }
}

/// The service's projections, of which each seed follows some.
let followedViews: [any FollowedView.Type] = [
    Followed<Directory>.self, Followed<Customer360>.self, Followed<Pipeline>.self, Followed<Loyalty>.self,
    Followed<Targets>.self, Followed<TicketQueue>.self,
]
