package import Schema

/// Whose log it is, and in which zone and currency its days and figures are.
package enum OrganisationAggregate: Aggregate {
    package typealias State = OrganisationState

    package static var kind: AggregateKind { .organisation }

    package static func evolve(_ state: inout OrganisationState, _ event: StoredEvent) {
        guard case .organisationSet(let settings) = event.payload else { return }
        state.settings = settings
        // Not a setting: whether a reason was given must not make two settings differ.
        state.settings.reason = ""
    }
}
