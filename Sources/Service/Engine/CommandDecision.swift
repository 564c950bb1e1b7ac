internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// Decides one command in the order of the log: body by body on a stage, then all of it or nothing.
struct CommandDecision {
    let world: DecisionWorld
    let command: CheckedCommand
    /// Time of the group.
    let recordedAt: Instant

    /// How far ahead of the service's clock a fact may lie.
    static let greatestLead: Int64 = 5 * 60 * 1_000_000

    /// Decides all bodies; what they did is then staged in `world`.
    ///
    /// - Throws: the refusal, with the index of the body; the stage is then to be thrown away.
    func callAsFunction() throws(Refusal) -> [BodyResult] {
        let importNumber = try openImport()
        let occurredAt = if let given = command.occurredAt { given } else { try undated(importNumber) }
        guard occurredAt.rawValue <= recordedAt.rawValue + Self.greatestLead else {
            throw Refusal(
                .futureOccurredAt, "occurred_at is more than five minutes ahead of the service's clock.",
                field: "occurred_at")
        }
        let onBehalfOf = try person()
        world.stage = Stage()
        world.stage.commandID = command.id
        world.stage.sealsFingerprint = command.bodies.contains { $0.holdsPersonalData }
        var results: [BodyResult] = []
        for (index, body) in command.bodies.enumerated() {
            do throws(Refusal) {
                results.append(
                    try decide(body, UInt16(index), occurredAt, importNumber: importNumber, onBehalfOf: onBehalfOf))
            } catch {
                var refusal = error
                refusal.detail.body = UInt32(index)
                throw refusal
            }
        }
        return results
    }

    private func openImport() throws(Refusal) -> StreamNumber {
        guard let reference = command.importJob else { return .none }
        guard let number = try world.resolve(reference, .import),
            let state = try world.state(ImportAggregate.self, of: number)
        else {
            throw Refusal(.referenceMissing, "import_job names no import. Start it first.", field: "import_job")
        }
        guard !state.committed else {
            throw Refusal(.illegalTransition, "The import is committed; start another one.", field: "import_job")
        }
        return number
    }

    /// When facts occurred of which the command does not say it: now, or when their import was started.
    private func undated(_ importNumber: StreamNumber) throws(Refusal) -> Instant {
        guard importNumber != .none else { return recordedAt }
        do { return try world.context.log.index.importStanding(importNumber)?.startedAt ?? recordedAt } catch {
            throw Refusal(error)
        }
    }

    private func person() throws(Refusal) -> StreamNumber {
        guard let reference = command.onBehalfOf else { return .none }
        if let number = try world.resolve(reference, .principal) { return number }
        guard let number = try world.resolve(reference, .party) else {
            throw Refusal(.referenceMissing, "on_behalf_of names nobody.", field: "on_behalf_of")
        }
        return number
    }

    // MARK: One body

    private func decide(
        _ body: CheckedBody, _ index: UInt16, _ occurredAt: Instant, importNumber: StreamNumber,
        onBehalfOf: StreamNumber
    ) throws(Refusal) -> BodyResult {
        let prepared = try preparedNow(body, index)
        let target = try find(prepared)
        try checkRevision(body, target.head)
        let context = DecisionContext(
            occurredAt: occurredAt, occurredAtGiven: command.occurredAt != nil, recordedAt: recordedAt,
            historic: command.historic, hasReason: !body.reason.isEmpty, principal: command.principal,
            target: target.number, firstPosition: world.nextPosition, head: target.head, world: world)
        let events = try prepared.command.decide(context)
        let staging = BodyStaging(
            world: world, command: command, parts: prepared.parts, reservedSlot: prepared.reservedSlot,
            retroactive: prepared.command.retroactive, body: index, reason: body.reason, target: target,
            occurredAt: occurredAt, recordedAt: recordedAt, importNumber: importNumber, onBehalfOf: onBehalfOf,
            openSince: try ClosedPeriods.openSince(in: world))
        let before = world.stage.events.count
        try staging.stage(events) { () throws(Refusal) in
            try FieldSetting(
                body.fields, of: target.kind, created: target.head == nil && !events.isEmpty, context, open: world.open
            ).event()
        }
        return try result(target, prepared, changed: world.stage.events.count > before)
    }

    /// The body as it was prepared ahead, if what that rested on still holds; else prepared anew.
    private func preparedNow(_ body: CheckedBody, _ index: UInt16) throws(Refusal) -> PreparedBody {
        if let prepared = body.prepared {
            if try prepared.assumptions.allHold(in: world) { return prepared }
        }
        let prepared = try BodyPreparation(source: world)(body, commandID: command.id, body: index)
        prepared.reservedSlot.map { world.reservedSlots.append($0) }
        return prepared
    }

    private func checkRevision(_ body: CheckedBody, _ head: StreamHead?) throws(Refusal) {
        guard let expected = body.expectedRevision else { return }
        let actual = UInt64(head?.revision.rawValue ?? 0)
        guard expected != actual else { return }
        throw Refusal(
            .revisionConflict, "The stream is at revision \(actual), not \(expected). Read it again and decide anew.",
            field: "expected_revision"
        ).expected(expected, actual: actual)
    }

    private func result(_ target: DecisionTarget, _ prepared: PreparedBody, changed: Bool) throws(Refusal) -> BodyResult
    {
        var result = BodyResult()
        result.unchanged = !changed
        guard let head = try world.head(of: target.number) else { return result }
        result.id = head.id.description
        result.number = head.number.rawValue
        result.revision = UInt64(head.revision.rawValue)
        return result
    }

    // MARK: Target

    private func find(_ prepared: PreparedBody) throws(Refusal) -> DecisionTarget {
        let kind = prepared.command.targetKind
        switch prepared.command.commandTarget {
        case .new(let id): return try fresh(id, kind)
        case .existing(let reference): return try existing(reference, kind)
        case .any(let kind, let reference): return try existing(reference, kind)
        case .upsert(let reference, let id):
            guard let number = try world.resolve(reference, kind) else { return try fresh(id, kind) }
            return DecisionTarget(number: number, kind: kind, head: try world.head(of: number), newID: nil)
        case .located(let id):
            guard let number = try prepared.command.locate(in: world, for: command.principal) else {
                return try fresh(id, kind)
            }
            return DecisionTarget(number: number, kind: kind, head: try world.head(of: number), newID: nil)
        case .searched:
            throw Refusal(.internal, "The command was prepared without what it is about. Send it again.")
        case .singleton:
            guard let number = try world.singleton(kind) else { return try fresh("", kind) }
            return DecisionTarget(number: number, kind: kind, head: try world.head(of: number), newID: nil)
        }
    }

    private func existing(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> DecisionTarget {
        guard let number = try world.resolve(reference, kind), let head = try world.head(of: number) else {
            throw Refusal(.notFound, "What the command is about does not exist. Check the id or the reference.")
        }
        return DecisionTarget(number: number, kind: kind, head: head, newID: nil)
    }

    private func fresh(_ id: String, _ kind: AggregateKind) throws(Refusal) -> DecisionTarget {
        let chosen = Identifier(id) ?? world.context.identifiers.identifier(at: recordedAt)
        do {
            if let holder = try world.stage.ids[chosen] ?? world.context.log.index.stream(id: chosen) {
                throw Refusal(
                    .referenceTaken, "The id belongs to the stream \(holder) already. Choose another one.", field: "id"
                )
                .related(to: [chosen])
            }
        } catch let error as EventLogError {
            throw Refusal(error)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.internal, "The index cannot be read.")
        }
        return DecisionTarget(number: StreamNumber(world.nextPosition.rawValue), kind: kind, head: nil, newID: chosen)
    }
}

/// The stream that a body is about.
struct DecisionTarget {
    var number: StreamNumber
    var kind: AggregateKind
    var head: StreamHead?
    /// UUID of the stream, where the body opens it.
    var newID: Identifier?
}

extension [Assumption] {
    /// Whether everything that preparation read is still so.
    func allHold(in world: DecisionWorld) throws(Refusal) -> Bool {
        for assumption in self {
            switch assumption {
            case .link(let token, let number):
                guard try world.linked(token) == number else { return false }
            case .id(let id, let number):
                guard try world.identified(id) == number else { return false }
            case .revision(let number, let revision):
                guard try world.head(of: number)?.revision == revision else { return false }
            case .claim(let key, let value):
                guard try world.claim(key) == value else { return false }
            }
        }
        return true
    }
}

extension DecisionWorld {
    /// The stream that a token names at present.
    func linked(_ token: IndexToken) throws(Refusal) -> StreamNumber? {
        if let number = stage.links[token] { return number == .none ? nil : number }
        do { return try context.log.index.link(token) } catch { throw Refusal(error) }
    }

    /// The stream that has this UUID at present.
    func identified(_ id: Identifier) throws(Refusal) -> StreamNumber? {
        if let number = stage.ids[id] { return number }
        do { return try context.log.index.stream(id: id) } catch { throw Refusal(error) }
    }
}
