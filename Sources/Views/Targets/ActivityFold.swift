internal import Analytics
internal import Schema

/// Folds interactions, points that were earned, and trainings.
///
/// - `interactions`: beginning, interaction → number of the employee who took part; 0: none.
/// - `earnings`: time, position of the event → programme, party (0: the member is an employee), points.
/// - `members`: loyalty account → its party.
/// - `trainings`: last day, training → employee; those that were attended or passed.
/// - `trainingplaces`: training → its key in `trainings`; empty where it does not count.
struct ActivityFold {
    /// Folds an event of an interaction, a loyalty account or a training.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the event does not fit what came before, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        let stream = event.header.stream
        switch event.payload {
        case .interactionLogged(let logged): try put(logged.detail, stream, &store)
        case .interactionCorrected(let corrected):
            try store.delete(
                Targets.interactions, ActivityFold.key(Instant(microseconds: corrected.detailBefore.start), stream))
            try put(corrected.detail, stream, &store)
        case .memberEnrolled(let enrolled):
            try store.put(Targets.members, .key(stream.rawValue), .key(enrolled.partyNumber))
        case .pointsEarned(let earned):
            guard let party = try store.get(Targets.members, .key(stream.rawValue)) else { throw Targets.unfit(event) }
            var row = [UInt8].key(earned.programmeNumber) + party
            row.append(bigEndian: UInt64(bitPattern: earned.points))
            let key = ActivityFold.key(event.header.occurredAt, StreamNumber(event.header.position.rawValue))
            try store.put(Targets.earnings, key, row)
        case .trainingRecorded(let recorded):
            try put(recorded.detail, recorded.employeeNumber, event, &store)
        case .trainingCorrected(let corrected):
            try removeTraining(event, &store)
            try put(corrected.detail, corrected.employeeNumber, event, &store)
        case .trainingWithdrawn:
            try removeTraining(event, &store)
            try store.put(Targets.trainingPlaces, .key(stream.rawValue), [])
        default: break
        }
    }

    private func put(
        _ detail: InteractionDetail, _ number: StreamNumber, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = ActivityFold.key(Instant(microseconds: detail.start), number)
        try store.put(Targets.interactions, key, .key(detail.employeeNumber))
    }

    private func put(
        _ detail: TrainingDetail, _ employee: UInt64, _ event: ViewEvent,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let number = event.header.stream.rawValue
        var key: [UInt8] = []
        if detail.result == .attended || detail.result == .passed {
            guard let day = CivilDate(detail.days.lastDay) else {
                throw ViewError(.eventUnfit, "The training at \(event.header.position) has no last day.")
            }
            key.append(day)
            key.append(bigEndian: number)
            try store.put(Targets.trainings, key, .key(employee))
        }
        try store.put(Targets.trainingPlaces, .key(number), key)
    }

    private func removeTraining(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        guard let key = try store.get(Targets.trainingPlaces, .key(event.header.stream.rawValue)) else {
            throw Targets.unfit(event)
        }
        if !key.isEmpty { try store.delete(Targets.trainings, key) }
    }

    private static func key(_ at: Instant, _ number: StreamNumber) -> [UInt8] {
        var key = [UInt8].key(capacity: 16)
        key.append(at)
        key.append(bigEndian: number.rawValue)
        return key
    }
}
