package import Schema

extension CommandBody.OneOf_Command {
    /// The command as what can be carried out. One line per command of the schema.
    package var domainCommand: any DomainCommand {
        switch self {
        case .registerParty(let command): command
        case .upsertParty(let command): command
        case .correctParty(let command): command
        case .changePartyDetail(let command): command
        case .addContactPoint(let command): command
        case .verifyContactPoint(let command): command
        case .retireContactPoint(let command): command
        case .changePartyStatus(let command): command
        case .recordNeed(let command): command
        case .recordPreference(let command): command
        case .archiveParty(let command): command
        case .restoreParty(let command): command
        case .defineProduct(let command): command
        case .upsertProduct(let command): command
        case .changeProduct(let command): command
        case .addVariant(let command): command
        case .retireProduct(let command): command
        case .relateProducts(let command): command
        case .definePriceBook(let command): command
        case .setPrice(let command): command
        case .placeOrder(let command): command
        case .upsertOrder(let command): command
        case .correctOrder(let command): command
        case .confirmOrder(let command): command
        case .cancelOrder(let command): command
        case .fulfilLine(let command): command
        case .completeOrder(let command): command
        case .registerReturn(let command): command
        case .upsertReturn(let command): command
        case .refundReturn(let command): command
        case .definePipeline(let command): command
        case .publishPipelineVersion(let command): command
        case .mapStages(let command): command
        case .openOpportunity(let command): command
        case .upsertOpportunity(let command): command
        case .changeOpportunity(let command): command
        case .correctOpportunity(let command): command
        case .advanceStage(let command): command
        case .regressStage(let command): command
        case .setAmount(let command): command
        case .setCloseDate(let command): command
        case .overrideProbability(let command): command
        case .setForecastCategory(let command): command
        case .addLine(let command): command
        case .removeLine(let command): command
        case .addCompetitor(let command): command
        case .removeCompetitor(let command): command
        case .addBuyingRole(let command): command
        case .removeBuyingRole(let command): command
        case .setNextStep(let command): command
        case .winOpportunity(let command): command
        case .loseOpportunity(let command): command
        case .reopenOpportunity(let command): command
        case .abandonOpportunity(let command): command
        case .publishOffer(let command): command
        case .changeOffer(let command): command
        case .withdrawOffer(let command): command
        case .issueOffer(let command): command
        case .redeemOffer(let command): command
        case .reverseOfferRedemption(let command): command
        case .withdrawCoupon(let command): command
        case .logInteraction: UnknownCommand()
        case .correctInteraction: UnknownCommand()
        case .linkInteraction: UnknownCommand()
        case .redactInteraction: UnknownCommand()
        case .defineProgramme(let command): command
        case .changeProgramme(let command): command
        case .activateProgramme(let command): command
        case .suspendProgramme(let command): command
        case .publishEarningRule(let command): command
        case .retireEarningRule(let command): command
        case .setExpiryPolicy(let command): command
        case .setLockDays(let command): command
        case .defineTier(let command): command
        case .retireTier(let command): command
        case .setTierPolicy(let command): command
        case .setPointValue(let command): command
        case .enrolMember(let command): command
        case .earnPoints(let command): command
        case .unlockPoints(let command): command
        case .spendPoints(let command): command
        case .reverseEarning(let command): command
        case .reverseSpending(let command): command
        case .expirePoints(let command): command
        case .adjustPoints(let command): command
        case .transferPoints(let command): command
        case .changeTier(let command): command
        case .freezeAccount(let command): command
        case .unfreezeAccount(let command): command
        case .closeAccount(let command): command
        case .defineReward(let command): command
        case .changeReward(let command): command
        case .retireReward(let command): command
        case .setRewardStock(let command): command
        case .redeemReward(let command): command
        case .fulfilReward(let command): command
        case .cancelRedemption(let command): command
        case .recordCompetitor(let command): command
        case .recordCompetitorMove(let command): command
        case .setStrengthWeakness(let command): command
        case .changeCompetitor(let command): command
        case .retireCompetitor(let command): command
        case .restoreCompetitor(let command): command
        case .withdrawCompetitorMove(let command): command
        case .defineMarket(let command): command
        case .changeMarket(let command): command
        case .recordMarketSize(let command): command
        case .retireMarket(let command): command
        case .restoreMarket(let command): command
        case .withdrawMarketSize(let command): command
        case .hireEmployee(let command): command
        case .changeEmployee(let command): command
        case .assignRole(let command): command
        case .unassignRole(let command): command
        case .joinTeam(let command): command
        case .leaveTeam(let command): command
        case .setCapacity(let command): command
        case .transferPortfolio(let command): command
        case .deactivateEmployee(let command): command
        case .reactivateEmployee(let command): command
        case .defineTeam(let command): command
        case .changeTeam(let command): command
        case .retireTeam(let command): command
        case .defineTerritory(let command): command
        case .changeTerritory(let command): command
        case .retireTerritory(let command): command
        case .assignTerritory(let command): command
        case .assignOwner(let command): command
        case .setTarget(let command): command
        case .recordTraining(let command): command
        case .reviewRelationship(let command): command
        case .withdrawTarget(let command): command
        case .correctTraining(let command): command
        case .withdrawTraining(let command): command
        case .setFiscalCalendar: UnknownCommand()
        case .setReportingCurrency: UnknownCommand()
        case .setExchangeRate: UnknownCommand()
        case .closePeriod: UnknownCommand()
        case .reopenPeriod: UnknownCommand()
        case .setChannels: UnknownCommand()
        case .defineField(let command): command
        case .changeField(let command): command
        case .retireField(let command): command
        case .setFields(let command): command
        case .startImport(let command): command
        case .commitImport(let command): command
        case .linkExternalRecord(let command): command
        case .unlinkExternalRecord(let command): command
        case .addNote(let command): command
        case .tag(let command): command
        case .untag(let command): command
        case .setOrganisation(let command): command
        case .registerPrincipal(let command): command
        case .grantRole(let command): command
        case .revokeRole(let command): command
        case .bindPrincipal(let command): command
        case .allowOnBehalfOf(let command): command
        }
    }
}
