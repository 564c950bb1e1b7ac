package import Schema

/// Which opportunities a question is about, with every reference resolved; every condition that is set must hold.
/// Whose it is counts as of the instant asked for; everything else as it is now.
package struct OpportunityConditions: Sendable, Hashable {
    package var pipeline: StreamNumber?
    /// A team stands for itself, not for its members.
    package var owner: Owner?
    package var party: StreamNumber?
    package var product: StreamNumber?
    /// Any where it is empty.
    package var leadSource = ""
    /// Any where it is empty.
    package var channel = ""
    package var competitor: StreamNumber?
    package var partner: StreamNumber?

    package init() {}

    /// Whether the conditions hold that concern the opportunity as a whole.
    func hold(for row: PipelineOpportunityRow) -> Bool {
        if let pipeline, pipeline.rawValue != row.pipelineNumber { return false }
        if let party, party.rawValue != row.partyNumber { return false }
        if let partner, partner.rawValue != row.partnerNumber { return false }
        if let product, !row.productNumbers.contains(product.rawValue) { return false }
        if let competitor, !row.allCompetitorNumbers.contains(competitor.rawValue) { return false }
        if !leadSource.isEmpty, !leadSource.isIdentical(to: row.leadSource) { return false }
        return channel.isEmpty || channel.isIdentical(to: row.channel)
    }

    /// Whether the opportunity is whose it should be.
    func hold(for moment: OpportunityMoment) -> Bool {
        guard let owner else { return true }
        return moment.owner.owner == owner.owner
    }
}
