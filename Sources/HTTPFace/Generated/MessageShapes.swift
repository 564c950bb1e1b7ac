// DO NOT EDIT. Made by tools/generate from schemas/kith/v1.

/// Which fields the messages of the protocol have in JSON.
enum GeneratedShapes {
    /// A line per message; `MessageShapes` says what it means.
    static let table = """
        AbandonOpportunity opportunity:m=Reference
        AbsorbedTicket number:l status:e=TICKET_STATUS_UNSPECIFIED classification:m=TicketClassification priority:m=TicketPriority assignment:m=TicketAssignment waitingSince:p unanswered:n contacts:n partyNumber:l requesterNumber:l
        Accepted replayed:b dryRun:b events:R=EventReceipt bodies:R=BodyResult treeSize:l root:s recordedAt:p
        AccountClosed programmeNumber:l partyNumber:l employeeNumber:l reason:s source:m=Source
        AccountFrozen reason:s source:m=Source
        AccountUnfrozen reason:s source:m=Source
        ActivateProgramme programme:m=Reference
        ActivateSlaVersion policy:m=Reference version:n
        AddBuyingRole opportunity:m=Reference party:m=Reference role:e=BUYING_ROLE_UNSPECIFIED
        AddCompetitor opportunity:m=Reference competitor:m=Reference
        AddContactPoint party:m=Reference contactPoint:m=ContactPointInput allowDuplicate:b
        AddLine opportunity:m=Reference line:m=OpportunityLineInput currency:s
        AddNote kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference note:m=NotePersonal bodies:R=BodyInput
        AddVariant product:m=Reference sku:s attributes:R=VariantAttribute
        AdjustPoints account:m=Reference points:l expiresAt:p cause:m=ExternalKey
        AdvanceStage opportunity:m=Reference stage:s
        AgeingBucket fromDays:l toDays:p opportunities:l values:R=PipelineValue
        AgentReplied number:n channel:s text:s personalPart:b public:b employeeNumber:l handlingSeconds:n statusBefore:e=TICKET_STATUS_UNSPECIFIED status:e=TICKET_STATUS_UNSPECIFIED firstResponse:b answered:n waitingSinceBefore:p reason:s bodies:R=BodyReference emailThread:m=EmailThread source:m=Source
        AllowOnBehalfOf principal:m=Reference allowed:b
        AmountSet amount:m=Money amountBefore:m=Money fromLines:b sourceVersion:m=SourceVersion reason:s source:m=Source
        AppointmentAttended statusBefore:e=APPOINTMENT_STATUS_UNSPECIFIED partyNumbers:r employeeNumbers:r start:l end:l reason:s source:m=Source
        AppointmentBooked detail:m=AppointmentDetail title:s description:s place:s personalPart:b external:R=ExternalKey reason:s source:m=Source
        AppointmentCancelled statusBefore:e=APPOINTMENT_STATUS_UNSPECIFIED employeeNumbers:r start:l end:l reason:s source:m=Source
        AppointmentChanged detail:m=AppointmentDetail detailBefore:m=AppointmentDetail textChanged:b title:s description:s place:s personalPart:b reason:s source:m=Source
        AppointmentDetail category:s channel:s start:l end:l employeeNumbers:r partyNumbers:r concerns:R=Concern reminder:p calendarNumber:l calendarVersion:n concernedNumber:l
        AppointmentMissed statusBefore:e=APPOINTMENT_STATUS_UNSPECIFIED absent:e=APPOINTMENT_SIDE_UNSPECIFIED employeeNumbers:r start:l end:l reason:s source:m=Source
        AppointmentMoved statusBefore:e=APPOINTMENT_STATUS_UNSPECIFIED detail:m=AppointmentDetail detailBefore:m=AppointmentDetail reason:s source:m=Source
        AppointmentPersonal title:s description:s place:s reason:s
        AppointmentRecord status:e=APPOINTMENT_STATUS_UNSPECIFIED personal:m=AppointmentPersonal category:s channel:s start:p end:p employeeNumbers:r partyNumbers:r concerns:R=Concern reminder:p calendarNumber:l attendedNumbers:r absent:e=APPOINTMENT_SIDE_UNSPECIFIED moves:n erased:b concernedNumber:l
        AppointmentReminded employeeNumbers:r start:l reason:s source:m=Source
        AppointmentSummary number:l id:s status:e=APPOINTMENT_STATUS_UNSPECIFIED category:s channel:s start:p end:p employeeNumbers:r partyNumbers:r concernedNumber:l
        ArchiveParty party:m=Reference
        AssignOwner kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference owner:m=OwnerReference allowOverCapacity:b
        AssignRole employee:m=Reference role:s
        AssignTask task:m=Reference assignee:m=OwnerReference nobody:b allowOverCapacity:b
        AssignTerritory party:m=Reference territory:m=Reference
        AwaitCustomer ticket:m=Reference resumeAt:p employee:m=Reference
        AwaitThirdParty ticket:m=Reference resumeAt:p employee:m=Reference party:m=Reference
        BacklogBucket fromDays:l toDays:p tickets:l
        BacklogOnDay day:s backlog:m=TicketBacklog
        BindPrincipal principal:m=Reference employee:m=Reference
        BodyInput itemId:s role:e=BODY_ROLE_UNSPECIFIED personal:m=BodyPersonal
        BodyPersonal itemId:s fileTitle:s
        BodyRecord body:m=BodyReference personal:m=BodyPersonal occurredAt:p position:l redacted:b erased:b messageNumber:n
        BodyRedacted body:m=BodyReference referringPosition:l place:n reason:s source:m=Source
        BodyReference itemId:s role:e=BODY_ROLE_UNSPECIFIED mediaType:s size:l sealedSize:l sealedSha256:s subjectNumber:l
        BodyResult id:s number:l revision:l unchanged:b canonicalId:s
        BookAppointment id:s external:R=ExternalKey personal:m=AppointmentPersonal category:s channel:s start:p end:p employees:R=Reference parties:R=Reference concerns:R=ConcernInput reminder:p calendar:m=Reference
        BreakPromise promise:m=Reference closing:m=PromiseClosingPersonal
        BuyingRoleAdded partyNumber:l role:e=BUYING_ROLE_UNSPECIFIED reason:s source:m=Source
        BuyingRoleRecord partyNumber:l role:e=BUYING_ROLE_UNSPECIFIED
        BuyingRoleRemoved partyNumber:l role:e=BUYING_ROLE_UNSPECIFIED reason:s source:m=Source
        CalendarChanged content:m=CalendarContent version:n zoneRulesVersion:s passAt:p isDefault:b defaultBeforeNumber:l noLongerDefault:b reason:s source:m=Source
        CalendarContent label:s zone:s weekdays:R=WeekdayHours holidays:R=Holiday specialDays:R=SpecialDay
        CalendarDefined content:m=CalendarContent version:n external:R=ExternalKey zoneRulesVersion:s isDefault:b defaultBeforeNumber:l reason:s source:m=Source
        CalendarRecord content:m=CalendarContent version:n retired:b isDefault:b
        CalendarRetired version:n wasDefault:b reason:s source:m=Source
        Cancel
        CancelAppointment appointment:m=Reference
        CancelOrder order:m=Reference
        CancelRedemption redemption:m=Reference graceDays:n
        CancelTask task:m=Reference
        CapacitySet kind:e=AGGREGATE_KIND_UNSPECIFIED most:p reason:s source:m=Source
        CategoryTotal category:s gross:l lines:l
        ChangeAppointment appointment:m=Reference personal:m=AppointmentPersonal category:s channel:s employees:R=Reference parties:R=Reference addConcerns:R=ConcernInput removeConcerns:R=ConcernInput reminder:p clear:r
        ChangeCalendar calendar:m=Reference content:m=CalendarContent addHolidays:R=Holiday addSpecialDays:R=SpecialDay removeDays:r isDefault:b
        ChangeCompetitor competitor:m=Reference detail:m=CompetitorDetail clear:r
        ChangeEmployee employee:m=Reference name:m=EmployeeNamePersonal contactPoints:R=ContactPointInput language:s clear:r
        ChangeField field:m=Reference kind:e=AGGREGATE_KIND_UNSPECIFIED key:s type:e=FIELD_TYPE_UNSPECIFIED personal:q required:q rules:m=FieldRules choices:R=FieldChoice label:s description:s place:p clear:r referenceKind:e=AGGREGATE_KIND_UNSPECIFIED
        ChangeMarket market:m=Reference detail:m=MarketDetail clear:r
        ChangeOffer offer:m=Reference terms:m=OfferTermsInput
        ChangeOpportunity opportunity:m=Reference party:m=Reference personal:m=OpportunityPersonal channel:s leadSource:s partner:m=Reference clear:r
        ChangePartyDetail party:m=Reference name:m=PartyNamePersonal detail:m=PartyDetail clear:r allowDuplicate:b
        ChangePartyStatus party:m=Reference status:e=PARTY_STATUS_UNSPECIFIED
        ChangeProduct product:m=Reference sku:s detail:m=ProductDetail clear:r
        ChangeProgramme programme:m=Reference label:s pointsLabel:s clear:r
        ChangeQueue queue:m=Reference label:s teams:R=Reference agents:R=QueueAgentInput isDefault:b clear:r
        ChangeReward reward:m=Reference detail:m=RewardDetail
        ChangeSlaPolicy policy:m=Reference content:m=SlaPolicyInput activate:b
        ChangeTask task:m=Reference personal:m=TaskPersonal category:s priority:e=WORK_PRIORITY_UNSPECIFIED due:m=DueInput reminder:p addConcerns:R=ConcernInput removeConcerns:R=ConcernInput clear:r
        ChangeTeam team:m=Reference name:s parent:m=Reference clear:r
        ChangeTerritory territory:m=Reference name:s parent:m=Reference rules:R=TerritoryRule clear:r
        ChangeTicket ticket:m=Reference party:m=Reference requester:m=Reference personal:m=TicketPersonal channel:s clear:r
        ChangeTier account:m=Reference tier:s keepUntil:p
        ChannelContacts channel:s inbound:l outbound:l other:l lastInbound:p lastOutbound:p last:p
        ChannelDefinition code:s label:s
        ChannelsSet channels:R=ChannelDefinition reason:s source:m=Source
        ChoiceKeys keys:r
        ClaimNextTicket queue:m=Reference employee:m=Reference
        ClaimTicket ticket:m=Reference employee:m=Reference
        ClassifyTicket ticket:m=Reference type:s category:s customerClass:s clear:r
        CloseAccount account:m=Reference
        CloseDateMoved from:s to:s sourceVersion:m=SourceVersion reason:s source:m=Source
        ClosePeriod through:s acceptOpenItems:b
        CloseTicket ticket:m=Reference
        ClosedPeriod from:s through:s until:p closedByNumber:l closedAt:p
        CodeRefusals code:e=ERROR_CODE_UNSPECIFIED refusals:l
        Command id:s idempotencyKey:s bodies:R=CommandBody occurredAt:p source:m=Source correlationId:s onBehalfOf:m=Reference dryRun:b mode:e=COMMAND_MODE_UNSPECIFIED importJob:m=Reference
        CommandBody expectedRevision:p reason:s fields:R=FieldValue clearFields:r registerParty:m=RegisterParty upsertParty:m=UpsertParty correctParty:m=CorrectParty changePartyDetail:m=ChangePartyDetail addContactPoint:m=AddContactPoint verifyContactPoint:m=VerifyContactPoint retireContactPoint:m=RetireContactPoint changePartyStatus:m=ChangePartyStatus recordNeed:m=RecordNeed recordPreference:m=RecordPreference archiveParty:m=ArchiveParty restoreParty:m=RestoreParty definePipeline:m=DefinePipeline publishPipelineVersion:m=PublishPipelineVersion mapStages:m=MapStages openOpportunity:m=OpenOpportunity upsertOpportunity:m=UpsertOpportunity changeOpportunity:m=ChangeOpportunity correctOpportunity:m=CorrectOpportunity advanceStage:m=AdvanceStage regressStage:m=RegressStage setAmount:m=SetAmount setCloseDate:m=SetCloseDate overrideProbability:m=OverrideProbability setForecastCategory:m=SetForecastCategory addLine:m=AddLine removeLine:m=RemoveLine addCompetitor:m=AddCompetitor removeCompetitor:m=RemoveCompetitor addBuyingRole:m=AddBuyingRole removeBuyingRole:m=RemoveBuyingRole setNextStep:m=SetNextStep winOpportunity:m=WinOpportunity loseOpportunity:m=LoseOpportunity reopenOpportunity:m=ReopenOpportunity abandonOpportunity:m=AbandonOpportunity defineProduct:m=DefineProduct upsertProduct:m=UpsertProduct changeProduct:m=ChangeProduct addVariant:m=AddVariant retireProduct:m=RetireProduct relateProducts:m=RelateProducts definePriceBook:m=DefinePriceBook setPrice:m=SetPrice placeOrder:m=PlaceOrder upsertOrder:m=UpsertOrder correctOrder:m=CorrectOrder confirmOrder:m=ConfirmOrder cancelOrder:m=CancelOrder fulfilLine:m=FulfilLine completeOrder:m=CompleteOrder registerReturn:m=RegisterReturn upsertReturn:m=UpsertReturn refundReturn:m=RefundReturn publishOffer:m=PublishOffer changeOffer:m=ChangeOffer withdrawOffer:m=WithdrawOffer issueOffer:m=IssueOffer redeemOffer:m=RedeemOffer reverseOfferRedemption:m=ReverseOfferRedemption withdrawCoupon:m=WithdrawCoupon logInteraction:m=LogInteraction correctInteraction:m=CorrectInteraction linkInteraction:m=LinkInteraction redactInteraction:m=RedactInteraction makePromise:m=MakePromise keepPromise:m=KeepPromise breakPromise:m=BreakPromise renegotiatePromise:m=RenegotiatePromise releasePromise:m=ReleasePromise createTask:m=CreateTask assignTask:m=AssignTask startTask:m=StartTask completeTask:m=CompleteTask deferTask:m=DeferTask cancelTask:m=CancelTask changeTask:m=ChangeTask reopenTask:m=ReopenTask bookAppointment:m=BookAppointment moveAppointment:m=MoveAppointment confirmAttendance:m=ConfirmAttendance recordNoShow:m=RecordNoShow changeAppointment:m=ChangeAppointment cancelAppointment:m=CancelAppointment openTicket:m=OpenTicket upsertTicket:m=UpsertTicket changeTicket:m=ChangeTicket correctTicket:m=CorrectTicket classifyTicket:m=ClassifyTicket setPriority:m=SetPriority routeTicket:m=RouteTicket claimTicket:m=ClaimTicket reassignTicket:m=ReassignTicket recordCustomerMessage:m=RecordCustomerMessage recordAgentReply:m=RecordAgentReply awaitCustomer:m=AwaitCustomer awaitThirdParty:m=AwaitThirdParty resumeTicket:m=ResumeTicket escalateTicket:m=EscalateTicket resolveTicket:m=ResolveTicket reopenTicket:m=ReopenTicket closeTicket:m=CloseTicket mergeTickets:m=MergeTickets unmergeTickets:m=UnmergeTickets splitTicket:m=SplitTicket linkTicket:m=LinkTicket unlinkTicket:m=UnlinkTicket claimNextTicket:m=ClaimNextTicket setServiceDesk:m=SetServiceDesk defineCalendar:m=DefineCalendar changeCalendar:m=ChangeCalendar retireCalendar:m=RetireCalendar defineSlaPolicy:m=DefineSlaPolicy changeSlaPolicy:m=ChangeSlaPolicy activateSlaVersion:m=ActivateSlaVersion deactivateSlaPolicy:m=DeactivateSlaPolicy defineProgramme:m=DefineProgramme changeProgramme:m=ChangeProgramme activateProgramme:m=ActivateProgramme suspendProgramme:m=SuspendProgramme publishEarningRule:m=PublishEarningRule retireEarningRule:m=RetireEarningRule setExpiryPolicy:m=SetExpiryPolicy setLockDays:m=SetLockDays defineTier:m=DefineTier retireTier:m=RetireTier setTierPolicy:m=SetTierPolicy setPointValue:m=SetPointValue enrolMember:m=EnrolMember earnPoints:m=EarnPoints unlockPoints:m=UnlockPoints spendPoints:m=SpendPoints reverseEarning:m=ReverseEarning reverseSpending:m=ReverseSpending expirePoints:m=ExpirePoints adjustPoints:m=AdjustPoints transferPoints:m=TransferPoints changeTier:m=ChangeTier freezeAccount:m=FreezeAccount unfreezeAccount:m=UnfreezeAccount closeAccount:m=CloseAccount defineReward:m=DefineReward changeReward:m=ChangeReward retireReward:m=RetireReward setRewardStock:m=SetRewardStock redeemReward:m=RedeemReward fulfilReward:m=FulfilReward cancelRedemption:m=CancelRedemption recordCompetitor:m=RecordCompetitor recordCompetitorMove:m=RecordCompetitorMove setStrengthWeakness:m=SetStrengthWeakness changeCompetitor:m=ChangeCompetitor retireCompetitor:m=RetireCompetitor restoreCompetitor:m=RestoreCompetitor withdrawCompetitorMove:m=WithdrawCompetitorMove defineMarket:m=DefineMarket changeMarket:m=ChangeMarket recordMarketSize:m=RecordMarketSize retireMarket:m=RetireMarket restoreMarket:m=RestoreMarket withdrawMarketSize:m=WithdrawMarketSize hireEmployee:m=HireEmployee changeEmployee:m=ChangeEmployee assignRole:m=AssignRole unassignRole:m=UnassignRole joinTeam:m=JoinTeam leaveTeam:m=LeaveTeam setCapacity:m=SetCapacity transferPortfolio:m=TransferPortfolio deactivateEmployee:m=DeactivateEmployee reactivateEmployee:m=ReactivateEmployee defineTeam:m=DefineTeam changeTeam:m=ChangeTeam retireTeam:m=RetireTeam defineTerritory:m=DefineTerritory changeTerritory:m=ChangeTerritory retireTerritory:m=RetireTerritory assignTerritory:m=AssignTerritory assignOwner:m=AssignOwner defineQueue:m=DefineQueue changeQueue:m=ChangeQueue setRouting:m=SetRouting retireQueue:m=RetireQueue startImport:m=StartImport commitImport:m=CommitImport linkExternalRecord:m=LinkExternalRecord unlinkExternalRecord:m=UnlinkExternalRecord addNote:m=AddNote tag:m=Tag untag:m=Untag setTarget:m=SetTarget recordTraining:m=RecordTraining reviewRelationship:m=ReviewRelationship withdrawTarget:m=WithdrawTarget correctTraining:m=CorrectTraining withdrawTraining:m=WithdrawTraining setOrganisation:m=SetOrganisation setFiscalCalendar:m=SetFiscalCalendar setReportingCurrency:m=SetReportingCurrency setExchangeRate:m=SetExchangeRate closePeriod:m=ClosePeriod reopenPeriod:m=ReopenPeriod setChannels:m=SetChannels defineField:m=DefineField changeField:m=ChangeField retireField:m=RetireField setFields:m=SetFields registerPrincipal:m=RegisterPrincipal grantRole:m=GrantRole revokeRole:m=RevokeRole bindPrincipal:m=BindPrincipal allowOnBehalfOf:m=AllowOnBehalfOf redactBody:m=RedactBody
        CommandResult commandId:s accepted:m=Accepted unchanged:m=Unchanged refused:m=ErrorDetail
        CommitImport importJob:m=Reference rowsRead:l rowsRejected:l
        CompetitorAdded competitorNumber:l sourceVersion:m=SourceVersion reason:s source:m=Source
        CompetitorChanged detail:m=CompetitorDetail nameBefore:s reason:s source:m=Source
        CompetitorDetail name:s website:s country:s description:s
        CompetitorMove kind:e=COMPETITOR_MOVE_KIND_UNSPECIFIED summary:s happenedAt:p origin:s
        CompetitorMoveRecord position:l move:m=CompetitorMove productNumber:l marketNumber:l
        CompetitorMoveWithdrawn movePosition:l reason:s source:m=Source
        CompetitorMoved move:m=CompetitorMove productNumber:l marketNumber:l reason:s source:m=Source
        CompetitorRecord detail:m=CompetitorDetail retired:b strengthsAndWeaknesses:R=StrengthWeaknessRecord moves:R=CompetitorMoveRecord
        CompetitorRecorded detail:m=CompetitorDetail external:R=ExternalKey reason:s source:m=Source
        CompetitorRemoved competitorNumber:l sourceVersion:m=SourceVersion reason:s source:m=Source
        CompetitorRestored reason:s source:m=Source
        CompetitorRetired reason:s source:m=Source
        CompleteOrder order:m=Reference
        CompleteTask task:m=Reference closing:m=TaskClosingPersonal outcomeCode:s
        Concern kind:e=AGGREGATE_KIND_UNSPECIFIED number:l
        ConcernInput kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference
        ConfirmAttendance appointment:m=Reference parties:R=Reference
        ConfirmOrder order:m=Reference
        ContactPointAdded contactPoint:m=ContactPointEntry sourceVersion:m=SourceVersion duplicateNumbers:r reason:s source:m=Source
        ContactPointAddedPersonal contactPoint:m=ContactPointPersonal reason:s
        ContactPointEntry number:n kind:e=CONTACT_POINT_KIND_UNSPECIFIED normalised:b label:s
        ContactPointInput kind:e=CONTACT_POINT_KIND_UNSPECIFIED personal:m=ContactPointPersonal label:s
        ContactPointPersonal value:s normalised:s extension:s postal:m=PostalAddress
        ContactPointRecord number:n kind:e=CONTACT_POINT_KIND_UNSPECIFIED label:s personal:m=ContactPointPersonal normalised:b verified:b retired:b
        ContactPointRetired contactPoint:n reason:s source:m=Source
        ContactPointRetiredPersonal contactPoint:m=ContactPointPersonal reason:s
        ContactPointVerified contactPoint:n method:s reason:s source:m=Source
        CorrectInteraction interaction:m=Reference detail:m=InteractionInput parties:R=InteractionPartyInput content:m=InteractionPersonal clear:r
        CorrectOpportunity opportunity:m=Reference openedAt:p closedAt:p amount:m=Money lossReason:s competitor:m=Reference closing:m=OpportunityClosingPersonal
        CorrectOrder order:m=Reference corrected:m=PlaceOrder
        CorrectParty party:m=Reference kind:e=PARTY_KIND_UNSPECIFIED name:m=PartyNamePersonal detail:m=PartyDetail clear:r validFrom:p allowDuplicate:b
        CorrectTicket ticket:m=Reference openedAt:p resolvedAt:p closedAt:p resolutionCode:s resolution:m=TicketResolutionPersonal
        CorrectTraining training:m=Reference detail:m=TrainingDetail personal:m=TrainingPersonal clear:r
        CountedInterval start:p end:p
        CouponExpired offerNumber:l partyNumber:l expiresAt:l reason:s source:m=Source
        CouponExpiryWithdrawn withdrawnPosition:l policyVersion:n causePositions:r reason:s source:m=Source
        CouponPersonal code:s
        CouponRecord status:e=COUPON_STATUS_UNSPECIFIED offerNumber:l partyNumber:l partyId:s personal:m=CouponPersonal benefit:m=OfferBenefit issuedAt:p expiresAt:p redeemedAt:p orderNumber:l discount:m=Money erased:b
        CouponWithdrawn offerNumber:l partyNumber:l expiresAt:p reason:s source:m=Source
        CreateTask id:s external:R=ExternalKey personal:m=TaskPersonal category:s priority:e=WORK_PRIORITY_UNSPECIFIED due:m=DueInput reminder:p party:m=Reference concerns:R=ConcernInput assignee:m=OwnerReference
        Credit frames:n
        Customer party:m=Record aliases:r knownSince:p lastChangedPosition:l purchases:R=PurchaseHistory timeline:R=TimelineEntry timelineCut:b opportunities:R=OpportunitySummary loyalty:R=LoyaltySummary interactions:m=InteractionHistory tickets:m=CustomerTickets work:m=CustomerWork
        CustomerClassDefinition key:s label:s rank:n
        CustomerMessageReceived number:n channel:s text:s personalPart:b needsNoAnswer:b statusBefore:e=TICKET_STATUS_UNSPECIFIED status:e=TICKET_STATUS_UNSPECIFIED unanswered:n waitingSince:p reason:s bodies:R=BodyReference emailThread:m=EmailThread source:m=Source
        CustomerRequest party:m=Reference atLeast:l asOf:p timelineLimit:p timelineBefore:l timelineKinds:r
        CustomerTickets open:R=TicketSummary openTickets:l tickets:l breachedTickets:l last:m=TicketSummary
        CustomerWork tasks:R=TaskSummary openTasks:l overdueTasks:l appointments:R=AppointmentSummary promises:R=PromiseSummary promiseKeeping:m=PromiseKeeping
        CycleFigures outcome:e=OPPORTUNITY_STATUS_UNSPECIFIED n:l mean:p median:p p90:p min:p max:p unknown:l
        DayInterval start:s end:s
        DayRange firstDay:s lastDay:s
        DeactivateEmployee employee:m=Reference
        DeactivateSlaPolicy policy:m=Reference
        DecimalValue unscaled:l scale:n
        DeferTask task:m=Reference until:m=DueInput due:m=DueInput
        DefineCalendar id:s external:R=ExternalKey content:m=CalendarContent isDefault:b
        DefineField id:s definition:m=FieldDefinition
        DefineMarket id:s detail:m=MarketDetail external:R=ExternalKey
        DefinePipeline id:s external:R=ExternalKey content:m=PipelineContent
        DefinePriceBook id:s name:s currency:s external:R=ExternalKey
        DefineProduct id:s sku:s external:R=ExternalKey detail:m=ProductDetail
        DefineProgramme id:s external:R=ExternalKey label:s pointsLabel:s audience:e=PROGRAMME_AUDIENCE_UNSPECIFIED status:e=PROGRAMME_STATUS_UNSPECIFIED
        DefineQueue id:s external:R=ExternalKey label:s teams:R=Reference agents:R=QueueAgentInput routing:m=QueueRouting isDefault:b
        DefineReward id:s external:R=ExternalKey programme:m=Reference detail:m=RewardDetail product:m=Reference stock:p
        DefineSlaPolicy id:s external:R=ExternalKey content:m=SlaPolicyInput draft:b
        DefineTeam id:s external:R=ExternalKey name:s parent:m=Reference
        DefineTerritory id:s external:R=ExternalKey name:s parent:m=Reference rules:R=TerritoryRule owner:m=OwnerReference
        DefineTier programme:m=Reference tier:m=Tier
        Divergence position:l computed:e=EVENT_KIND_UNSPECIFIED recorded:e=EVENT_KIND_UNSPECIFIED what:s
        Due day:s instant:l
        DueInput day:s instant:p
        DurationFigures n:l mean:p median:p p90:p min:p max:p
        EarnPoints account:m=Reference cause:m=ExternalKey points:l locksUntil:p expiresAt:p
        EarnRate currency:s net:l points:l rate:p
        EarnedLine orderLine:n productNumber:l quantity:m=DecimalValue net:l points:l
        EarnedLot lot:n orderLine:n rule:s ruleVersion:n points:l
        EarningCondition productNumbers:r categories:r channels:r tiers:r
        EarningConditionInput products:R=Reference categories:r channels:r tiers:r
        EarningReversed cause:e=REVERSAL_CAUSE_UNSPECIFIED orderNumber:l causePosition:l earning:l lines:R=ReversedLine points:l lots:R=LotMovement debt:l inactiveAt:p continued:b programmeVersion:n returnNumber:l reason:s balance:m=PointsBalance source:m=Source
        EarningRule key:s version:n label:s priority:n stop:b kind:e=EARNING_KIND_UNSPECIFIED rate:m=DecimalValue currency:s condition:m=EarningCondition rounding:e=POINTS_ROUNDING_UNSPECIFIED from:p to:p
        EarningRulePublished rule:m=EarningRule version:n reason:s source:m=Source
        EarningRuleRetired key:s version:n reason:s source:m=Source
        EmailPersonal messageId:s inReplyTo:s references:r from:s to:r cc:r subjectLine:s sentAt:p
        EmailThread rootNumber:l parentNumber:l
        EmployeeChanged nameReplaced:b hasName:b contactPointsReplaced:b contactPoints:R=EmployeeContactPoint language:s reason:s source:m=Source
        EmployeeChangedPersonal name:m=EmployeeNamePersonal contactPoints:R=ContactPointPersonal reason:s
        EmployeeContactPoint kind:e=CONTACT_POINT_KIND_UNSPECIFIED normalised:b label:s
        EmployeeContactPointRecord kind:e=CONTACT_POINT_KIND_UNSPECIFIED label:s personal:m=ContactPointPersonal normalised:b
        EmployeeDeactivated teamNumbers:r reason:s source:m=Source
        EmployeeHired hasName:b contactPoints:R=EmployeeContactPoint externalCount:n roles:r teamNumbers:r language:s reason:s source:m=Source
        EmployeeHiredPersonal name:m=EmployeeNamePersonal contactPoints:R=ContactPointPersonal external:R=ExternalKey reason:s
        EmployeeNamePersonal parts:R=NamePart display:s
        EmployeeReactivated reason:s source:m=Source
        EmployeeRecord active:b name:m=EmployeeNamePersonal contactPoints:R=EmployeeContactPointRecord roles:r teams:R=TeamMembership capacities:R=WorkCapacity language:s hiredAt:p deactivatedAt:p erased:b
        EnrolMember id:s external:R=ExternalKey programme:m=Reference party:m=Reference employee:m=Reference
        ErrorDetail code:e=ERROR_CODE_UNSPECIFIED sentence:s field:s retryHelps:b expected:l actual:l relatedIds:r positions:r retryAfterMilliseconds:n body:n
        EscalateTicket ticket:m=Reference level:n assignee:m=Reference queue:m=Reference
        Event position:l kind:e=EVENT_KIND_UNSPECIFIED schemaVersion:n origin:e=ORIGIN_UNSPECIFIED historic:b clockHeld:b recordedAt:p occurredAt:p streamKind:e=AGGREGATE_KIND_UNSPECIFIED streamNumber:l streamId:s revision:l previousInStream:l commandId:s commandIndex:n commandCount:n correlationId:s causation:l principalNumber:l onBehalfOfNumber:l importNumber:l subjects:R=EventSubject payload:m=EventPayload leafHash:s record:s body:n flags:n
        EventPayload logOpened:m=LogOpened noteAdded:m=NoteAdded tagged:m=Tagged untagged:m=Untagged ownerAssigned:m=OwnerAssigned fieldsSet:m=FieldsSet partyRegistered:m=PartyRegistered partyCorrected:m=PartyCorrected partyDetailChanged:m=PartyDetailChanged contactPointAdded:m=ContactPointAdded contactPointVerified:m=ContactPointVerified contactPointRetired:m=ContactPointRetired partyStatusChanged:m=PartyStatusChanged needRecorded:m=NeedRecorded preferenceRecorded:m=PreferenceRecorded partyArchived:m=PartyArchived partyRestored:m=PartyRestored partyStatusWithdrawn:m=PartyStatusWithdrawn pipelineDefined:m=PipelineDefined pipelineVersionPublished:m=PipelineVersionPublished stagesMapped:m=StagesMapped opportunityOpened:m=OpportunityOpened opportunityChanged:m=OpportunityChanged stageAdvanced:m=StageAdvanced stageRegressed:m=StageRegressed amountSet:m=AmountSet closeDateMoved:m=CloseDateMoved probabilityOverridden:m=ProbabilityOverridden forecastCategorySet:m=ForecastCategorySet lineAdded:m=LineAdded lineRemoved:m=LineRemoved competitorAdded:m=CompetitorAdded competitorRemoved:m=CompetitorRemoved buyingRoleAdded:m=BuyingRoleAdded buyingRoleRemoved:m=BuyingRoleRemoved nextStepSet:m=NextStepSet opportunityWon:m=OpportunityWon opportunityLost:m=OpportunityLost opportunityReopened:m=OpportunityReopened opportunityAbandoned:m=OpportunityAbandoned opportunityCorrected:m=OpportunityCorrected productDefined:m=ProductDefined productChanged:m=ProductChanged variantAdded:m=VariantAdded productRetired:m=ProductRetired productsRelated:m=ProductsRelated priceBookDefined:m=PriceBookDefined priceSet:m=PriceSet orderPlaced:m=OrderPlaced orderLinesAdded:m=OrderLinesAdded orderCorrected:m=OrderCorrected orderConfirmed:m=OrderConfirmed orderCancelled:m=OrderCancelled lineFulfilled:m=LineFulfilled orderCompleted:m=OrderCompleted returnRegistered:m=ReturnRegistered returnLinesAdded:m=ReturnLinesAdded returnCorrected:m=ReturnCorrected returnRefunded:m=ReturnRefunded offerPublished:m=OfferPublished offerChanged:m=OfferChanged offerExpired:m=OfferExpired offerWithdrawn:m=OfferWithdrawn offerExpiryWithdrawn:m=OfferExpiryWithdrawn offerIssued:m=OfferIssued offerRedeemed:m=OfferRedeemed offerRedemptionReversed:m=OfferRedemptionReversed couponExpired:m=CouponExpired couponWithdrawn:m=CouponWithdrawn couponExpiryWithdrawn:m=CouponExpiryWithdrawn interactionLogged:m=InteractionLogged interactionCorrected:m=InteractionCorrected interactionLinked:m=InteractionLinked interactionRedacted:m=InteractionRedacted promiseMade:m=PromiseMade promiseKept:m=PromiseKept promiseBroken:m=PromiseBroken promiseRenegotiated:m=PromiseRenegotiated promiseReleased:m=PromiseReleased promiseReminded:m=PromiseReminded taskCreated:m=TaskCreated taskAssigned:m=TaskAssigned taskStarted:m=TaskStarted taskCompleted:m=TaskCompleted taskDeferred:m=TaskDeferred taskCancelled:m=TaskCancelled taskChanged:m=TaskChanged taskReopened:m=TaskReopened taskReminded:m=TaskReminded appointmentBooked:m=AppointmentBooked appointmentMoved:m=AppointmentMoved appointmentAttended:m=AppointmentAttended appointmentMissed:m=AppointmentMissed appointmentCancelled:m=AppointmentCancelled appointmentChanged:m=AppointmentChanged appointmentReminded:m=AppointmentReminded ticketOpened:m=TicketOpened ticketChanged:m=TicketChanged ticketCorrected:m=TicketCorrected ticketClassified:m=TicketClassified prioritySet:m=PrioritySet ticketRouted:m=TicketRouted ticketAssigned:m=TicketAssigned ticketClaimed:m=TicketClaimed ticketReassigned:m=TicketReassigned customerMessageReceived:m=CustomerMessageReceived agentReplied:m=AgentReplied ticketPaused:m=TicketPaused ticketResumed:m=TicketResumed ticketEscalated:m=TicketEscalated ticketResolved:m=TicketResolved ticketReopened:m=TicketReopened ticketClosed:m=TicketClosed ticketsMerged:m=TicketsMerged ticketAbsorbed:m=TicketAbsorbed ticketsUnmerged:m=TicketsUnmerged ticketReleased:m=TicketReleased ticketSplit:m=TicketSplit ticketLinked:m=TicketLinked ticketUnlinked:m=TicketUnlinked slaTargetSet:m=SlaTargetSet slaClockStopped:m=SlaClockStopped slaWarned:m=SlaWarned slaBreached:m=SlaBreached slaWithdrawn:m=SlaWithdrawn serviceDeskSet:m=ServiceDeskSet calendarDefined:m=CalendarDefined calendarChanged:m=CalendarChanged calendarRetired:m=CalendarRetired slaPolicyDefined:m=SlaPolicyDefined slaPolicyChanged:m=SlaPolicyChanged slaVersionActivated:m=SlaVersionActivated slaPolicyDeactivated:m=SlaPolicyDeactivated slaReviewAdvanced:m=SlaReviewAdvanced programmeDefined:m=ProgrammeDefined programmeChanged:m=ProgrammeChanged programmeActivated:m=ProgrammeActivated programmeSuspended:m=ProgrammeSuspended earningRulePublished:m=EarningRulePublished earningRuleRetired:m=EarningRuleRetired expiryPolicySet:m=ExpiryPolicySet lockDaysSet:m=LockDaysSet tierDefined:m=TierDefined tierRetired:m=TierRetired tierPolicySet:m=TierPolicySet pointValueSet:m=PointValueSet tierReviewAdvanced:m=TierReviewAdvanced memberEnrolled:m=MemberEnrolled pointsEarned:m=PointsEarned pointsUnlocked:m=PointsUnlocked pointsSpent:m=PointsSpent earningReversed:m=EarningReversed spendingReversed:m=SpendingReversed pointsExpired:m=PointsExpired pointsAdjusted:m=PointsAdjusted pointsTransferred:m=PointsTransferred tierChanged:m=TierChanged accountFrozen:m=AccountFrozen accountUnfrozen:m=AccountUnfrozen accountClosed:m=AccountClosed pointsExpiryWithdrawn:m=PointsExpiryWithdrawn reversalWithdrawn:m=ReversalWithdrawn tierConfirmed:m=TierConfirmed rewardDefined:m=RewardDefined rewardChanged:m=RewardChanged rewardRetired:m=RewardRetired rewardStockSet:m=RewardStockSet rewardRedeemed:m=RewardRedeemed rewardShipped:m=RewardShipped rewardDelivered:m=RewardDelivered redemptionCancelled:m=RedemptionCancelled competitorRecorded:m=CompetitorRecorded competitorMoved:m=CompetitorMoved strengthWeaknessSet:m=StrengthWeaknessSet competitorChanged:m=CompetitorChanged competitorRetired:m=CompetitorRetired competitorRestored:m=CompetitorRestored competitorMoveWithdrawn:m=CompetitorMoveWithdrawn marketDefined:m=MarketDefined marketChanged:m=MarketChanged marketSizeRecorded:m=MarketSizeRecorded marketRetired:m=MarketRetired marketRestored:m=MarketRestored marketSizeWithdrawn:m=MarketSizeWithdrawn employeeHired:m=EmployeeHired employeeChanged:m=EmployeeChanged roleAssigned:m=RoleAssigned roleUnassigned:m=RoleUnassigned teamJoined:m=TeamJoined teamLeft:m=TeamLeft capacitySet:m=CapacitySet portfolioTransferred:m=PortfolioTransferred employeeDeactivated:m=EmployeeDeactivated employeeReactivated:m=EmployeeReactivated teamDefined:m=TeamDefined teamChanged:m=TeamChanged teamRetired:m=TeamRetired territoryDefined:m=TerritoryDefined territoryChanged:m=TerritoryChanged territoryRetired:m=TerritoryRetired territoryAssigned:m=TerritoryAssigned queueDefined:m=QueueDefined queueChanged:m=QueueChanged routingSet:m=RoutingSet queueRetired:m=QueueRetired importStarted:m=ImportStarted importCommitted:m=ImportCommitted externalLinked:m=ExternalLinked externalUnlinked:m=ExternalUnlinked targetSet:m=TargetSet trainingRecorded:m=TrainingRecorded relationshipReviewed:m=RelationshipReviewed targetWithdrawn:m=TargetWithdrawn trainingCorrected:m=TrainingCorrected trainingWithdrawn:m=TrainingWithdrawn organisationSet:m=OrganisationSet fiscalCalendarSet:m=FiscalCalendarSet reportingCurrencySet:m=ReportingCurrencySet exchangeRateSet:m=ExchangeRateSet periodClosed:m=PeriodClosed periodReopened:m=PeriodReopened channelsSet:m=ChannelsSet fieldDefined:m=FieldDefined fieldChanged:m=FieldChanged fieldRetired:m=FieldRetired principalRegistered:m=PrincipalRegistered roleGranted:m=RoleGranted roleRevoked:m=RoleRevoked principalBound:m=PrincipalBound onBehalfOfAllowed:m=OnBehalfOfAllowed bodyRedacted:m=BodyRedacted
        EventReceipt position:l kind:e=EVENT_KIND_UNSPECIFIED streamNumber:l revision:l leafHash:s
        EventSubject number:l role:e=SUBJECT_ROLE_UNSPECIFIED previous:l keySlot:n slotGeneration:n body:n part:n sealedLength:n personal:m=PersonalData erased:b
        ExchangeRate date:s rate:m=DecimalValue rateSource:s
        ExchangeRateSet from:s to:s date:s rate:m=DecimalValue rateSource:s rateBefore:m=DecimalValue reason:s source:m=Source
        ExchangeRatesRecord from:s to:s rates:R=ExchangeRate
        ExpirePoints account:m=Reference earning:l
        ExpiryDay day:s points:l
        ExpiryPolicy kind:e=EXPIRY_KIND_UNSPECIFIED days:n periods:n
        ExpiryPolicySet policy:m=ExpiryPolicy version:n reason:s source:m=Source
        ExternalKey system:s key:s
        ExternalKeyPersonal key:m=ExternalKey reason:s
        ExternalLinked key:m=ExternalKey reason:s source:m=Source
        ExternalUnlinked key:m=ExternalKey reason:s source:m=Source
        FieldChange fieldNumber:l definitionRevision:n value:m=FieldValue sealed:b emptied:b before:m=FieldValue beforePosition:l
        FieldChanged definition:m=FieldDefinition requiredBefore:b reason:s source:m=Source
        FieldChoice key:s label:s retired:b
        FieldDefined definition:m=FieldDefinition reason:s source:m=Source
        FieldDefinition kind:e=AGGREGATE_KIND_UNSPECIFIED key:s type:e=FIELD_TYPE_UNSPECIFIED personal:b required:b rules:m=FieldRules choices:R=FieldChoice referenceKind:e=AGGREGATE_KIND_UNSPECIFIED label:s description:s place:n
        FieldDefinitionRecord definition:m=FieldDefinition retired:b
        FieldReference kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference
        FieldRetired kind:e=AGGREGATE_KIND_UNSPECIFIED key:s requiredBefore:b valuesKept:l reason:s source:m=Source
        FieldRules minLength:p maxLength:p pattern:s minimum:m=DecimalValue maximum:m=DecimalValue maxDecimals:p currencies:r firstDay:s lastDay:s minChoices:p maxChoices:p schemes:r
        FieldValue key:s text:p integer:p decimal:m=DecimalValue boolean:q date:p instant:p choice:p choices:m=ChoiceKeys money:m=Money reference:m=FieldReference referenceNumber:p url:p
        FieldsSet changes:R=FieldChange reason:s source:m=Source
        FieldsSetPersonal values:R=FieldValue reason:s
        FigureDefinition name:s definition:s unit:s dateBasis:s
        Filter field:s operator:e=FILTER_OPERATOR_UNSPECIFIED value:s
        FiscalCalendar firstMonth:n firstDay:n namedByEnd:b
        FiscalCalendarSet calendar:m=FiscalCalendar reason:s source:m=Source
        ForecastCategorySet categoryBefore:e=FORECAST_CATEGORY_UNSPECIFIED category:e=FORECAST_CATEGORY_UNSPECIFIED overridden:b reason:s source:m=Source
        ForecastFigures period:s opportunities:l withoutAmount:l values:R=ForecastValue
        ForecastValue currency:s weighted:l pipeline:l bestCase:l commit:l closed:l omitted:l
        FreezeAccount account:m=Reference
        FulfilLine order:m=Reference line:n quantity:m=DecimalValue
        FulfilReward redemption:m=Reference reached:e=REDEMPTION_STATUS_UNSPECIFIED tracking:s
        GetBodyRequest itemId:s purpose:s
        GetBodyResponse body:m=BodyReference offset:l content:s
        GetRequest kind:e=AGGREGATE_KIND_UNSPECIFIED reference:m=Reference atLeast:l
        GetResponse record:m=Record
        GrantRole principal:m=Reference role:e=ROLE_UNSPECIFIED scope:s
        HandlingTime seconds:l tickets:l without:l mean:p
        HireEmployee id:s name:m=EmployeeNamePersonal contactPoints:R=ContactPointInput external:R=ExternalKey roles:r teams:R=Reference language:s
        HistoryPage events:R=Event next:l caughtUp:b
        HistoryRequest stream:m=StreamScope subject:m=Reference kind:p all:q from:l to:l limit:l follow:b reveal:b purpose:s includeRecord:b omitPayload:b eventKinds:r
        Holiday day:s label:s
        ImportCommitted rowsRead:l rowsRejected:l latestOccurredAt:p reason:s source:m=Source
        ImportRecord fileHash:s mapping:s mappingHash:s mode:e=COMMAND_MODE_UNSPECIFIED committed:b rowsRead:l rowsRejected:l
        ImportStarted fileHash:s mapping:s mappingHash:s mode:e=COMMAND_MODE_UNSPECIFIED reason:s source:m=Source
        InteractionCorrected detail:m=InteractionDetail detailBefore:m=InteractionDetail parties:R=InteractionParty partiesBefore:R=InteractionParty contentReplaced:b contentCleared:b validFrom:l reason:s source:m=Source
        InteractionDetail channel:s direction:e=INTERACTION_DIRECTION_UNSPECIFIED start:l end:p sentiment:e=SENTIMENT_UNSPECIFIED purpose:e=INTERACTION_PURPOSE_UNSPECIFIED outcome:e=INTERACTION_OUTCOME_UNSPECIFIED employeeNumber:l
        InteractionHistory interactions:l last30Days:l last90Days:l last365Days:l channels:R=ChannelContacts lastInbound:p lastOutbound:p sentiment:m=SentimentTrend preferredChannel:s preferredHour:p
        InteractionInput channel:s direction:e=INTERACTION_DIRECTION_UNSPECIFIED start:p end:p sentiment:e=SENTIMENT_UNSPECIFIED purpose:e=INTERACTION_PURPOSE_UNSPECIFIED outcome:e=INTERACTION_OUTCOME_UNSPECIFIED employee:m=Reference
        InteractionLink kind:e=AGGREGATE_KIND_UNSPECIFIED number:l
        InteractionLinkInput kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference
        InteractionLinked added:R=InteractionLink removed:R=InteractionLink addedParties:R=InteractionParty detail:m=InteractionDetail reason:s source:m=Source
        InteractionLogged detail:m=InteractionDetail parties:R=InteractionParty links:R=InteractionLink hasContent:b bodies:R=BodyReference thread:m=EmailThread reason:s source:m=Source
        InteractionLoggedPersonal content:m=InteractionPersonal reason:s
        InteractionParty partyNumber:l role:e=INTERACTION_ROLE_UNSPECIFIED
        InteractionPartyInput party:m=Reference role:e=INTERACTION_ROLE_UNSPECIFIED
        InteractionPersonal subjectLine:s text:s email:m=EmailPersonal bodies:R=BodyPersonal
        InteractionRecord channel:s direction:e=INTERACTION_DIRECTION_UNSPECIFIED start:p end:p sentiment:e=SENTIMENT_UNSPECIFIED purpose:e=INTERACTION_PURPOSE_UNSPECIFIED outcome:e=INTERACTION_OUTCOME_UNSPECIFIED employeeNumber:l parties:R=InteractionParty links:R=InteractionLink content:m=InteractionPersonal redacted:b erased:b durationSeconds:p thread:m=EmailThread
        InteractionRedacted hiddenPositions:r reason:s source:m=Source
        IssueOffer id:s external:R=ExternalKey offer:m=Reference party:m=Reference personal:m=CouponPersonal expiresAt:p
        JoinTeam employee:m=Reference team:m=Reference lead:b
        KeepPromise promise:m=Reference closing:m=PromiseClosingPersonal
        LeaveTeam employee:m=Reference team:m=Reference
        LevelCount level:n escalations:l
        LineAdded line:m=OpportunityLine lineBefore:m=OpportunityLine amountBefore:m=Money amount:m=Money currency:s sourceVersion:m=SourceVersion reason:s source:m=Source
        LineFulfilled line:n quantity:m=DecimalValue reason:s source:m=Source
        LineRemoved line:m=OpportunityLine amountBefore:m=Money amount:m=Money sourceVersion:m=SourceVersion reason:s source:m=Source
        LinkExternalRecord kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference key:m=ExternalKey
        LinkInteraction interaction:m=Reference add:R=InteractionLinkInput remove:R=InteractionLinkInput addParties:R=InteractionPartyInput
        LinkTicket ticket:m=Reference link:m=TicketLinkInput
        ListRequest kind:e=AGGREGATE_KIND_UNSPECIFIED filters:R=Filter sort:e=SORT_ORDER_UNSPECIFIED descending:b limit:n cursor:s atLeast:l
        ListResponse records:R=Record cursor:s
        LockDaysSet days:n version:n reason:s source:m=Source
        LogInteraction id:s external:R=ExternalKey detail:m=InteractionInput parties:R=InteractionPartyInput content:m=InteractionPersonal links:R=InteractionLinkInput bodies:R=BodyInput
        LogOpened logId:s formatVersion:n epoch:n reason:s source:m=Source
        LoseOpportunity opportunity:m=Reference lossReason:s closing:m=OpportunityClosingPersonal competitor:m=Reference stage:s
        LossReason key:s label:s notesRequired:b
        LotMovement earning:l lot:n points:l leftInEarning:l locksUntil:p expiresAt:p expiresWithInactivity:b orderNumber:l orderLine:n
        LoyaltyAccountRecord status:e=ACCOUNT_STATUS_UNSPECIFIED programmeNumber:l partyNumber:l partyId:s employeeNumber:l employeeId:s balance:m=PointsBalance tier:s tierSince:p enrolledAt:p inactiveAt:p lots:R=PointsLot
        LoyaltyAccountView summary:m=LoyaltySummary lots:R=PointsLot lotsCut:b expiry:R=ExpiryDay movements:R=LoyaltyMovement movementsCut:b
        LoyaltyLiability outstanding:l value:m=PointValue amount:m=Money
        LoyaltyMovement position:l kind:e=EVENT_KIND_UNSPECIFIED occurredAt:p recordedAt:p origin:e=ORIGIN_UNSPECIFIED points:l balance:m=PointsBalance orderNumber:l returnNumber:l redemptionNumber:l otherAccountNumber:l tierFrom:s tierTo:s programmeVersion:n
        LoyaltyRequest party:m=Reference employee:m=Reference account:m=Reference programme:m=Reference atLeast:l asOf:p limit:n cursor:s lotLimit:p movementLimit:p movementsBefore:l lotsAfter:l
        LoyaltyResponse accounts:R=LoyaltyAccountView cursor:s definitions:R=FigureDefinition
        LoyaltySummary accountId:s accountNumber:l programmeNumber:l programmeLabel:s pointsLabel:s status:e=ACCOUNT_STATUS_UNSPECIFIED balance:m=PointsBalance tier:s tierLabel:s tierSince:p nextTier:s pointsToNextTier:l tierValue:l expiring30Days:l expiring60Days:l expiring90Days:l enrolledAt:p lastActivityAt:p inactiveAt:p partyNumber:l employeeNumber:l burnRate:p
        MakePromise id:s external:R=ExternalKey party:m=Reference personal:m=PromisePersonal due:m=DueInput promisor:m=OwnerReference category:s concerns:R=ConcernInput reminder:p
        MapStages pipeline:m=Reference mappings:R=StageMapping
        MarketChanged detail:m=MarketDetail nameBefore:s reason:s source:m=Source
        MarketDefined detail:m=MarketDetail external:R=ExternalKey reason:s source:m=Source
        MarketDetail name:s description:s categories:r countries:r
        MarketRecord detail:m=MarketDetail retired:b sizes:R=MarketSizeRecord
        MarketRestored reason:s source:m=Source
        MarketRetired reason:s source:m=Source
        MarketShare id:s number:l period:m=DayRange size:m=Money origin:s forecast:b ours:m=Money share:n shareAYearBefore:p
        MarketSize period:m=DayRange value:m=Money units:m=DecimalValue origin:s forecast:b
        MarketSizeRecord size:m=MarketSize position:l occurredAt:p
        MarketSizeRecorded size:m=MarketSize reason:s source:m=Source
        MarketSizeWithdrawn period:m=DayRange currency:s origin:s reason:s source:m=Source
        MemberEnrolled programmeNumber:l partyNumber:l employeeNumber:l external:R=ExternalKey tier:s programmeVersion:n memberIndex:l membershipIndex:l reason:s source:m=Source
        MergeTickets survivor:m=Reference absorbed:R=Reference choices:R=TicketFieldChoice
        Money minorUnits:l currency:s
        MoveAppointment appointment:m=Reference start:p end:p reminder:p
        NamePart kind:e=NAME_PART_KIND_UNSPECIFIED text:s
        NeedPersonal text:s problem:s timeFrame:s expectation:s
        NeedRecord need:m=NeedPersonal productNumber:l budget:m=Money occurredAt:p
        NeedRecorded productNumber:l budget:m=Money reason:s source:m=Source
        NeedRecordedPersonal need:m=NeedPersonal reason:s
        NextStepPersonal text:s reason:s
        NextStepSet text:s personalPart:b dueDate:s cleared:b reason:s source:m=Source
        Note position:l text:s occurredAt:p erased:b
        NoteAdded text:s bodies:R=BodyReference reason:s source:m=Source
        NotePersonal text:s bodies:R=BodyPersonal reason:s
        OfferBenefit percent:m=DecimalValue amount:m=Money points:m=OfferPoints
        OfferBenefitInput percent:m=DecimalValue amount:m=Money points:m=OfferPointsInput
        OfferChanged terms:m=OfferTerms validToBefore:p reason:s source:m=Source
        OfferEligibility kinds:r statuses:r tags:r programmeNumber:l tiers:r countries:r
        OfferEligibilityInput kinds:r statuses:r tags:r programme:m=Reference tiers:r countries:r
        OfferExpired validTo:l reason:s source:m=Source
        OfferExpiryWithdrawn withdrawnPosition:l policyVersion:n causePositions:r reason:s source:m=Source
        OfferIssued offerNumber:l partyNumber:l benefit:m=OfferBenefit offerRevision:l expiresAt:p hasCode:b reason:s source:m=Source
        OfferIssuedPersonal coupon:m=CouponPersonal reason:s
        OfferLimits issued:l issuedPerParty:l redeemed:l redeemedPerParty:l
        OfferPoints points:l programmeNumber:l
        OfferPointsInput points:l programme:m=Reference
        OfferPublished terms:m=OfferTerms reason:s source:m=Source
        OfferRecord status:e=OFFER_STATUS_UNSPECIFIED name:s benefit:m=OfferBenefit validFrom:p validTo:p couponDays:n limits:m=OfferLimits eligibility:m=OfferEligibility minimumOrder:m=Money productNumbers:r issued:l redeemed:l
        OfferRedeemed offerNumber:l partyNumber:l orderNumber:l benefit:m=OfferBenefit discount:m=Money offerRevision:l expiresAt:p reason:s source:m=Source
        OfferRedemptionReversed offerNumber:l partyNumber:l orderNumber:l benefit:m=OfferBenefit discount:m=Money redeemedPosition:l expiresAt:p reason:s source:m=Source
        OfferTerms name:s benefit:m=OfferBenefit validFrom:l validTo:p couponDays:n limits:m=OfferLimits eligibility:m=OfferEligibility minimumOrder:m=Money productNumbers:r
        OfferTermsInput name:s benefit:m=OfferBenefitInput validFrom:p validTo:p couponDays:n limits:m=OfferLimits eligibility:m=OfferEligibilityInput minimumOrder:m=Money products:R=Reference
        OfferWithdrawn validTo:p reason:s source:m=Source
        OmittedEntries list:s count:l
        OnBehalfOfAllowed allowed:b reason:s source:m=Source
        OpenOnDay day:s opportunities:l unknown:l
        OpenOpportunity id:s external:R=ExternalKey pipeline:m=Reference stage:s party:m=Reference personal:m=OpportunityPersonal owner:m=OwnerReference channel:s leadSource:s partner:m=Reference amount:m=Money currency:s closeDate:s lines:R=OpportunityLineInput competitors:R=Reference reached:e=OPPORTUNITY_STATUS_UNSPECIFIED closedAt:p lossReason:s closing:m=OpportunityClosingPersonal openingUnknown:b
        OpenTicket id:s external:R=ExternalKey party:m=Reference requester:m=Reference personal:m=TicketPersonal channel:s type:s category:s priority:s customerClass:s queue:m=Reference assignee:m=Reference links:R=TicketLinkInput openedByUs:b reached:e=TICKET_STATUS_UNSPECIFIED wait:e=TICKET_WAIT_UNSPECIFIED resolvedAt:p closedAt:p resolutionCode:s resolution:m=TicketResolutionPersonal bodies:R=BodyInput
        OperationRefusals operation:s refusals:l
        OpportunitiesRequest filter:m=OpportunityFilter statuses:r stage:s stalled:b order:e=OPPORTUNITY_ORDER_UNSPECIFIED asOf:p limit:n cursor:s atLeast:l
        OpportunitiesResponse opportunities:R=OpportunitySummary cursor:s asOf:p definitions:R=FigureDefinition
        OpportunityAbandoned turn:m=OpportunityTurn sourceVersion:m=SourceVersion reason:s source:m=Source
        OpportunityChanged head:m=OpportunityHead partyNumberBefore:l partnerNumberBefore:l sourceVersion:m=SourceVersion personalPart:b personalCleared:b open:b owner:m=Owner reason:s source:m=Source
        OpportunityClosingPersonal notes:s reason:s
        OpportunityCorrected openedAt:p openedAtBefore:p closedAt:p closedAtBefore:p amount:m=Money amountBefore:m=Money lossReason:p lossReasonBefore:s competitorNumber:p competitorNumberBefore:l notes:s personalPart:b sourceVersion:m=SourceVersion status:e=OPPORTUNITY_STATUS_UNSPECIFIED reason:s source:m=Source
        OpportunityFilter pipeline:m=Reference owner:m=OwnerReference party:m=Reference product:m=Reference leadSource:s channel:s competitor:m=Reference partner:m=Reference
        OpportunityHead partyNumber:l channel:s leadSource:s partnerNumber:l name:s description:s
        OpportunityHeadPersonal personal:m=OpportunityPersonal reason:s
        OpportunityLine line:n productNumber:l quantity:m=DecimalValue unitPrice:m=DecimalValue net:l
        OpportunityLineInput line:n product:m=Reference quantity:m=DecimalValue unitPrice:m=DecimalValue net:p
        OpportunityLost turn:m=OpportunityTurn lossReason:s competitorNumber:l notes:s personalPart:b sourceVersion:m=SourceVersion reason:s source:m=Source
        OpportunityOpened head:m=OpportunityHead owner:m=Owner pipelineNumber:l pipelineVersion:n stage:s probability:n category:e=FORECAST_CATEGORY_UNSPECIFIED amount:m=Money amountFromLines:b currency:s closeDate:s lines:R=OpportunityLine competitorNumbers:r external:R=ExternalKey reason:s sourceVersion:m=SourceVersion openingUnknown:b personalPart:b source:m=Source
        OpportunityPersonal name:s description:s
        OpportunityRecord status:e=OPPORTUNITY_STATUS_UNSPECIFIED partyNumber:l partyId:s personal:m=OpportunityPersonal owner:m=Owner pipelineNumber:l pipelineVersion:n stage:s stageSince:p probability:n probabilityOverridden:b category:e=FORECAST_CATEGORY_UNSPECIFIED categoryOverridden:b amount:m=Money amountFromLines:b weighted:p closeDate:s pushes:n channel:s leadSource:s partnerNumber:l lines:R=OpportunityLine competitorNumbers:r buyingRoles:R=BuyingRoleRecord nextStep:m=NextStepPersonal nextStepDue:s openedAt:p closedAt:p lossReason:s lostToNumber:l orderNumber:l closing:m=OpportunityClosingPersonal reopenings:n stages:R=StageVisit erased:b
        OpportunityReopened turn:m=OpportunityTurn closedAtBefore:l closeDateBefore:s closeDate:s sourceVersion:m=SourceVersion reason:s source:m=Source
        OpportunitySummary number:l id:s status:e=OPPORTUNITY_STATUS_UNSPECIFIED partyNumber:l owner:m=Owner pipelineNumber:l stage:s stageLabel:s daysInStage:p daysOpen:p amount:m=Money probability:n probabilityOverridden:b weighted:p category:e=FORECAST_CATEGORY_UNSPECIFIED closeDate:s pushes:n nextStepDue:s hasNextStep:b lastActivityAt:p daysSinceActivity:l stalled:b openedAt:p closedAt:p lossReason:s leadSource:s channel:s productNumbers:r
        OpportunityTurn statusBefore:e=OPPORTUNITY_STATUS_UNSPECIFIED pipelineNumber:l pipelineVersion:n stageBefore:s stage:s probabilityBefore:n probability:n categoryBefore:e=FORECAST_CATEGORY_UNSPECIFIED category:e=FORECAST_CATEGORY_UNSPECIFIED amountBefore:m=Money amount:m=Money stageSinceBefore:l openedAt:p owner:m=Owner partyNumber:l partnerNumber:l productNumbers:r channel:s leadSource:s
        OpportunityWon turn:m=OpportunityTurn orderNumber:l notes:s personalPart:b sourceVersion:m=SourceVersion reason:s source:m=Source
        OrderCancelled partyNumber:l wasConfirmed:b reason:s source:m=Source
        OrderCompleted sourceVersion:m=SourceVersion reason:s source:m=Source
        OrderConfirmed partyNumber:l sourceVersion:m=SourceVersion reason:s source:m=Source
        OrderCorrected partyNumber:l documentNumber:s channel:s country:s currency:s lines:R=OrderLine lineCount:n net:l documentNumberBefore:s partyNumberBefore:l placedAt:p sourceVersion:m=SourceVersion confirmed:b personalPart:b reason:s documentNumberChanged:b partyChanged:b source:m=Source
        OrderLine line:n productNumber:l quantity:m=DecimalValue unitPrice:m=DecimalValue net:l taxRate:m=DecimalValue discount:p unitCost:m=DecimalValue
        OrderLineInput line:n product:m=Reference quantity:m=DecimalValue unitPrice:m=DecimalValue net:p taxRate:m=DecimalValue discount:p unitCost:m=DecimalValue
        OrderLinesAdded lines:R=OrderLine reason:s source:m=Source
        OrderPersonal delivery:m=PostalAddress remark:s
        OrderPlaced partyNumber:l documentNumber:s channel:s country:s currency:s lines:R=OrderLine lineCount:n net:l external:R=ExternalKey sourceVersion:m=SourceVersion personalPart:b reason:s source:m=Source
        OrderPlacedPersonal personal:m=OrderPersonal reason:s
        OrderRecord status:e=ORDER_STATUS_UNSPECIFIED documentNumber:s partyNumber:l partyId:s channel:s country:s currency:s lines:R=OrderLine net:l fulfilled:R=DecimalValue personal:m=OrderPersonal placedAt:p
        OrganisationRecord name:s zone:s currency:s locale:s zoneRulesVersion:s fiscalCalendar:m=FiscalCalendar reportingCurrency:s closedPeriods:R=ClosedPeriod channels:R=ChannelDefinition
        OrganisationSet name:s zone:s currency:s locale:s zoneRulesVersion:s reason:s source:m=Source
        OutcomeFigures opportunities:l open:l won:l lost:l abandoned:l winRate:m=PipelineRatio values:R=OutcomeValue withoutAmount:l withoutParty:l
        OutcomeValue currency:s openValue:l openWeighted:l wonValue:l lostValue:l abandonedValue:l winRate:m=PipelineRatio meanWonValue:p won:l
        OverrideProbability opportunity:m=Reference probability:p
        Owner employeeNumber:p teamNumber:p
        OwnerAssigned owner:m=Owner ownerBefore:m=Owner territoryNumber:l transferred:b policyVersion:n causePositions:r reason:s source:m=Source
        OwnerReference employee:m=Reference team:m=Reference
        PartyArchived reason:s source:m=Source
        PartyCorrected kind:e=PARTY_KIND_UNSPECIFIED detail:m=PartyDetail nameReplaced:b validFrom:l sourceVersion:m=SourceVersion hasName:b hasTaxNumber:b duplicateNumbers:r reason:s source:m=Source
        PartyDetail country:s language:s roles:r
        PartyDetailChanged detail:m=PartyDetail nameReplaced:b sourceVersion:m=SourceVersion hasName:b hasTaxNumber:b duplicateNumbers:r reason:s source:m=Source
        PartyNameChangedPersonal name:m=PartyNamePersonal before:m=PartyNamePersonal reason:s
        PartyNamePersonal parts:R=NamePart display:s taxNumber:s invoiceTitle:s
        PartyRecord kind:e=PARTY_KIND_UNSPECIFIED status:e=PARTY_STATUS_UNSPECIFIED archived:b name:m=PartyNamePersonal contactPoints:R=ContactPointRecord detail:m=PartyDetail needs:R=NeedRecord preferences:R=PreferenceRecord erased:b owner:m=Owner ownerSince:p territoryNumber:l territoryPinned:b review:m=RelationshipReviewRecord
        PartyRegistered kind:e=PARTY_KIND_UNSPECIFIED status:e=PARTY_STATUS_UNSPECIFIED detail:m=PartyDetail contactPoints:R=ContactPointEntry externalCount:n duplicateNumbers:r sourceVersion:m=SourceVersion hasName:b hasTaxNumber:b reason:s source:m=Source
        PartyRegisteredPersonal name:m=PartyNamePersonal contactPoints:R=ContactPointPersonal external:R=ExternalKey reason:s
        PartyRestored reason:s source:m=Source
        PartyStatusChanged from:e=PARTY_STATUS_UNSPECIFIED to:e=PARTY_STATUS_UNSPECIFIED policyVersion:n causePositions:r sourceVersion:m=SourceVersion reason:s source:m=Source
        PartyStatusWithdrawn from:e=PARTY_STATUS_UNSPECIFIED to:e=PARTY_STATUS_UNSPECIFIED policyVersion:n withdrawnPosition:l causePositions:r reason:s source:m=Source
        PeriodClosed from:s through:s closedUntil:l closedUntilBefore:p openOrders:l openImports:l zone:s zoneRulesVersion:s reason:s source:m=Source
        PeriodReopened from:s throughBefore:s closedUntil:p closedUntilBefore:l closedByNumbers:r zone:s zoneRulesVersion:s reason:s source:m=Source
        PersonalData fingerprint:p reason:m=ReasonPersonal noteAdded:m=NotePersonal fieldsSet:m=FieldsSetPersonal partyRegistered:m=PartyRegisteredPersonal partyCorrected:m=PartyNameChangedPersonal partyDetailChanged:m=PartyNameChangedPersonal contactPointAdded:m=ContactPointAddedPersonal contactPointRetired:m=ContactPointRetiredPersonal needRecorded:m=NeedRecordedPersonal preferenceRecorded:m=PreferenceRecordedPersonal opportunityOpened:m=OpportunityHeadPersonal opportunityChanged:m=OpportunityHeadPersonal nextStepSet:m=NextStepPersonal opportunityWon:m=OpportunityClosingPersonal opportunityLost:m=OpportunityClosingPersonal opportunityCorrected:m=OpportunityClosingPersonal orderPlaced:m=OrderPlacedPersonal orderCorrected:m=OrderPlacedPersonal offerIssued:m=OfferIssuedPersonal interactionLogged:m=InteractionLoggedPersonal interactionCorrected:m=InteractionLoggedPersonal promiseMade:m=PromisePersonal promiseKept:m=PromiseClosingPersonal promiseBroken:m=PromiseClosingPersonal promiseRenegotiated:m=PromisePersonal promiseReleased:m=PromiseClosingPersonal taskCreated:m=TaskPersonal taskCompleted:m=TaskClosingPersonal taskChanged:m=TaskPersonal appointmentBooked:m=AppointmentPersonal appointmentChanged:m=AppointmentPersonal ticketOpened:m=TicketHeadPersonal ticketChanged:m=TicketHeadPersonal ticketCorrected:m=TicketResolutionPersonal customerMessageReceived:m=TicketMessagePersonal agentReplied:m=TicketMessagePersonal ticketResolved:m=TicketResolutionPersonal employeeHired:m=EmployeeHiredPersonal employeeChanged:m=EmployeeChangedPersonal externalLinked:m=ExternalKeyPersonal externalUnlinked:m=ExternalKeyPersonal trainingRecorded:m=TrainingRecordedPersonal relationshipReviewed:m=RelationshipReviewedPersonal trainingCorrected:m=TrainingRecordedPersonal
        PipelineContent name:s stages:R=PipelineStage lossReasons:R=LossReason skippingAllowed:b
        PipelineDefined content:m=PipelineContent external:R=ExternalKey isDefault:b reason:s source:m=Source
        PipelineGroup dimension:e=PIPELINE_DIMENSION_UNSPECIFIED key:s number:l owner:m=Owner outcomes:m=OutcomeFigures
        PipelineRatio numerator:l denominator:l value:p
        PipelineRecord version:n content:m=PipelineContent mappings:R=StageMapping isDefault:b
        PipelineRequest filter:m=OpportunityFilter asOf:p closedFrom:s closedTo:s openedFrom:s openedTo:s forecastPeriod:e=FORECAST_PERIOD_UNSPECIFIED dimensions:r openOn:r atLeast:l
        PipelineStage key:s label:s kind:e=STAGE_KIND_UNSPECIFIED probability:n category:e=FORECAST_CATEGORY_UNSPECIFIED requirements:r maxDays:n
        PipelineSummary asOf:p zone:s outcomes:m=OutcomeFigures stages:R=StageFigures forecast:R=ForecastFigures cycles:R=CycleFigures conversions:R=StageConversion groups:R=PipelineGroup ageing:R=AgeingBucket ageUnknown:l pushRate:m=PipelineRatio pushes:l velocity:R=PipelineVelocity openOn:R=OpenOnDay definitions:R=FigureDefinition
        PipelineValue currency:s opportunities:l amount:l weighted:l
        PipelineVelocity currency:s perDay:p open:l winRate:m=PipelineRatio meanWonValue:p meanCycleDays:p
        PipelineVersionPublished version:n content:m=PipelineContent reason:s source:m=Source
        PlaceOrder id:s external:R=ExternalKey documentNumber:s party:m=Reference channel:s country:s currency:s lines:R=OrderLineInput reached:e=ORDER_STATUS_UNSPECIFIED personal:m=OrderPersonal
        PointValue cost:m=DecimalValue currency:s redemptionRate:m=DecimalValue
        PointValueSet value:m=PointValue version:n reason:s source:m=Source
        PointsAdjusted points:l lots:R=LotMovement expiresAt:p expiresWithInactivity:b cause:m=ExternalKey settled:R=LotMovement inactiveAt:p continued:b programmeVersion:n reason:s balance:m=PointsBalance source:m=Source
        PointsBalance earned:l active:l locked:l spent:l expired:l reversed:l adjusted:l transferred:l
        PointsEarned programmeNumber:l programmeVersion:n orderNumber:l causePosition:l cause:m=ExternalKey currency:s lines:R=EarnedLine lots:R=EarnedLot points:l locksUntil:p expiresAt:p expiresWithInactivity:b inactiveAt:p settled:R=LotMovement reason:s balance:m=PointsBalance tier:s source:m=Source
        PointsExpired cause:e=EXPIRY_CAUSE_UNSPECIFIED points:l lots:R=LotMovement inactiveAt:p continued:b reason:s balance:m=PointsBalance source:m=Source
        PointsExpiryWithdrawn causePosition:l points:l lots:R=LotMovement settled:R=LotMovement inactiveAt:p continued:b reason:s balance:m=PointsBalance source:m=Source
        PointsLot earning:l lot:n points:l left:l earnedAt:p locksUntil:p expiresAt:p expiresWithInactivity:b orderNumber:l orderLine:n rule:s
        PointsSpent points:l lots:R=LotMovement cause:m=ExternalKey orderNumber:l redemptionNumber:l inactiveAt:p continued:b reason:s balance:m=PointsBalance source:m=Source
        PointsTransferred accountNumber:l points:l lots:R=LotMovement expiresAt:p expiresWithInactivity:b cause:m=ExternalKey settled:R=LotMovement inactiveAt:p continued:b reason:s balance:m=PointsBalance source:m=Source
        PointsUnlocked earning:l points:l expiresAt:p settled:R=LotMovement inactiveAt:p reason:s balance:m=PointsBalance source:m=Source
        PortfolioTransferred to:m=Owner transferred:R=TransferredCount left:l kinds:r reason:s source:m=Source
        PostalAddress lines:r locality:s region:s postalCode:s country:s districtCode:s
        PreferencePersonal value:s
        PreferenceRecord topic:s preference:m=PreferencePersonal occurredAt:p
        PreferenceRecorded topic:s reason:s source:m=Source
        PreferenceRecordedPersonal preference:m=PreferencePersonal reason:s
        PriceBookDefined name:s currency:s external:R=ExternalKey reason:s source:m=Source
        PriceBookRecord name:s currency:s prices:R=PriceRecord
        PriceRecord productNumber:l unitPrice:m=DecimalValue from:p to:p
        PriceSet productNumber:l unitPrice:m=DecimalValue from:l to:p endedPosition:l reason:s source:m=Source
        PrincipalBound employeeNumber:l employeeNumberBefore:l reason:s source:m=Source
        PrincipalRecord uid:p socket:p token:p label:s roles:R=RoleGrant employeeNumber:l onBehalfOfAllowed:b
        PrincipalRefusals principalNumber:l refusals:l
        PrincipalRegistered uid:p socket:p token:p label:s reason:s source:m=Source
        PriorityDefinition key:s label:s rank:n
        PrioritySet before:m=TicketPriority priority:m=TicketPriority deskVersion:n sourceVersion:m=SourceVersion reason:s source:m=Source
        ProbabilityOverridden probabilityBefore:n probability:n overridden:b reason:s source:m=Source
        ProductChanged sku:s detail:m=ProductDetail skuBefore:s skuChanged:b sourceVersion:m=SourceVersion reason:s source:m=Source
        ProductDefined sku:s external:R=ExternalKey detail:m=ProductDetail sourceVersion:m=SourceVersion reason:s source:m=Source
        ProductDetail name:s category:s unit:s unitCost:m=DecimalValue costCurrency:s
        ProductRecord sku:s detail:m=ProductDetail variants:R=VariantRecord related:R=RelatedProduct retired:b
        ProductRetired reason:s source:m=Source
        ProductsRelated relatedNumber:l relation:e=PRODUCT_RELATION_UNSPECIFIED reason:s source:m=Source
        ProgrammeActivated version:n reason:s source:m=Source
        ProgrammeChanged label:s pointsLabel:s version:n reason:s source:m=Source
        ProgrammeDefined external:R=ExternalKey label:s pointsLabel:s audience:e=PROGRAMME_AUDIENCE_UNSPECIFIED status:e=PROGRAMME_STATUS_UNSPECIFIED version:n index:l reason:s source:m=Source
        ProgrammeRecord label:s pointsLabel:s audience:e=PROGRAMME_AUDIENCE_UNSPECIFIED status:e=PROGRAMME_STATUS_UNSPECIFIED version:n rules:R=EarningRule expiry:m=ExpiryPolicy lockDays:n tiers:R=Tier tierPolicy:m=TierPolicy pointValue:m=PointValue nextReviewAt:p
        ProgrammeRequest programme:m=Reference atLeast:l asOf:p from:p to:p
        ProgrammeResponse programmeNumber:l programme:m=ProgrammeRecord members:l frozen:l closed:l activeMembers:l activeMemberRate:p enrolled:l enrolmentRate:p balance:m=PointsBalance debt:l tiers:R=TierCount earnedInPeriod:l spentInPeriod:l expiredInPeriod:l reversedInPeriod:l earnRates:R=EarnRate burnRate:p breakageToDate:p expiring30Days:l expiring60Days:l expiring90Days:l expiry:R=ExpiryDay liability:m=LoyaltyLiability rewards:R=RewardCount tierMovements:R=TierMovement definitions:R=FigureDefinition
        ProgrammeSuspended version:n reason:s source:m=Source
        ProjectionStatus name:s version:n state:e=PROJECTION_STATE_UNSPECIFIED position:l lagEvents:l lagMicroseconds:l parkedReason:s digest:s rebuildPosition:l
        PromiseBroken statusBefore:e=PROMISE_STATUS_UNSPECIFIED due:m=Due promisor:m=Owner personalPart:b reason:s source:m=Source
        PromiseClosingPersonal remark:s reason:s
        PromiseDetail partyNumber:l category:s due:m=Due concerns:R=Concern reminder:p
        PromiseKeeping open:l overdue:l kept:l keptInTime:l broken:l rate:p
        PromiseKept statusBefore:e=PROMISE_STATUS_UNSPECIFIED due:m=Due inTime:b promisor:m=Owner personalPart:b reason:s source:m=Source
        PromiseMade detail:m=PromiseDetail promisor:m=Owner personalPart:b external:R=ExternalKey reason:s source:m=Source
        PromisePersonal text:s reason:s
        PromiseRecord status:e=PROMISE_STATUS_UNSPECIFIED partyNumber:l partyId:s personal:m=PromisePersonal category:s dueDay:s dueAt:p reminder:p promisor:m=Owner concerns:R=Concern madeAt:p closedAt:p inTime:q closing:m=PromiseClosingPersonal renegotiations:R=PromiseRenegotiation erased:b
        PromiseReleased statusBefore:e=PROMISE_STATUS_UNSPECIFIED promisor:m=Owner personalPart:b reason:s source:m=Source
        PromiseReminded due:m=Due promisor:m=Owner reason:s source:m=Source
        PromiseRenegotiated statusBefore:e=PROMISE_STATUS_UNSPECIFIED detail:m=PromiseDetail detailBefore:m=PromiseDetail textChanged:b personalPart:b askedByParty:b promisor:m=Owner reason:s source:m=Source
        PromiseRenegotiation occurredAt:p dueDayBefore:s dueAtBefore:p askedByParty:b textChanged:b
        PromiseSummary number:l id:s status:e=PROMISE_STATUS_UNSPECIFIED category:s dueDay:s dueAt:p overdue:b promisor:m=Owner partyNumber:l inTime:b
        PublishEarningRule programme:m=Reference key:s label:s priority:n stop:b kind:e=EARNING_KIND_UNSPECIFIED rate:m=DecimalValue currency:s condition:m=EarningConditionInput rounding:e=POINTS_ROUNDING_UNSPECIFIED from:p to:p
        PublishOffer id:s external:R=ExternalKey terms:m=OfferTermsInput
        PublishPipelineVersion pipeline:m=Reference content:m=PipelineContent mappings:R=StageMapping
        PurchaseHistory currency:s firstOrder:p lastOrder:p daysSinceLastOrder:l orders:l purchases:l returns:l gross:l returned:l net:l averageOrderValue:p returnRate:p margin:p meanIntervalDays:p medianIntervalDays:p categories:R=CategoryTotal
        PutBodyBegin itemId:s subject:m=Reference mediaType:s size:l subjectKind:e=AGGREGATE_KIND_UNSPECIFIED
        PutBodyFinish contentSha256:s
        PutBodyRequest begin:m=PutBodyBegin content:p finish:m=PutBodyFinish
        PutBodyResponse received:l body:m=BodyReference
        QueueAgent employeeNumber:l skills:r
        QueueAgentInput employee:m=Reference skills:r
        QueueChanged label:s labelBefore:s teamNumbers:r agents:R=QueueAgent version:n isDefault:b defaultBeforeNumber:l noLongerDefault:b reason:s source:m=Source
        QueueDefined label:s teamNumbers:r agents:R=QueueAgent routing:m=QueueRouting version:n external:R=ExternalKey isDefault:b defaultBeforeNumber:l reason:s source:m=Source
        QueueRecord label:s teamNumbers:r agents:R=QueueAgent routing:m=QueueRouting version:n isDefault:b retired:b
        QueueRetired label:s wasDefault:b version:n reason:s source:m=Source
        QueueRouting method:e=ROUTING_METHOD_UNSPECIFIED mostOpen:n otherwise:e=ROUTING_METHOD_UNSPECIFIED
        ReactivateEmployee employee:m=Reference
        ReasonPersonal reason:s
        ReassignTicket ticket:m=Reference employee:m=Reference
        RebuildProgress name:s position:l target:l eventsPerSecond:n done:b digest:s previousDigest:s seconds:n
        RebuildRequest name:s
        RecomputeRequest until:l
        RecomputeResponse position:l facts:l consequences:l timed:l divergences:R=Divergence seconds:n
        Record id:s number:l kind:e=AGGREGATE_KIND_UNSPECIFIED revision:l firstPosition:l lastPosition:l occurredAt:p changedAt:p external:R=ExternalKey tags:r notes:R=Note importNumber:l omitted:R=OmittedEntries fields:R=RecordField bodies:R=BodyRecord party:m=PartyRecord product:m=ProductRecord priceBook:m=PriceBookRecord order:m=OrderRecord goodsReturn:m=ReturnRecord importJob:m=ImportRecord organisation:m=OrganisationRecord principal:m=PrincipalRecord employee:m=EmployeeRecord team:m=TeamRecord territory:m=TerritoryRecord offer:m=OfferRecord coupon:m=CouponRecord interaction:m=InteractionRecord field:m=FieldDefinitionRecord exchangeRates:m=ExchangeRatesRecord pipeline:m=PipelineRecord opportunity:m=OpportunityRecord loyaltyProgramme:m=ProgrammeRecord loyaltyAccount:m=LoyaltyAccountRecord reward:m=RewardRecord redemption:m=RedemptionRecord competitor:m=CompetitorRecord market:m=MarketRecord target:m=TargetRecord training:m=TrainingRecord ticket:m=TicketRecord serviceDesk:m=ServiceDeskRecord calendar:m=CalendarRecord slaPolicy:m=SlaPolicyRecord queue:m=QueueRecord task:m=TaskRecord appointment:m=AppointmentRecord promise:m=PromiseRecord
        RecordAgentReply ticket:m=Reference message:m=TicketMessagePersonal public:b channel:s employee:m=Reference handlingSeconds:n bodies:R=BodyInput
        RecordCompetitor id:s detail:m=CompetitorDetail external:R=ExternalKey
        RecordCompetitorMove competitor:m=Reference move:m=CompetitorMove product:m=Reference market:m=Reference
        RecordCustomerMessage ticket:m=Reference message:m=TicketMessagePersonal channel:s needsNoAnswer:b bodies:R=BodyInput
        RecordField value:m=FieldValue fieldNumber:l occurredAt:p personal:b erased:b
        RecordMarketSize market:m=Reference period:m=DayRange value:m=Money units:m=DecimalValue origin:s forecast:b
        RecordNeed party:m=Reference need:m=NeedPersonal product:m=Reference budget:m=Money
        RecordNoShow appointment:m=Reference absent:e=APPOINTMENT_SIDE_UNSPECIFIED
        RecordPreference party:m=Reference topic:s preference:m=PreferencePersonal
        RecordTraining id:s employee:m=Reference detail:m=TrainingDetail personal:m=TrainingPersonal external:R=ExternalKey
        RedactBody kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference itemId:s
        RedactInteraction interaction:m=Reference
        RedeemOffer coupon:m=Reference personal:m=CouponPersonal order:m=Reference discount:m=Money
        RedeemReward id:s external:R=ExternalKey account:m=Reference reward:m=Reference quantity:n
        RedemptionCancelled accountNumber:l rewardNumber:l quantity:n toStock:b points:l reason:s source:m=Source
        RedemptionRecord status:e=REDEMPTION_STATUS_UNSPECIFIED accountNumber:l rewardNumber:l programmeNumber:l quantity:n points:l partyNumber:l partyId:s employeeNumber:l tracking:s redeemedAt:p shippedAt:p deliveredAt:p cancelledAt:p
        Reference id:p external:m=ExternalKey number:p token:p
        Reflects epoch:n position:l lagEvents:l lagMicroseconds:l state:e=PROJECTION_STATE_UNSPECIFIED
        RefundReturn goodsReturn:m=Reference amount:m=Money
        RefusalCounts total:l codes:R=CodeRefusals principals:R=PrincipalRefusals operations:R=OperationRefusals
        RefusalEntry number:l refusedAt:p code:e=ERROR_CODE_UNSPECIFIED field:s command:p query:p commandId:s bodies:n body:n historic:b dryRun:b principalNumber:l uid:p socket:p token:p onBehalfOf:m=Reference kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference expected:l actual:l position:l
        RefusalJournalStatus entries:l bytes:l oldest:p lost:l failure:s
        RefusalsRequest since:p until:p codes:r principal:m=Reference unknownCallers:b operations:r kind:e=AGGREGATE_KIND_UNSPECIFIED commandId:s counts:b limit:n cursor:s
        RefusalsResponse refusals:R=RefusalEntry cursor:s counts:m=RefusalCounts keptSince:p lost:l
        RegisterParty id:s kind:e=PARTY_KIND_UNSPECIFIED name:m=PartyNamePersonal contactPoints:R=ContactPointInput external:R=ExternalKey detail:m=PartyDetail status:e=PARTY_STATUS_UNSPECIFIED allowDuplicate:b
        RegisterPrincipal id:s uid:p socket:p token:p label:s
        RegisterReturn id:s external:R=ExternalKey documentNumber:s order:m=Reference party:m=Reference channel:s country:s currency:s lines:R=ReturnLineInput
        RegressStage opportunity:m=Reference stage:s
        RelateProducts product:m=Reference related:m=Reference relation:e=PRODUCT_RELATION_UNSPECIFIED
        RelatedProduct number:l relation:e=PRODUCT_RELATION_UNSPECIFIED
        RelationshipReviewPersonal rationale:s plan:s
        RelationshipReviewRecord position:l decision:e=RELATIONSHIP_DECISION_UNSPECIFIED personal:m=RelationshipReviewPersonal figures:m=ReviewFigures nextReview:s reviewerNumber:l occurredAt:p erased:b
        RelationshipReviewed decision:e=RELATIONSHIP_DECISION_UNSPECIFIED figures:m=ReviewFigures nextReview:s reviewerNumber:l decisionBefore:e=RELATIONSHIP_DECISION_UNSPECIFIED reason:s source:m=Source
        RelationshipReviewedPersonal review:m=RelationshipReviewPersonal reason:s
        ReleasePromise promise:m=Reference closing:m=PromiseClosingPersonal
        RemoveBuyingRole opportunity:m=Reference party:m=Reference role:e=BUYING_ROLE_UNSPECIFIED
        RemoveCompetitor opportunity:m=Reference competitor:m=Reference
        RemoveLine opportunity:m=Reference line:n
        RenegotiatePromise promise:m=Reference due:m=DueInput personal:m=PromisePersonal reminder:p askedByParty:b clear:r
        ReopenOpportunity opportunity:m=Reference stage:s closeDate:s
        ReopenPeriod from:s
        ReopenTask task:m=Reference
        ReopenTicket ticket:m=Reference asNew:b
        ReportingCurrencySet currency:s reason:s source:m=Source
        Request id:l submit:m=SubmitRequest get:m=GetRequest list:m=ListRequest customer:m=CustomerRequest history:m=HistoryRequest status:m=StatusRequest rebuild:m=RebuildRequest credit:m=Credit cancel:m=Cancel pipeline:m=PipelineRequest opportunities:m=OpportunitiesRequest loyalty:m=LoyaltyRequest programme:m=ProgrammeRequest targets:m=TargetsRequest recompute:m=RecomputeRequest tickets:m=TicketsRequest serviceFigures:m=ServiceFiguresRequest putBody:m=PutBodyRequest getBody:m=GetBodyRequest ticketClocks:m=TicketClocksRequest refusals:m=RefusalsRequest
        ResolutionCodeDefinition key:s label:s needsText:b
        ResolveTicket ticket:m=Reference code:s resolution:m=TicketResolutionPersonal employee:m=Reference handlingSeconds:n
        Response id:l last:b reflects:m=Reflects submit:m=SubmitResponse get:m=GetResponse list:m=ListResponse customer:m=Customer history:m=HistoryPage status:m=StatusResponse rebuild:m=RebuildProgress error:m=ErrorDetail pipeline:m=PipelineSummary opportunities:m=OpportunitiesResponse loyalty:m=LoyaltyResponse programme:m=ProgrammeResponse targets:m=TargetsResponse recompute:m=RecomputeResponse tickets:m=TicketsResponse serviceFigures:m=ServiceFiguresResponse putBody:m=PutBodyResponse getBody:m=GetBodyResponse ticketClocks:m=TicketClocksResponse refusals:m=RefusalsResponse
        RestoreCompetitor competitor:m=Reference
        RestoreMarket market:m=Reference
        RestoreParty party:m=Reference
        ResumeTicket ticket:m=Reference employee:m=Reference
        RetireCalendar calendar:m=Reference
        RetireCompetitor competitor:m=Reference
        RetireContactPoint party:m=Reference contactPoint:n
        RetireEarningRule programme:m=Reference key:s
        RetireField field:m=Reference kind:e=AGGREGATE_KIND_UNSPECIFIED key:s keepValues:b
        RetireMarket market:m=Reference
        RetireProduct product:m=Reference
        RetireQueue queue:m=Reference
        RetireReward reward:m=Reference
        RetireTeam team:m=Reference
        RetireTerritory territory:m=Reference
        RetireTier programme:m=Reference key:s
        ReturnCorrected orderNumber:l partyNumber:l documentNumber:s channel:s country:s currency:s lines:R=ReturnLine lineCount:n net:l documentNumberBefore:s partyNumberBefore:l registeredAt:p sourceVersion:m=SourceVersion linesBefore:R=ReturnLine reason:s orderNumberBefore:l documentNumberChanged:b partyChanged:b source:m=Source
        ReturnLine line:n orderLine:n productNumber:l quantity:m=DecimalValue unitPrice:m=DecimalValue net:l
        ReturnLineInput line:n orderLine:n product:m=Reference quantity:m=DecimalValue unitPrice:m=DecimalValue net:p
        ReturnLinesAdded orderNumber:l lines:R=ReturnLine linesBefore:R=ReturnLine orderNumberBefore:l reason:s source:m=Source
        ReturnRecord status:e=RETURN_STATUS_UNSPECIFIED documentNumber:s orderNumber:l partyNumber:l partyId:s channel:s country:s currency:s lines:R=ReturnLine net:l refunded:m=Money registeredAt:p
        ReturnRefunded amount:m=Money reason:s source:m=Source
        ReturnRegistered orderNumber:l partyNumber:l documentNumber:s channel:s country:s currency:s lines:R=ReturnLine lineCount:n net:l external:R=ExternalKey sourceVersion:m=SourceVersion reason:s source:m=Source
        ReversalWithdrawn orderNumber:l returnNumber:l causePosition:l lines:R=ReversedLine points:l lots:R=LotMovement debt:l inactiveAt:p continued:b programmeVersion:n reason:s balance:m=PointsBalance source:m=Source
        ReverseEarning account:m=Reference earning:l orderLine:n points:l
        ReverseOfferRedemption coupon:m=Reference
        ReverseSpending account:m=Reference spending:l points:l graceDays:n
        ReversedLine orderLine:n net:l points:l setOff:l ended:b
        ReviewFigure figure:s money:m=Money count:p number:m=DecimalValue
        ReviewFigures position:l asOf:p figures:R=ReviewFigure
        ReviewRelationship party:m=Reference decision:e=RELATIONSHIP_DECISION_UNSPECIFIED personal:m=RelationshipReviewPersonal figures:m=ReviewFigures nextReview:s reviewer:m=Reference
        RevokeRole principal:m=Reference role:e=ROLE_UNSPECIFIED scope:s
        RewardChanged detail:m=RewardDetail reason:s source:m=Source
        RewardCount rewardNumber:l label:s redeemed:l points:l
        RewardDefined external:R=ExternalKey programmeNumber:l detail:m=RewardDetail productNumber:l stock:p reason:s source:m=Source
        RewardDelivered tracking:s reason:s source:m=Source
        RewardDetail label:s points:l tier:s from:p to:p limitPerAccount:n cost:m=Money
        RewardRecord programmeNumber:l detail:m=RewardDetail productNumber:l retired:b stock:p redeemed:l
        RewardRedeemed accountNumber:l rewardNumber:l programmeNumber:l quantity:n points:l partyNumber:l employeeNumber:l external:R=ExternalKey fromStock:b cost:m=Money tier:s reason:s source:m=Source
        RewardRetired reason:s source:m=Source
        RewardShipped tracking:s reason:s source:m=Source
        RewardStockSet stock:p stockBefore:p reason:s source:m=Source
        RoleAssigned role:s reason:s source:m=Source
        RoleGrant role:e=ROLE_UNSPECIFIED scope:s
        RoleGranted role:e=ROLE_UNSPECIFIED scope:s reason:s source:m=Source
        RoleRevoked role:e=ROLE_UNSPECIFIED scope:s policyVersion:n causePositions:r reason:s source:m=Source
        RoleUnassigned role:s reason:s source:m=Source
        RouteTicket ticket:m=Reference queue:m=Reference assign:b
        RoutingSet routing:m=QueueRouting version:n reason:s source:m=Source
        SentimentTrend ratedRecently:l ratedBefore:l meanRecently:p meanBefore:p rated:l mean:p last:e=SENTIMENT_UNSPECIFIED
        ServiceDeskContent terms:m=ServiceDeskTerms types:R=TicketKindDefinition categories:R=TicketKindDefinition
        ServiceDeskRecord version:n content:m=ServiceDeskContent
        ServiceDeskSet version:n content:m=ServiceDeskContent reason:s source:m=Source
        ServiceDeskTerms priorities:R=PriorityDefinition defaultPriority:s customerClasses:R=CustomerClassDefinition resolutionCodes:R=ResolutionCodeDefinition reopenWindowSeconds:p closeAfterSeconds:p firstResponse:e=FIRST_RESPONSE_UNSPECIFIED anyoneMayWork:b
        ServiceFigures backlog:m=TicketBacklog flow:m=TicketFlow firstResponse:m=DurationFigures reopenedResponse:m=DurationFigures nextResponse:m=DurationFigures firstResolution:m=DurationFigures lastResolution:m=DurationFigures firstResponseBusiness:m=DurationFigures nextResponseBusiness:m=DurationFigures firstResolutionBusiness:m=DurationFigures lastResolutionBusiness:m=DurationFigures attainment:R=SlaAttainment reopenRate:m=TicketRatio transfers:l escalations:R=LevelCount escalationRate:m=TicketRatio handling:m=HandlingTime firstContactGross:m=TicketRatio firstContactNet:m=TicketRatio
        ServiceFiguresRequest filter:m=TicketFilter from:s to:s asOf:p dimensions:r backlogOn:r atLeast:l
        ServiceFiguresResponse asOf:p zone:s from:s to:s total:m=ServiceFigures groups:R=ServiceGroup backlogOn:R=BacklogOnDay definitions:R=FigureDefinition
        ServiceGroup dimension:e=SERVICE_DIMENSION_UNSPECIFIED key:s number:l figures:m=ServiceFigures
        SetAmount opportunity:m=Reference amount:m=Money fromLines:b
        SetCapacity employee:m=Reference kind:e=AGGREGATE_KIND_UNSPECIFIED most:p
        SetChannels channels:R=ChannelDefinition
        SetCloseDate opportunity:m=Reference closeDate:s
        SetExchangeRate from:s to:s date:s rate:m=DecimalValue rateSource:s
        SetExpiryPolicy programme:m=Reference policy:m=ExpiryPolicy
        SetFields kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference
        SetFiscalCalendar calendar:m=FiscalCalendar
        SetForecastCategory opportunity:m=Reference category:e=FORECAST_CATEGORY_UNSPECIFIED
        SetLockDays programme:m=Reference days:n
        SetNextStep opportunity:m=Reference nextStep:m=NextStepPersonal dueDate:s clear:b
        SetOrganisation name:s zone:s currency:s locale:s
        SetPointValue programme:m=Reference value:m=PointValue
        SetPrice priceBook:m=Reference product:m=Reference unitPrice:m=DecimalValue from:p to:p
        SetPriority ticket:m=Reference priority:s
        SetReportingCurrency currency:s
        SetRewardStock reward:m=Reference stock:p
        SetRouting queue:m=Reference routing:m=QueueRouting
        SetServiceDesk terms:m=ServiceDeskTerms types:R=TicketKindInput categories:R=TicketKindInput
        SetStrengthWeakness competitor:m=Reference product:m=Reference strengths:r weaknesses:r
        SetTarget id:s metric:e=TARGET_METRIC_UNSPECIFIED period:m=DayRange owner:m=OwnerReference value:m=TargetValue programme:m=Reference
        SetTierPolicy programme:m=Reference policy:m=TierPolicy
        SlaAttainment clock:e=SLA_CLOCK_KIND_UNSPECIFIED met:l breached:l rate:m=TicketRatio
        SlaBreached kind:e=SLA_CLOCK_KIND_UNSPECIFIED cycle:n dueAt:l targetSeconds:l slaNumber:l slaVersion:n causePositions:r policyVersion:n reason:s source:m=Source
        SlaClockState kind:e=SLA_CLOCK_KIND_UNSPECIFIED cycle:n status:e=SLA_CLOCK_STATUS_UNSPECIFIED slaNumber:l slaVersion:n calendarNumber:l calendarVersion:n targetSeconds:l startedAt:l usedSeconds:l countedTo:l dueAt:p warnAt:p warnedPosition:l breachedPosition:l usedMicroseconds:l warnedAt:p breachedAt:p exceedingAt:p
        SlaClockStopped kind:e=SLA_CLOCK_KIND_UNSPECIFIED cycle:n usedSeconds:l targetSeconds:l met:b breachedPosition:l stoppedAt:l slaNumber:l slaVersion:n policyVersion:n causePositions:r breached:b usedMicroseconds:l answered:b reason:s startedAt:l source:m=Source
        SlaMatch priorities:r types:r categories:r customerClasses:r channels:r queueNumbers:r
        SlaMatchInput priorities:r types:r categories:r customerClasses:r channels:r queues:R=Reference
        SlaPolicyChanged content:m=SlaPolicyContent version:n reason:s source:m=Source
        SlaPolicyContent label:s order:n match:m=SlaMatch targets:R=SlaTarget pauseOn:r calendarNumber:l warnPercent:n
        SlaPolicyDeactivated versionBefore:n passAt:p contentBefore:m=SlaPolicyContent reason:s source:m=Source
        SlaPolicyDefined content:m=SlaPolicyContent version:n external:R=ExternalKey reason:s source:m=Source
        SlaPolicyInput label:s order:n match:m=SlaMatchInput targets:R=SlaTarget pauseOn:r neverPauses:b calendar:m=Reference roundTheClock:b warnPercent:p
        SlaPolicyRecord content:m=SlaPolicyContent version:n activeVersion:n activeContent:m=SlaPolicyContent
        SlaReviewAdvanced firstSequence:l nextSequence:l changed:l passAt:p version:n reason:s source:m=Source
        SlaTarget clock:e=SLA_CLOCK_KIND_UNSPECIFIED seconds:l
        SlaTargetSet clock:m=SlaClockState before:m=SlaClockState policyVersion:n causePositions:r change:e=SLA_TARGET_CHANGE_UNSPECIFIED reason:s source:m=Source
        SlaVersionActivated version:n versionBefore:n passAt:p content:m=SlaPolicyContent contentBefore:m=SlaPolicyContent reason:s source:m=Source
        SlaWarned kind:e=SLA_CLOCK_KIND_UNSPECIFIED cycle:n dueAt:l slaNumber:l slaVersion:n causePositions:r policyVersion:n reason:s source:m=Source
        SlaWithdrawn withdrawnPosition:l breach:b kind:e=SLA_CLOCK_KIND_UNSPECIFIED cycle:n policyVersion:n causePositions:r reason:s source:m=Source
        Source system:s channel:s
        SourceVersion system:s version:l
        SpecialDay day:s label:s likeWeekday:n intervals:R=DayInterval
        SpendPoints account:m=Reference points:l cause:m=ExternalKey order:m=Reference
        SpendingReversed spending:l points:l lots:R=LotMovement redemptionNumber:l settled:R=LotMovement inactiveAt:p continued:b reason:s balance:m=PointsBalance source:m=Source
        SplitTicket ticket:m=Reference newTicket:m=OpenTicket messages:r
        StageAdvanced from:s to:s pipelineNumber:l pipelineVersion:n probabilityBefore:n probability:n categoryBefore:e=FORECAST_CATEGORY_UNSPECIFIED category:e=FORECAST_CATEGORY_UNSPECIFIED skipped:r stageSinceBefore:l sourceVersion:m=SourceVersion reason:s source:m=Source
        StageConversion pipelineNumber:l from:s to:s rate:m=PipelineRatio
        StageFigures pipelineNumber:l stage:s label:s opportunities:l stalled:l withoutAmount:l values:R=PipelineValue
        StageMapping from:s to:s
        StageRegressed from:s to:s pipelineNumber:l pipelineVersion:n probabilityBefore:n probability:n categoryBefore:e=FORECAST_CATEGORY_UNSPECIFIED category:e=FORECAST_CATEGORY_UNSPECIFIED stageSinceBefore:l sourceVersion:m=SourceVersion reason:s source:m=Source
        StageVisit stage:s from:p to:p
        StagesMapped version:n mappings:R=StageMapping reason:s source:m=Source
        StartImport id:s fileHash:s mapping:s mappingHash:s mode:e=COMMAND_MODE_UNSPECIFIED
        StartTask task:m=Reference
        StatusRequest digest:b
        StatusResponse logId:s formatVersion:n epoch:n durablePosition:l root:s readOnlyReason:s indexPosition:l projections:R=ProjectionStatus version:s startedAt:p connections:l waitingCommands:l logBytes:l nextTimer:p parkedTimers:l bodies:l unreferencedBodies:l refusalJournal:m=RefusalJournalStatus freeBytes:l mapBytes:l readers:l maximumReaders:l dataDirectory:s masterKeyFile:s masterKeyProblem:s
        StreamScope kind:e=AGGREGATE_KIND_UNSPECIFIED stream:m=Reference
        StrengthWeaknessRecord productNumber:l strengths:r weaknesses:r occurredAt:p
        StrengthWeaknessSet productNumber:l strengths:r weaknesses:r reason:s source:m=Source
        SubmitRequest commands:R=Command
        SubmitResponse results:R=CommandResult
        SuspendProgramme programme:m=Reference
        Tag kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference tag:s
        Tagged tag:s reason:s source:m=Source
        TargetAttainment id:s number:l metric:e=TARGET_METRIC_UNSPECIFIED period:m=DayRange owner:m=Owner programmeNumber:l target:m=TargetValue actual:m=TargetValue attainment:p elapsed:n counted:l coverage:p
        TargetMetricDefinition metric:e=TARGET_METRIC_UNSPECIFIED definition:s unit:s dateBasis:s ownerBasis:s
        TargetRecord metric:e=TARGET_METRIC_UNSPECIFIED period:m=DayRange owner:m=Owner value:m=TargetValue programmeNumber:l withdrawn:b currency:s
        TargetSet metric:e=TARGET_METRIC_UNSPECIFIED period:m=DayRange owner:m=Owner value:m=TargetValue programmeNumber:l valueBefore:m=TargetValue reason:s source:m=Source
        TargetValue money:m=Money count:p percent:m=DecimalValue
        TargetWithdrawn value:m=TargetValue reason:s source:m=Source
        TargetsRequest atLeast:l asOf:p period:m=DayRange owner:m=OwnerReference metrics:r markets:b limit:n cursor:s
        TargetsResponse targets:R=TargetAttainment definitions:R=TargetMetricDefinition markets:R=MarketShare cursor:s asOf:p zone:s
        TaskAssigned assignee:m=Owner assigneeBefore:m=Owner reason:s source:m=Source
        TaskCancelled statusBefore:e=TASK_STATUS_UNSPECIFIED assignee:m=Owner reason:s source:m=Source
        TaskChanged detail:m=TaskDetail detailBefore:m=TaskDetail textChanged:b title:s description:s personalPart:b reason:s source:m=Source
        TaskClosingPersonal outcome:s reason:s
        TaskCompleted statusBefore:e=TASK_STATUS_UNSPECIFIED assignee:m=Owner due:m=Due outcomeCode:s outcome:s personalPart:b reason:s source:m=Source
        TaskCreated detail:m=TaskDetail title:s description:s personalPart:b assignee:m=Owner external:R=ExternalKey reason:s source:m=Source
        TaskDeferred statusBefore:e=TASK_STATUS_UNSPECIFIED until:m=Due due:m=Due dueBefore:m=Due reason:s source:m=Source
        TaskDetail category:s priority:e=WORK_PRIORITY_UNSPECIFIED due:m=Due reminder:p partyNumber:l concerns:R=Concern
        TaskPersonal title:s description:s reason:s
        TaskRecord status:e=TASK_STATUS_UNSPECIFIED personal:m=TaskPersonal category:s priority:e=WORK_PRIORITY_UNSPECIFIED dueDay:s dueAt:p reminder:p partyNumber:l partyId:s concerns:R=Concern assignee:m=Owner deferredUntil:p startedAt:p closedAt:p outcomeCode:s closing:m=TaskClosingPersonal deferrals:n reopenings:n erased:b
        TaskReminded cause:e=TASK_REMINDER_CAUSE_UNSPECIFIED assignee:m=Owner due:m=Due reason:s source:m=Source
        TaskReopened statusBefore:e=TASK_STATUS_UNSPECIFIED assignee:m=Owner reason:s source:m=Source
        TaskStarted statusBefore:e=TASK_STATUS_UNSPECIFIED reason:s source:m=Source
        TaskSummary number:l id:s status:e=TASK_STATUS_UNSPECIFIED priority:e=WORK_PRIORITY_UNSPECIFIED category:s dueDay:s dueAt:p overdue:b assignee:m=Owner partyNumber:l
        TeamChanged name:s parentNumber:l nameBefore:s parentNumberBefore:l reason:s source:m=Source
        TeamDefined name:s parentNumber:l reason:s source:m=Source
        TeamJoined teamNumber:l lead:b memberBefore:b reason:s source:m=Source
        TeamLeft teamNumber:l reason:s source:m=Source
        TeamMembership teamNumber:l lead:b
        TeamRecord name:s parentNumber:l retired:b
        TeamRetired name:s parentNumber:l reason:s source:m=Source
        TerritoryAssigned territoryNumber:l territoryNumberBefore:l pinned:b pinnedBefore:b rule:m=TerritoryRule policyVersion:n territoryRevision:l causePositions:r reason:s source:m=Source
        TerritoryChanged name:s parentNumber:l rules:R=TerritoryRule parentNumberBefore:l rulesBefore:R=TerritoryRule reason:s source:m=Source
        TerritoryDefined name:s parentNumber:l rules:R=TerritoryRule owner:m=Owner reason:s source:m=Source
        TerritoryRecord name:s parentNumber:l rules:R=TerritoryRule owner:m=Owner retired:b
        TerritoryRetired rules:R=TerritoryRule parentNumber:l owner:m=Owner reason:s source:m=Source
        TerritoryRule country:s tag:s
        TicketAbsorbed survivorNumber:l status:e=TICKET_STATUS_UNSPECIFIED assignment:m=TicketAssignment partyNumber:l sequence:l reason:s source:m=Source
        TicketAssigned before:m=TicketAssignment assignment:m=TicketAssignment method:e=ROUTING_METHOD_UNSPECIFIED queueVersion:n policyVersion:n causePositions:r statusBefore:e=TICKET_STATUS_UNSPECIFIED reason:s source:m=Source
        TicketAssignment queueNumber:l assigneeNumber:l
        TicketBacklog at:p tickets:l pending:l unassigned:l ages:R=BacklogBucket
        TicketChanged head:m=TicketHead partyNumberBefore:l requesterNumberBefore:l personalPart:b personalCleared:b sourceVersion:m=SourceVersion open:b reason:s source:m=Source
        TicketClaimed assignment:m=TicketAssignment statusBefore:e=TICKET_STATUS_UNSPECIFIED firstResponse:b sourceVersion:m=SourceVersion before:m=TicketAssignment reason:s source:m=Source
        TicketClassification type:s category:s customerClass:s
        TicketClassified before:m=TicketClassification classification:m=TicketClassification customerClassRank:n deskVersion:n sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketClock kind:e=SLA_CLOCK_KIND_UNSPECIFIED cycle:n standing:e=TICKET_CLOCK_STANDING_UNSPECIFIED startedAt:p stoppedAt:p usedMicroseconds:l targetMicroseconds:p dueAt:p warnAt:p breachedAt:p stretches:R=TicketClockStretch intervalsLeftOut:l
        TicketClockStretch start:p end:p counts:b wait:e=TICKET_WAIT_UNSPECIFIED slaNumber:l slaVersion:n calendarNumber:l calendarVersion:n zone:s targetMicroseconds:p usedMicroseconds:l intervals:R=CountedInterval slaLabel:s calendarLabel:s
        TicketClocksRequest ticket:m=Reference atLeast:l asOf:p intervalLimit:n
        TicketClocksResponse ticketId:s ticketNumber:l sequence:l status:e=TICKET_STATUS_UNSPECIFIED asOf:p clocks:R=TicketClock
        TicketClosed turn:m=TicketTurn due:b sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketCorrected openedAt:p openedAtBefore:p resolvedAt:p resolvedAtBefore:p closedAt:p closedAtBefore:p resolutionCode:p resolutionCodeBefore:s resolution:s personalPart:b status:e=TICKET_STATUS_UNSPECIFIED sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketEscalated levelBefore:n level:n before:m=TicketAssignment assignment:m=TicketAssignment statusBefore:e=TICKET_STATUS_UNSPECIFIED status:e=TICKET_STATUS_UNSPECIFIED reason:s source:m=Source
        TicketFieldChoice field:e=TICKET_FIELD_UNSPECIFIED ticket:m=Reference
        TicketFilter queue:m=Reference assignee:m=Reference unassigned:b party:m=Reference priorities:r type:s category:s customerClass:s channel:s
        TicketFlow inflow:l opened:l reopenedAfterResolved:l reopenedAfterClosed:l released:l outflow:l resolved:l closed:l absorbed:l movedIn:l movedOut:l backlogAtStart:l
        TicketHead partyNumber:l requesterNumber:l channel:s subjectLine:s text:s
        TicketHeadPersonal personal:m=TicketPersonal reason:s
        TicketKindDefinition key:s label:s queueNumber:l skills:r
        TicketKindInput key:s label:s queue:m=Reference skills:r
        TicketLink kind:e=TICKET_LINK_KIND_UNSPECIFIED targetKind:e=AGGREGATE_KIND_UNSPECIFIED number:l
        TicketLinkInput kind:e=TICKET_LINK_KIND_UNSPECIFIED targetKind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference
        TicketLinked added:R=TicketLink reason:s sourceVersion:m=SourceVersion source:m=Source
        TicketMergeSide partyNumber:l requesterNumber:l classification:m=TicketClassification priority:m=TicketPriority assignment:m=TicketAssignment waitingSince:p unanswered:n contacts:n customerClassRank:n
        TicketMessagePersonal text:s email:m=EmailPersonal bodies:R=BodyPersonal reason:s
        TicketMessageRecord number:n position:l occurredAt:p fromUs:b public:b employeeNumber:l channel:s message:m=TicketMessagePersonal erased:b movedToNumber:l itemIds:r emailThread:m=EmailThread
        TicketOpened head:m=TicketHead classification:m=TicketClassification priority:m=TicketPriority assignment:m=TicketAssignment sequence:l status:e=TICKET_STATUS_UNSPECIFIED links:R=TicketLink openedByUs:b customerClassRank:n deskVersion:n external:R=ExternalKey reason:s sourceVersion:m=SourceVersion personalPart:b messagePositions:r bodies:R=BodyReference emailThread:m=EmailThread source:m=Source
        TicketPaused why:e=TICKET_WAIT_UNSPECIFIED waitsForNumber:l resumeAt:p statusBefore:e=TICKET_STATUS_UNSPECIFIED employeeNumber:l whyBefore:e=TICKET_WAIT_UNSPECIFIED sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketPersonal subjectLine:s text:s email:m=EmailPersonal bodies:R=BodyPersonal
        TicketPriority key:s rank:n
        TicketRatio numerator:l denominator:l value:p
        TicketReassigned before:m=TicketAssignment assignment:m=TicketAssignment statusBefore:e=TICKET_STATUS_UNSPECIFIED status:e=TICKET_STATUS_UNSPECIFIED sourceVersion:m=SourceVersion transferred:b reason:s source:m=Source
        TicketRecord status:e=TICKET_STATUS_UNSPECIFIED sequence:l partyNumber:l partyId:s requesterNumber:l personal:m=TicketPersonal channel:s type:s category:s customerClass:s priority:s priorityRank:n queueNumber:l assigneeNumber:l level:n openedAt:p openedByUs:b wait:e=TICKET_WAIT_UNSPECIFIED pausedAt:p resumeAt:p waitsForNumber:l firstResolvedAt:p resolvedAt:p closedAt:p resolutionCode:s resolution:m=TicketResolutionPersonal reopenUntil:p waitingSince:p unanswered:n contacts:n replies:n firstResponseAt:p transfers:n reopenedAfterResolved:n reopenedAfterClosed:n handlingSeconds:l messages:R=TicketMessageRecord links:R=TicketLink mergedIntoNumber:l absorbedNumbers:r splitMessagePositions:r clocks:R=SlaClockState erased:b emailThread:m=EmailThread
        TicketReleased survivorNumber:l status:e=TICKET_STATUS_UNSPECIFIED assignment:m=TicketAssignment partyNumber:l resumeAt:p closeAt:p sequence:l reason:s source:m=Source
        TicketReopened turn:m=TicketTurn status:e=TICKET_STATUS_UNSPECIFIED causePositions:r policyVersion:n closedAtBefore:p resolutionCodeBefore:s sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketResolutionPersonal text:s reason:s
        TicketResolved turn:m=TicketTurn code:s resolution:s personalPart:b employeeNumber:l handlingSeconds:n reopenUntil:p closeAt:p deskVersion:n sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketResumed whyBefore:e=TICKET_WAIT_UNSPECIFIED pausedAt:l due:b employeeNumber:l sourceVersion:m=SourceVersion reason:s source:m=Source
        TicketRouted before:m=TicketAssignment assignment:m=TicketAssignment queueVersion:n statusBefore:e=TICKET_STATUS_UNSPECIFIED sourceVersion:m=SourceVersion assign:b reason:s source:m=Source
        TicketSplit newNumber:l messages:r messagePositions:r unanswered:n waitingSince:p contacts:n reason:s source:m=Source
        TicketSummary number:l id:s sequence:l status:e=TICKET_STATUS_UNSPECIFIED partyNumber:l requesterNumber:l subjectLine:s erased:b channel:s type:s category:s customerClass:s priority:s priorityRank:n queueNumber:l assigneeNumber:l level:n openedAt:p ageSeconds:l waitingSince:p wait:e=TICKET_WAIT_UNSPECIFIED resumeAt:p dueAt:p dueClock:e=SLA_CLOCK_KIND_UNSPECIFIED breached:b firstResponseAt:p firstResponseSeconds:p firstResponseBusinessSeconds:p firstResolvedAt:p lastResolvedAt:p firstResolutionSeconds:p lastResolutionSeconds:p firstResolutionBusinessSeconds:p lastResolutionBusinessSeconds:p closedAt:p reopenedAfterResolved:n reopenedAfterClosed:n transfers:n contacts:n replies:n unanswered:n handlingSeconds:l lastActivityAt:p
        TicketTurn statusBefore:e=TICKET_STATUS_UNSPECIFIED head:m=TicketHead classification:m=TicketClassification priority:m=TicketPriority assignment:m=TicketAssignment openedAt:l firstResolvedAt:p resolvedAt:p contacts:n reopenings:n sequence:l
        TicketUnlinked removed:R=TicketLink reason:s source:m=Source
        TicketsMerged absorbed:R=AbsorbedTicket before:m=TicketMergeSide after:m=TicketMergeSide status:e=TICKET_STATUS_UNSPECIFIED reason:s source:m=Source
        TicketsRequest filter:m=TicketFilter statuses:r breached:b limit:n cursor:s asOf:p atLeast:l
        TicketsResponse tickets:R=TicketSummary cursor:s asOf:p definitions:R=FigureDefinition
        TicketsUnmerged mergePosition:l releasedNumbers:r before:m=TicketMergeSide after:m=TicketMergeSide status:e=TICKET_STATUS_UNSPECIFIED reason:s source:m=Source
        Tier key:s label:s threshold:l rank:n
        TierChanged from:s to:s cause:e=TIER_CAUSE_UNSPECIFIED programmeVersion:n basis:e=TIER_BASIS_UNSPECIFIED value:l keepUntil:p causePosition:l reason:s source:m=Source
        TierConfirmed tier:s programmeVersion:n basis:e=TIER_BASIS_UNSPECIFIED value:l reason:s source:m=Source
        TierCount tier:s members:l share:n
        TierDefined tier:m=Tier version:n passAt:p reason:s source:m=Source
        TierMovement from:s to:s changes:l
        TierPolicy review:e=TIER_REVIEW_UNSPECIFIED basis:e=TIER_BASIS_UNSPECIFIED days:n
        TierPolicySet policy:m=TierPolicy version:n passAt:p nextReviewAt:p reason:s source:m=Source
        TierRetired key:s version:n passAt:p reason:s source:m=Source
        TierReviewAdvanced cause:e=TIER_REVIEW_CAUSE_UNSPECIFIED version:n firstMember:l nextMember:l changed:l passAt:p nextReviewAt:p asOf:l reason:s source:m=Source
        TimelineEntry position:l kind:e=EVENT_KIND_UNSPECIFIED occurredAt:p recordedAt:p streamId:s streamKind:e=AGGREGATE_KIND_UNSPECIFIED origin:e=ORIGIN_UNSPECIFIED streamNumber:l
        TrainingCorrected employeeNumber:l detail:m=TrainingDetail personalReplaced:b reason:s source:m=Source
        TrainingDetail course:s provider:s days:m=DayRange hours:m=DecimalValue result:e=TRAINING_RESULT_UNSPECIFIED validUntil:s
        TrainingPersonal score:s remark:s
        TrainingRecord employeeNumber:l detail:m=TrainingDetail personal:m=TrainingPersonal withdrawn:b erased:b
        TrainingRecorded employeeNumber:l detail:m=TrainingDetail external:R=ExternalKey reason:s source:m=Source
        TrainingRecordedPersonal training:m=TrainingPersonal reason:s
        TrainingWithdrawn employeeNumber:l reason:s source:m=Source
        TransferPoints from:m=Reference to:m=Reference points:l cause:m=ExternalKey
        TransferPortfolio from:m=OwnerReference to:m=OwnerReference kinds:r most:n allowOverCapacity:b
        TransferredCount kind:e=AGGREGATE_KIND_UNSPECIFIED count:n
        UnassignRole employee:m=Reference role:s
        Unchanged bodies:R=BodyResult
        UnfreezeAccount account:m=Reference
        UnlinkExternalRecord kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference key:m=ExternalKey
        UnlinkTicket ticket:m=Reference link:m=TicketLinkInput
        UnlockPoints account:m=Reference earning:l
        UnmergeTickets survivor:m=Reference merge:l
        Untag kind:e=AGGREGATE_KIND_UNSPECIFIED target:m=Reference tag:s
        Untagged tag:s reason:s source:m=Source
        UpsertOpportunity key:m=ExternalKey sourceVersion:p opportunity:m=OpenOpportunity clear:r
        UpsertOrder key:m=ExternalKey sourceVersion:p order:m=PlaceOrder
        UpsertParty key:m=ExternalKey id:s kind:e=PARTY_KIND_UNSPECIFIED name:m=PartyNamePersonal contactPoints:R=ContactPointInput detail:m=PartyDetail clear:r sourceVersion:p status:e=PARTY_STATUS_UNSPECIFIED allowDuplicate:b
        UpsertProduct key:m=ExternalKey id:s sku:s detail:m=ProductDetail clear:r sourceVersion:p
        UpsertReturn key:m=ExternalKey sourceVersion:p goodsReturn:m=RegisterReturn
        UpsertTicket key:m=ExternalKey sourceVersion:p ticket:m=OpenTicket clear:r
        VariantAdded sku:s attributes:R=VariantAttribute reason:s source:m=Source
        VariantAttribute name:s value:s
        VariantRecord sku:s attributes:R=VariantAttribute
        VerifyContactPoint party:m=Reference contactPoint:n method:s
        WeekdayHours weekday:n intervals:R=DayInterval
        WinOpportunity opportunity:m=Reference amount:m=Money stage:s order:m=Reference closing:m=OpportunityClosingPersonal
        WithdrawCompetitorMove competitor:m=Reference movePosition:l
        WithdrawCoupon coupon:m=Reference
        WithdrawMarketSize market:m=Reference period:m=DayRange currency:s origin:s
        WithdrawOffer offer:m=Reference
        WithdrawTarget target:m=Reference
        WithdrawTraining training:m=Reference
        WorkCapacity kind:e=AGGREGATE_KIND_UNSPECIFIED most:n
        """
}
