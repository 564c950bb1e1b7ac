package import Schema
internal import SwiftProtobuf

/// What is to be reached of a metric in a period, by an employee, a team or everybody. There is one for each metric,
/// period, owner, programme and currency; what was reached of it is a figure, made when it is asked for.
///
/// set → withdrawn → set.
package enum TargetAggregate: Aggregate {
    package typealias State = TargetState

    package static var kind: AggregateKind { .target }

    package static func evolve(_ state: inout TargetState, _ event: StoredEvent) {
        switch event.payload {
        case .targetSet(let set):
            state.lastSet = set
            state.lastSet.reason = ""
            state.lastSet.clearSource()
            state.withdrawn = false
        case .targetWithdrawn: state.withdrawn = true
        default: break
        }
    }
}

/// That an employee was trained.
///
/// recorded → withdrawn.
package enum TrainingAggregate: Aggregate {
    package typealias State = TrainingState

    package static var kind: AggregateKind { .training }

    package static func evolve(_ state: inout TrainingState, _ event: StoredEvent) {
        switch event.payload {
        case .trainingRecorded(let recorded):
            state.employeeNumber = recorded.employeeNumber
            state.detail = recorded.detail
            state.personal = event.sealed()
        case .trainingCorrected(let corrected):
            state.detail = corrected.detail
            if corrected.personalReplaced { state.personal = event.sealed() }
        case .trainingWithdrawn: state.withdrawn = true
        default: break
        }
    }
}

/// What events of targets and trainings do to the index.
package enum TargetEffects {
    /// The effects of an event.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        let stream = event.header.stream
        switch event.payload {
        // The first event of the stream takes the register for good; what comes later finds the stream through it.
        case .targetSet(let set) where event.position.rawValue == stream.rawValue:
            return [.claim(.target(set), Int64(clamping: stream.rawValue))]
        case .trainingRecorded(let recorded): return recorded.external.map { .link(.training, $0) }
        default: return []
        }
    }
}
