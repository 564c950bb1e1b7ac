package import CRM
package import Schema
internal import SwiftProtobuf

/// A log in memory in which deciders are tried: given past events, when a command, then events or a refusal.
///
/// ```swift
/// var scenario = Scenario()
/// let party = scenario.given(.party, .partyRegistered(registered), personal: .partyRegistered(names))
/// let outcome = scenario.when(archiveParty, reason: "moved away")
/// #expect(outcome.kinds == [.partyArchived])
/// ```
///
/// It carries commands through the functions of `DomainCommand` as the command path does: validate, put hashes in
/// place of external keys, prepare, decide, append, fold, index. Parts are kept open, and keyed hashes are plain
/// ones. What the command path itself refuses (access, revisions, order of time, command ids) is not simulated,
/// and the reason's text is not put into events. It is a value: a copy goes its own way.
package struct Scenario {
    /// Everything appended so far, in order; the first event has position 1.
    package internal(set) var events: [ScenarioEvent] = []
    /// When the next command is recorded and, by default, occurs. Each command moves it on by a second.
    package var now: Instant
    /// Who sends commands where `when` names nobody; none is the service itself.
    package var principal: StreamNumber
    /// The stream that the last command was about, also where it changed nothing.
    package internal(set) var lastTarget: StreamNumber?

    /// What the content store has, for commands to refer to.
    package var bodies: [Identifier: KnownBody] = [:]

    /// What the decider got of the last command, encoded: nothing personal may be left in it.
    package internal(set) var lastDecided: [UInt8] = []

    var heads: [StreamNumber: StreamHead] = [:]
    var numbers: [Identifier: StreamNumber] = [:]
    var singletons: [AggregateKind: StreamNumber] = [:]
    var states: [StreamNumber: any Message] = [:]
    var index = ScenarioIndex()
    var nextID: UInt64 = 1

    /// An empty log whose clock stands at `now`; 2026-01-01T00:00:00Z where it is not given.
    package init(now: Instant = Instant(microseconds: 1_767_225_600_000_000), principal: StreamNumber = .none) {
        self.now = now
        self.principal = principal
    }

    /// Given: a new stream with one past event.
    ///
    /// - Returns: the stream's number.
    @discardableResult
    package mutating func given(
        _ kind: AggregateKind, _ payload: EventPayload.OneOf_Event, personal: PersonalData.OneOf_Data? = nil,
        id: Identifier? = nil, at occurredAt: Instant? = nil
    ) -> StreamNumber {
        let number = StreamNumber(nextPosition.rawValue)
        let stream = NewStream(id: id ?? freshID(), kind: kind, number: number)
        appendPast(payload, personal.map(PersonalData.init), to: number, creating: stream, at: occurredAt)
        return number
    }

    /// Given: a further past event of a stream.
    package mutating func given(
        on stream: StreamNumber, _ payload: EventPayload.OneOf_Event, personal: PersonalData.OneOf_Data? = nil,
        at occurredAt: Instant? = nil
    ) {
        precondition(heads[stream] != nil, "the scenario has no stream \(stream)")
        appendPast(payload, personal.map(PersonalData.init), to: stream, creating: nil, at: occurredAt)
    }

    /// When: a command is carried out. What it causes is appended.
    ///
    /// - Parameters:
    ///   - fields: what the body sets of the organisation's own fields.
    ///   - reason: only whether there is one matters to deciders.
    ///   - occurredAt: valid time; the scenario's clock where it is nil.
    ///   - caller: who sends it; the scenario's principal where it is nil.
    @discardableResult
    package mutating func when(
        _ command: some DomainCommand, fields: FieldInput = FieldInput(), reason: String = "", historic: Bool = false,
        at occurredAt: Instant? = nil, by caller: StreamNumber? = nil
    ) -> Outcome {
        now = Instant(microseconds: now.rawValue + 1_000_000)
        let circumstances = Circumstances(
            occurredAt: occurredAt ?? now, recordedAt: now, historic: historic, hasReason: !reason.isEmpty,
            principal: caller ?? principal)
        do throws(Refusal) {
            return try carryOut(command, fields, circumstances)
        } catch {
            return .refused(error)
        }
    }

    /// When: a command of the schema's union is carried out, through the registry of commands.
    @discardableResult
    package mutating func when(
        _ command: CommandBody.OneOf_Command, fields: FieldInput = FieldInput(), reason: String = "",
        historic: Bool = false, at occurredAt: Instant? = nil, by caller: StreamNumber? = nil
    ) -> Outcome {
        func open(_ command: some DomainCommand) -> Outcome {
            when(command, fields: fields, reason: reason, historic: historic, at: occurredAt, by: caller)
        }
        return open(command.domainCommand)
    }

    /// When: the clock moves on, and all timers fire that are due by then.
    ///
    /// - Returns: what they caused.
    @discardableResult
    package mutating func advance(to instant: Instant) -> Outcome {
        let first = events.count
        now = instant
        do throws(Refusal) { try fire(by: instant) } catch { return .refused(error) }
        return first == events.count ? .unchanged : .accepted(Array(events[first...]))
    }

    /// The id of a stream of the scenario.
    package func id(of stream: StreamNumber) -> Identifier? { heads[stream]?.id }

    /// The subjects that have this value in a domain of lookup tokens, for example "email".
    package func holders(domain: String, value: String) -> [StreamNumber] {
        index.holders(of: ScenarioHash.lookupKey(domain: domain, value: Array(value.utf8)))
    }

    /// An id that the scenario has not used yet.
    package mutating func freshID() -> Identifier {
        defer { nextID += 1 }
        return .version7(milliseconds: 1_767_225_600_000, randomHigh: 0, randomLow: nextID)
    }

    /// The position that the next event gets.
    package var nextPosition: Position { Position(UInt64(events.count) + 1) }
}
