package import Schema
internal import SwiftProtobuf

/// What became of the remark about the end of a promise while a command was prepared. Nothing in it is personal.
package struct PromiseClosing: Sendable, Hashable {
    /// Index of the sealed part; nil where nothing was said.
    var part: Int?
    /// Whether that is another remark than the recorded one.
    var changed = false
}

extension Preparation {
    /// Seals the remark about the end of the target, a promise.
    ///
    /// - Returns: nil where the promise does not exist yet.
    /// - Throws: ERASED where it has to be compared with one whose key was destroyed.
    fileprivate mutating func seal(
        _ closing: PromiseClosingPersonal, _ data: (PromiseClosingPersonal) -> PersonalData.OneOf_Data
    ) throws(Refusal) -> PromiseClosing? {
        guard let target, let state = try reader.state(PromiseAggregate.self, of: target) else { return nil }
        guard !closing.remark.isEmpty else { return PromiseClosing() }
        let changed = !(try state.remark(reader).isIdentical(to: closing.remark))
        let sealed = PromiseClosingPersonal.with { $0.remark = closing.remark }
        return PromiseClosing(part: seal(PersonalData(data(sealed)), for: .number(state.party)), changed: changed)
    }
}

extension PromiseState {
    /// The remark about its end; empty where there is none.
    ///
    /// - Throws: ERASED where it is sealed under a key that was destroyed.
    fileprivate func remark(_ reader: any PreparationReader) throws(Refusal) -> String {
        guard hasClosing else { return "" }
        return switch try reader.open(closing).data {
        case .promiseKept(let part)?, .promiseBroken(let part)?, .promiseReleased(let part)?: part.remark
        default: ""
        }
    }

    /// Refuses another end of a promise that was released.
    ///
    /// - Throws: TERMINAL_STATE.
    fileprivate func requireNotReleased() throws(Refusal) {
        guard status == .released else { return }
        throw Refusal(.terminalState, "The promise was released. Make another one.", field: "promise")
    }
}

extension KeepPromise: DomainCommand {
    package typealias Target = PromiseAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(promise, "promise")
        try FormCheck.text(closing.remark, "closing.remark", maximum: Limits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&promise, .promise) }

    package var commandTarget: CommandTarget { .existing(promise) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PromiseClosing? {
        defer { clearClosing() }
        return try preparation.seal(closing) { .promiseKept($0) }
    }

    package func decide(
        _ state: PromiseState?, _ facts: PromiseClosing?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        if state.status == .kept, !facts.changed { return [] }
        try state.requireNotReleased()
        var kept = PromiseKept()
        kept.statusBefore = state.status
        kept.due = state.detail.due
        // Who adds a remark does not keep it anew.
        kept.inTime = state.status == .kept ? state.inTime : state.detail.due.includes(context.occurredAt)
        if !state.promisor.isNobody { kept.promisor = state.promisor }
        kept.personalPart = facts.part != nil
        return [.fact(.promiseKept(kept), subjects: state.subjects(part: facts.part))]
    }
}

extension BreakPromise: DomainCommand {
    package typealias Target = PromiseAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(promise, "promise")
        try FormCheck.text(closing.remark, "closing.remark", maximum: Limits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&promise, .promise) }

    package var commandTarget: CommandTarget { .existing(promise) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PromiseClosing? {
        defer { clearClosing() }
        return try preparation.seal(closing) { .promiseBroken($0) }
    }

    package func decide(
        _ state: PromiseState?, _ facts: PromiseClosing?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        if state.status == .broken, !facts.changed { return [] }
        try state.requireNotReleased()
        try context.requireReason("Say why the promise was not kept.")
        var broken = PromiseBroken()
        broken.statusBefore = state.status
        broken.due = state.detail.due
        if !state.promisor.isNobody { broken.promisor = state.promisor }
        broken.personalPart = facts.part != nil
        return [.fact(.promiseBroken(broken), subjects: state.subjects(part: facts.part))]
    }
}

extension ReleasePromise: DomainCommand {
    package typealias Target = PromiseAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(promise, "promise")
        try FormCheck.text(closing.remark, "closing.remark", maximum: Limits.textBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&promise, .promise) }

    package var commandTarget: CommandTarget { .existing(promise) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> PromiseClosing? {
        defer { clearClosing() }
        return try preparation.seal(closing) { .promiseReleased($0) }
    }

    package func decide(
        _ state: PromiseState?, _ facts: PromiseClosing?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        if state.status == .released, !facts.changed { return [] }
        guard state.status != .kept else {
            throw Refusal(.terminalState, "The promise was kept: there is nothing to release.", field: "promise")
        }
        var released = PromiseReleased()
        released.statusBefore = state.status
        if !state.promisor.isNobody { released.promisor = state.promisor }
        released.personalPart = facts.part != nil
        return [.fact(.promiseReleased(released), subjects: state.subjects(part: facts.part))]
    }
}
