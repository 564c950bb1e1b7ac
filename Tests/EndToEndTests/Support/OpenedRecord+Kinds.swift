import KithClient
import SwiftProtobuf

/// One function for each kind of record that mentions others.
extension OpenedRecord {
    mutating func open(_ party: inout PartyRecord) {
        resolve(&party.needs, \.productNumber)
        if party.hasReview {
            party.review.position = 0
            resolve(&party.review.reviewerNumber)
        }
        resolve(&party.territoryNumber)
        if party.hasOwner { resolve(&party.owner) }
    }

    mutating func open(_ order: inout OrderRecord) {
        order.partyID = ""
        resolve(&order.partyNumber)
        resolve(&order.lines, \.productNumber)
    }

    mutating func open(_ goodsReturn: inout ReturnRecord) {
        goodsReturn.partyID = ""
        resolve(&goodsReturn.partyNumber)
        resolve(&goodsReturn.orderNumber)
        resolve(&goodsReturn.lines, \.productNumber)
    }

    mutating func open(_ territory: inout TerritoryRecord) {
        resolve(&territory.parentNumber)
        if territory.hasOwner { resolve(&territory.owner) }
    }

    mutating func open(_ offer: inout OfferRecord) {
        resolve(&offer.productNumbers)
        resolve(&offer.eligibility.programmeNumber)
        resolve(&offer.benefit)
    }

    mutating func open(_ coupon: inout CouponRecord) {
        coupon.partyID = ""
        resolve(&coupon.partyNumber)
        resolve(&coupon.offerNumber)
        resolve(&coupon.orderNumber)
        resolve(&coupon.benefit)
    }

    private mutating func resolve(_ benefit: inout OfferBenefit) {
        if case .points? = benefit.benefit { resolve(&benefit.points.programmeNumber) }
    }

    mutating func open(_ interaction: inout InteractionRecord) {
        resolve(&interaction.employeeNumber)
        resolve(&interaction.parties, \.partyNumber)
        resolve(&interaction.links, \.number)
    }

    // MARK: Sales

    mutating func open(_ opportunity: inout OpportunityRecord) {
        opportunity.partyID = ""
        resolve(&opportunity.partyNumber)
        resolve(&opportunity.partnerNumber)
        resolve(&opportunity.pipelineNumber)
        resolve(&opportunity.lostToNumber)
        resolve(&opportunity.orderNumber)
        resolve(&opportunity.owner)
        resolve(&opportunity.lines, \.productNumber)
        resolve(&opportunity.competitorNumbers)
        resolve(&opportunity.buyingRoles, \.partyNumber)
    }

    mutating func open(_ opportunity: inout OpportunitySummary) {
        opportunity.id = ""
        resolve(&opportunity.number)
        resolve(&opportunity.partyNumber)
        resolve(&opportunity.pipelineNumber)
        resolve(&opportunity.owner)
        resolve(&opportunity.productNumbers)
    }

    mutating func open(_ competitor: inout CompetitorRecord) {
        resolve(&competitor.strengthsAndWeaknesses, \.productNumber)
        for index in competitor.moves.indices { competitor.moves[index].position = 0 }
        resolve(&competitor.moves, \.productNumber)
        resolve(&competitor.moves, \.marketNumber)
    }

    mutating func open(_ target: inout TargetRecord) {
        resolve(&target.owner)
        resolve(&target.programmeNumber)
    }

    // MARK: Loyalty

    mutating func open(_ programme: inout ProgrammeRecord) {
        for index in programme.rules.indices { resolve(&programme.rules[index].condition.productNumbers) }
    }

    mutating func open(_ account: inout LoyaltyAccountRecord) {
        account.partyID = ""
        account.employeeID = ""
        resolve(&account.programmeNumber)
        resolve(&account.partyNumber)
        resolve(&account.employeeNumber)
        for index in account.lots.indices { account.lots[index].earning = 0 }
        resolve(&account.lots, \.orderNumber)
    }

    mutating func open(_ account: inout LoyaltySummary) {
        account.accountID = ""
        resolve(&account.accountNumber)
        resolve(&account.programmeNumber)
        resolve(&account.partyNumber)
        resolve(&account.employeeNumber)
    }

    mutating func open(_ reward: inout RewardRecord) {
        resolve(&reward.programmeNumber)
        resolve(&reward.productNumber)
    }

    mutating func open(_ redemption: inout RedemptionRecord) {
        redemption.partyID = ""
        resolve(&redemption.accountNumber)
        resolve(&redemption.rewardNumber)
        resolve(&redemption.programmeNumber)
        resolve(&redemption.partyNumber)
        resolve(&redemption.employeeNumber)
    }
}
