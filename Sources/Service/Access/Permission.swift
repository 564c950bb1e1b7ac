internal import Schema

/// What a principal can be allowed to do.
enum Permission: Hashable, Sendable, CaseIterable {
    /// Commands about customers, products, orders and what belongs to them.
    case business
    /// Imports, and commands in historic mode.
    case imports
    /// The organisation's settings.
    case settings
    /// Principals and their roles.
    case access
    /// Views without personal data.
    case views
    /// Personal data in views and history.
    case personal
    /// Personal data, if a purpose is stated.
    case personalForPurpose
    /// History.
    case history
    /// Status.
    case status
    /// Rebuilds and other work on the machine.
    case operations
    /// Backups of the keys and of the contents, which open personal data.
    case keys
    /// Computing a whole log anew.
    case recompute
    /// The journal of refusals.
    case refusals
    /// Checking the whole log.
    case verify
}

/// Which role allows what: the matrix of the service, default deny.
enum AccessMatrix {
    /// What a role allows.
    static func permissions(of role: Role) -> Set<Permission> {
        switch role {
        case .service: [.business, .views, .personal, .history, .status]
        case .importer: [.business, .imports, .views, .personal, .history, .status]
        case .auditor: [.views, .personalForPurpose, .history, .status, .recompute, .refusals, .verify]
        case .operator: [.views, .status, .operations, .recompute, .verify]
        case .admin: Set(Permission.allCases)
        case .sales, .serviceAgent, .marketing: [.business, .views, .personal, .history, .status]
        case .unspecified, .UNRECOGNIZED: []
        }
    }

    /// What a command of this kind needs.
    static func permission(for command: CommandBody.OneOf_Command) -> Permission {
        switch command {
        case .startImport, .commitImport: .imports
        case .definePipeline, .publishPipelineVersion, .mapStages: .settings
        case .openOpportunity, .upsertOpportunity, .changeOpportunity, .correctOpportunity, .advanceStage,
            .regressStage,
            .setAmount, .setCloseDate, .overrideProbability, .setForecastCategory, .addLine, .removeLine,
            .addCompetitor,
            .removeCompetitor, .addBuyingRole, .removeBuyingRole, .setNextStep, .winOpportunity, .loseOpportunity,
            .reopenOpportunity, .abandonOpportunity:
            .business
        case .publishOffer, .changeOffer, .withdrawOffer,
            .issueOffer, .redeemOffer, .reverseOfferRedemption,
            .withdrawCoupon:
            .business
        case .logInteraction, .correctInteraction, .linkInteraction,
            .redactInteraction, .redactBody:
            .business
        case .makePromise, .keepPromise, .breakPromise, .renegotiatePromise, .releasePromise,
            .createTask, .assignTask, .startTask, .completeTask, .deferTask, .cancelTask, .changeTask, .reopenTask,
            .bookAppointment, .moveAppointment, .confirmAttendance, .recordNoShow, .changeAppointment,
            .cancelAppointment:
            .business
        case .openTicket, .upsertTicket, .changeTicket, .correctTicket, .classifyTicket, .setPriority, .routeTicket,
            .claimTicket, .claimNextTicket, .reassignTicket, .recordCustomerMessage, .recordAgentReply, .awaitCustomer,
            .awaitThirdParty,
            .resumeTicket, .escalateTicket, .resolveTicket, .reopenTicket, .closeTicket, .mergeTickets, .unmergeTickets,
            .splitTicket, .linkTicket, .unlinkTicket:
            .business
        case .setServiceDesk, .defineCalendar, .changeCalendar, .retireCalendar, .defineSlaPolicy, .changeSlaPolicy,
            .activateSlaVersion, .deactivateSlaPolicy, .defineQueue, .changeQueue, .setRouting, .retireQueue:
            .settings
        case .defineProgramme, .changeProgramme, .activateProgramme,
            .suspendProgramme, .publishEarningRule, .retireEarningRule,
            .setExpiryPolicy, .setLockDays, .defineTier,
            .retireTier, .setTierPolicy, .setPointValue:
            .settings
        case .enrolMember, .earnPoints, .unlockPoints,
            .spendPoints, .reverseEarning, .reverseSpending,
            .expirePoints, .adjustPoints, .transferPoints,
            .changeTier, .freezeAccount, .unfreezeAccount,
            .closeAccount:
            .business
        case .defineReward, .changeReward, .retireReward,
            .setRewardStock, .redeemReward, .fulfilReward,
            .cancelRedemption:
            .business
        case .recordCompetitor, .recordCompetitorMove, .setStrengthWeakness,
            .changeCompetitor, .retireCompetitor, .restoreCompetitor,
            .withdrawCompetitorMove, .defineMarket, .changeMarket,
            .recordMarketSize, .retireMarket, .restoreMarket,
            .withdrawMarketSize:
            .business
        case .hireEmployee, .changeEmployee, .assignRole, .unassignRole, .joinTeam, .leaveTeam, .setCapacity,
            .deactivateEmployee, .reactivateEmployee, .defineTeam, .changeTeam, .retireTeam, .defineTerritory,
            .changeTerritory, .retireTerritory:
            .settings
        case .transferPortfolio, .assignTerritory, .assignOwner: .business
        case .setTarget, .recordTraining, .reviewRelationship,
            .withdrawTarget, .correctTraining, .withdrawTraining:
            .business
        case .setFiscalCalendar, .setReportingCurrency, .setExchangeRate,
            .closePeriod, .reopenPeriod, .setChannels:
            .settings
        case .defineField, .changeField, .retireField: .settings
        case .setFields: .business
        case .setOrganisation: .settings
        case .registerPrincipal, .grantRole, .revokeRole, .bindPrincipal, .allowOnBehalfOf: .access
        case .registerParty, .upsertParty, .correctParty, .changePartyDetail, .addContactPoint, .verifyContactPoint,
            .retireContactPoint, .changePartyStatus, .recordNeed, .recordPreference, .archiveParty, .restoreParty,
            .defineProduct, .upsertProduct, .changeProduct, .addVariant, .retireProduct, .relateProducts,
            .definePriceBook,
            .setPrice, .placeOrder, .upsertOrder, .correctOrder, .confirmOrder, .cancelOrder, .fulfilLine,
            .completeOrder,
            .registerReturn, .upsertReturn, .refundReturn, .linkExternalRecord, .unlinkExternalRecord, .addNote, .tag,
            .untag:
            .business
        }
    }
}
