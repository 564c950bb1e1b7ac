internal import CRM
internal import EventLog
internal import Schema
internal import Synchronization

/// A caller that the log knows.
struct Principal: Sendable {
    /// Number of the principal's stream; none for the service itself.
    var number: StreamNumber
    var permissions: Set<Permission>
    var mayActOnBehalfOf: Bool

    /// The service itself, which may do everything.
    static let service = Principal(number: .none, permissions: Set(Permission.allCases), mayActOnBehalfOf: true)

    /// - Throws: FORBIDDEN where the principal may not do this.
    func require(_ permission: Permission) throws(Refusal) {
        guard permissions.contains(permission) else {
            throw Refusal(.forbidden, "None of your roles allows this. Ask an administrator (kith access grant).")
        }
    }
}

/// Who the callers are and what they may do: a fold of the principals' streams, kept while it holds.
final class AccessControl: Sendable {
    private let context: LogContext
    private let known = Mutex(Known())

    /// What is known since a principal has changed the last time.
    private struct Known {
        var principals: [CallerIdentity: Principal] = [:]
        /// Counts the changes.
        var changes = 0
    }

    init(context: LogContext) { self.context = context }

    /// Forgets what it knows: a principal has changed.
    func invalidate() {
        known.withLock { known in
            known.principals = [:]
            known.changes += 1
        }
    }

    /// The principal behind a connection.
    ///
    /// - Throws: FORBIDDEN where nobody granted it anything.
    func principal(_ identity: CallerIdentity) throws(Refusal) -> Principal {
        let (found, changes) = known.withLock { ($0.principals[identity], $0.changes) }
        if let found { return found }
        let principal = try load(identity)
        // What was changed while it was read is not kept: it may be what has just been taken away.
        known.withLock { if $0.changes == changes { $0.principals[identity] = principal } }
        return principal
    }

    private func load(_ identity: CallerIdentity) throws(Refusal) -> Principal {
        do {
            let token = context.token(of: Self.key(identity), .principal)
            guard let number = try context.log.index.link(token), let entry = try context.log.index.head(of: number)
            else {
                throw Self.unknown(identity)
            }
            guard let head = try durableHead(entry, number) else { throw Self.unknown(identity) }
            let folding = StateFolding(index: context.log.index) { [context] (position, body) throws(EventLogError) in
                try context.log.record(at: position, body) != nil
            }
            let (state, _) = try folding.fold(PrincipalAggregate.self, number, head)
            // A grant with a scope allows nothing yet beyond it, and no command or query has a scope: default deny.
            let permissions = state.grants.filter(\.scope.isEmpty).reduce(into: Set<Permission>()) {
                permissions, grant in
                permissions.formUnion(AccessMatrix.permissions(of: grant.role))
            }
            return Principal(number: number, permissions: permissions, mayActOnBehalfOf: state.onBehalfOfAllowed)
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as EventLogError {
            throw Refusal(error)
        } catch {
            throw Refusal(.internal, "The principal cannot be read.")
        }
    }

    /// How far the stream of a principal is on stable storage; nil where nothing of it is. What is decided and not durable
    /// yet is nobody's right, and after a flush that failed it never is.
    private func durableHead(_ entry: StreamEntry, _ number: StreamNumber) throws(EventLogError) -> StreamHead? {
        var head = StreamHead(entry, number)
        guard entry.last > context.log.end.position else { return head }
        head.last = try context.log.index.durableLast(ofStream: number)
        guard head.last > .none else { return nil }
        let revision = try context.log.record(at: head.last) { (record) throws(EventLogError) in
            try EventHeader.checked(record, at: head.last).revision
        }
        guard let revision else { return nil }
        head.revision = revision
        return head
    }

    private static func unknown(_ identity: CallerIdentity) -> Refusal {
        let who =
            switch identity {
            case .uid(let uid): "user id \(uid)"
            case .socket(let name): "the socket \(name)"
            case .token(let name): "the token \(name)"
            }
        return Refusal(.forbidden, "Nothing is granted to \(who). Ask an administrator (kith access grant).")
    }

    /// The external key under which a principal is found.
    static func key(_ identity: CallerIdentity) -> ExternalKey {
        switch identity {
        case .uid(let uid): .principal(uid: uid)
        case .socket(let name): .principal(socket: name)
        case .token(let name): .principal(token: name)
        }
    }
}
