internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// The first stage of the command path: checks form and rights, replaces external keys by tokens, and prepares what
/// can be prepared ahead of its turn. Runs on the connection's thread; nothing here waits.
struct Gateway: Sendable {
    let context: LogContext
    let cache: StateCache
    let access: AccessControl

    /// Limits of one command.
    static let bodiesMaximum = 1_000
    private static let idempotencyKeyMaximum = 256
    private static let reasonMaximum = 1_000

    /// Checks one command of a caller.
    func check(_ command: Command, from caller: CallerIdentity) -> (id: String, result: Result<CheckedCommand, Refusal>)
    {
        do throws(Refusal) {
            return check(command, by: try access.principal(caller))
        } catch {
            return (command.id, .failure(error))
        }
    }

    /// Checks one command of a principal.
    func check(_ command: Command, by principal: Principal) -> (id: String, result: Result<CheckedCommand, Refusal>) {
        var id = command.id
        do throws(Refusal) {
            let identifier = try commandID(command)
            id = identifier.description
            return (id, .success(try checked(command, identifier, by: principal)))
        } catch {
            return (id, .failure(error))
        }
    }

    private func commandID(_ command: Command) throws(Refusal) -> Identifier {
        guard command.id.isEmpty else {
            guard command.idempotencyKey.isEmpty else {
                throw Refusal(
                    .schemaInvalid, "A command has an id or an idempotency key, not both.", field: "idempotency_key")
            }
            guard let id = Identifier(command.id), id != .zero else {
                throw Refusal(.schemaInvalid, "The command id is not a UUID in its 36-character form.", field: "id")
            }
            return id
        }
        guard !command.idempotencyKey.isEmpty else {
            throw Refusal(
                .schemaInvalid, "The command has neither an id nor an idempotency key. Give it one.", field: "id")
        }
        guard command.idempotencyKey.count <= Self.idempotencyKeyMaximum else {
            throw Refusal(.limitExceeded, "An idempotency key has at most 256 bytes.", field: "idempotency_key")
        }
        let bytes = context.vault.commandID(idempotencyKey: Array(command.idempotencyKey))
        guard let id = Identifier(bytes: bytes) else { throw Refusal(.internal, "No command id could be made.") }
        return id
    }

    private func checked(_ command: Command, _ id: Identifier, by principal: Principal) throws(Refusal)
        -> CheckedCommand
    {
        let historic = command.mode == .historic
        // Part of an import is dated and held back like it, so only importers may say so.
        if historic || command.hasImportJob { try principal.require(.imports) }
        guard !command.hasOnBehalfOf || principal.mayActOnBehalfOf else {
            throw Refusal(
                .forbidden, "You may not act on behalf of others. Ask an administrator.", field: "on_behalf_of")
        }
        for reference in [command.onBehalfOf, command.importJob] {
            if case .token? = reference.target { throw Self.tokenFromOutside }
        }
        guard (1...Self.bodiesMaximum).contains(command.bodies.count) else {
            throw Refusal(
                command.bodies.isEmpty ? .schemaInvalid : .limitExceeded, "A command has 1 to 1,000 bodies.",
                field: "bodies")
        }
        var checked = CheckedCommand(
            id: id, correlationID: try correlation(command), fingerprint: try fingerprint(command, principal),
            principal: principal.number, onBehalfOf: command.hasOnBehalfOf ? command.onBehalfOf : nil,
            importJob: command.hasImportJob ? command.importJob : nil, source: try source(command),
            occurredAt: try occurredAt(command),
            historic: historic, dryRun: command.dryRun, bodies: [])
        checked.bodies.reserveCapacity(command.bodies.count)
        let source = GatewaySource(context: context, cache: cache)
        for (index, body) in command.bodies.enumerated() {
            do throws(Refusal) {
                checked.bodies.append(try self.checked(body, index, id, by: principal, source))
            } catch {
                for body in checked.bodies { body.prepared?.reservedSlot.map { context.vault.release($0) } }
                var refusal = error
                refusal.detail.body = UInt32(index)
                throw refusal
            }
        }
        return checked
    }

    /// Tokens are the service's own form of references.
    private static let tokenFromOutside = Refusal(
        .schemaInvalid, "A reference names an id, an external key or a number.")

    private func correlation(_ command: Command) throws(Refusal) -> Identifier {
        guard !command.correlationID.isEmpty else { return .zero }
        guard let id = Identifier(command.correlationID) else {
            throw Refusal(
                .schemaInvalid, "The correlation id is not a UUID in its 36-character form.", field: "correlation_id")
        }
        return id
    }

    private func source(_ command: Command) throws(Refusal) -> [UInt8]? {
        guard command.hasSource, command.source != Source() else { return nil }
        for (text, field) in [(command.source.system, "source.system"), (command.source.channel, "source.channel")]
        where text.utf8.count > Limits.wordBytes {
            throw Refusal(.limitExceeded, "A source's system and channel have at most 64 bytes.", field: field)
        }
        do { return try command.source.encoded() } catch {
            throw Refusal(.schemaInvalid, "The source holds text that is not valid Unicode.", field: "source")
        }
    }

    private func occurredAt(_ command: Command) throws(Refusal) -> Instant? {
        guard command.hasOccurredAt else { return nil }
        guard let instant = Instant(command.occurredAt) else {
            throw Refusal(.schemaInvalid, "occurred_at lies outside the years 1 to 9999.", field: "occurred_at")
        }
        return instant
    }

    /// The keyed hash of the command's canonical content: what the client sent, without the trace fields and the id,
    /// in protobuf's order of fields with defaults left out, and the principal.
    private func fingerprint(_ command: Command, _ principal: Principal) throws(Refusal) -> [UInt8] {
        var content = command
        content.id = ""
        content.idempotencyKey = Data()
        content.correlationID = ""
        content.dryRun = false
        var bytes: [UInt8]
        do { bytes = try content.encoded() } catch {
            throw Refusal(.schemaInvalid, "The command holds text that is not valid Unicode.")
        }
        bytes.append(littleEndian: principal.number.rawValue)
        return context.vault.fingerprint(bytes)
    }

    // MARK: One body

    private func checked(
        _ body: CommandBody, _ index: Int, _ id: Identifier, by principal: Principal, _ source: GatewaySource
    ) throws(Refusal) -> CheckedBody {
        guard let command = body.command else {
            throw Refusal(.unknownCommand, "The body holds no command that this version knows.", field: "bodies")
        }
        try principal.require(AccessMatrix.permission(for: command))
        guard body.reason.utf8.count <= Self.reasonMaximum else {
            throw Refusal(.limitExceeded, "A reason has at most 1,000 bytes.", field: "reason")
        }
        // A reason may be about a person, and fields may be personal; where their event concerns one, they are sealed,
        // and so is the fingerprint.
        let personal =
            command.holdsPersonalData || !body.reason.isEmpty || !body.fields.isEmpty || !body.clearFields_p.isEmpty
        return try checked(command.domainCommand, body, personal, UInt16(index), id, source)
    }

    private func checked<C: DomainCommand>(
        _ original: C, _ body: CommandBody, _ personal: Bool, _ index: UInt16, _ id: Identifier, _ source: GatewaySource
    ) throws(Refusal) -> CheckedBody {
        var command = original
        var fields = FieldInput(body)
        var holdsPersonalData = personal
        func tokenise(_ reference: inout Reference, _ kind: AggregateKind) throws(Refusal) {
            switch reference.target {
            case .external(let key):
                if kind.isPerson { holdsPersonalData = true }
                reference.token = context.token(of: key, kind).data
            case .token:
                throw Self.tokenFromOutside
            case .id, .number, nil: break
            }
        }
        try command.visitReferences(tokenise)
        try original.validate()
        try fields.validate()
        try fields.visitReferences(tokenise)
        guard !(original is SetFields) || !fields.isEmpty else {
            throw Refusal(.schemaInvalid, "Name the fields in fields or clear_fields of the body.", field: "fields")
        }
        var checked = CheckedBody(
            command: command, fields: fields, expectedRevision: body.hasExpectedRevision ? body.expectedRevision : nil,
            reason: body.reason,
            holdsPersonalData: holdsPersonalData, prepared: nil)
        checked.prepared = prepareAhead(checked, id, index, source)
        return checked
    }

    /// The body prepared ahead of its turn; nil where that cannot be: it is then prepared, or refused, in its turn.
    private func prepareAhead(_ body: CheckedBody, _ id: Identifier, _ index: UInt16, _ source: GatewaySource)
        -> PreparedBody?
    {
        switch body.command.commandTarget {
        case .existing(let reference):
            guard (try? source.exists(reference)) == true else { return nil }
        case .any(_, let reference):
            guard (try? source.exists(reference)) == true else { return nil }
        case .new, .upsert, .singleton, .located, .searched: break
        }
        return try? BodyPreparation(source: source)(body, commandID: id, body: index)
    }
}

extension GatewaySource {
    /// Whether a reference names something that is already in the log.
    fileprivate func exists(_ reference: Reference) throws(Refusal) -> Bool {
        do { return try context.resolve(reference, .unspecified) != nil } catch { throw Refusal(error) }
    }
}

extension CommandBody.OneOf_Command {
    /// Whether the command itself holds personal data, beside the references in it.
    var holdsPersonalData: Bool {
        switch self {
        case .registerParty, .upsertParty, .correctParty, .changePartyDetail, .addContactPoint, .recordNeed,
            .recordPreference, .addNote:
            true
        case .placeOrder(let order): order.hasPersonal
        case .upsertOrder(let upsert): upsert.order.hasPersonal
        case .correctOrder(let correction): correction.corrected.hasPersonal
        case .linkExternalRecord(let link): link.kind.isPerson
        case .unlinkExternalRecord(let link): link.kind.isPerson
        case .openOpportunity(let open): open.hasPersonal || open.hasClosing
        case .upsertOpportunity(let upsert): upsert.opportunity.hasPersonal || upsert.opportunity.hasClosing
        case .changeOpportunity(let change): change.hasPersonal
        case .correctOpportunity(let correction): correction.hasClosing
        case .winOpportunity(let win): win.hasClosing
        case .loseOpportunity(let lose): lose.hasClosing
        case .setNextStep(let set): set.hasNextStep
        case .definePipeline, .publishPipelineVersion, .mapStages, .advanceStage, .regressStage, .setAmount,
            .setCloseDate, .overrideProbability, .setForecastCategory, .addLine, .removeLine, .addCompetitor,
            .removeCompetitor, .addBuyingRole, .removeBuyingRole, .reopenOpportunity, .abandonOpportunity:
            false
        case .issueOffer(let issue): issue.hasPersonal
        case .redeemOffer(let redemption): redemption.hasPersonal
        case .publishOffer, .changeOffer, .withdrawOffer, .reverseOfferRedemption, .withdrawCoupon:
            false
        case .logInteraction(let interaction): interaction.hasContent || !interaction.bodies.isEmpty
        case .correctInteraction(let correction): correction.hasContent
        case .linkInteraction, .redactInteraction, .redactBody:
            false
        case .makePromise(let promise): promise.hasPersonal
        case .renegotiatePromise(let renegotiation): renegotiation.hasPersonal
        case .keepPromise(let keep): keep.hasClosing
        case .breakPromise(let breach): breach.hasClosing
        case .releasePromise(let release): release.hasClosing
        case .createTask(let task): task.hasPersonal
        case .changeTask(let change): change.hasPersonal
        case .completeTask(let completion): completion.hasClosing
        case .bookAppointment(let booking): booking.hasPersonal
        case .changeAppointment(let change): change.hasPersonal
        case .assignTask, .startTask, .deferTask, .cancelTask, .reopenTask, .moveAppointment, .confirmAttendance,
            .recordNoShow, .cancelAppointment:
            false
        case .openTicket(let open): open.hasPersonal || open.hasResolution || !open.bodies.isEmpty
        case .upsertTicket(let upsert): upsert.ticket.hasPersonal || upsert.ticket.hasResolution
        case .changeTicket(let change): change.hasPersonal
        case .correctTicket(let correction): correction.hasResolution
        case .recordCustomerMessage(let message): message.hasMessage || !message.bodies.isEmpty
        case .recordAgentReply(let reply): reply.hasMessage || !reply.bodies.isEmpty
        case .resolveTicket(let resolve): resolve.hasResolution
        case .splitTicket(let split): split.newTicket.hasPersonal || split.newTicket.hasResolution
        case .classifyTicket, .setPriority, .routeTicket, .claimTicket, .claimNextTicket, .reassignTicket,
            .awaitCustomer,
            .awaitThirdParty, .resumeTicket, .escalateTicket, .reopenTicket, .closeTicket, .mergeTickets,
            .unmergeTickets, .linkTicket, .unlinkTicket, .setServiceDesk, .defineCalendar, .changeCalendar,
            .retireCalendar, .defineSlaPolicy, .changeSlaPolicy, .activateSlaVersion, .deactivateSlaPolicy,
            .defineQueue, .changeQueue, .setRouting, .retireQueue:
            false
        case .defineProgramme, .changeProgramme, .activateProgramme,
            .suspendProgramme, .publishEarningRule, .retireEarningRule,
            .setExpiryPolicy, .setLockDays, .defineTier,
            .retireTier, .setTierPolicy, .setPointValue:
            false
        case .enrolMember, .earnPoints, .unlockPoints,
            .spendPoints, .reverseEarning, .reverseSpending,
            .expirePoints, .adjustPoints, .transferPoints,
            .changeTier, .freezeAccount, .unfreezeAccount,
            .closeAccount:
            false
        case .defineReward, .changeReward, .retireReward,
            .setRewardStock, .redeemReward, .fulfilReward,
            .cancelRedemption:
            false
        case .recordCompetitor, .recordCompetitorMove, .setStrengthWeakness,
            .changeCompetitor, .retireCompetitor, .restoreCompetitor,
            .withdrawCompetitorMove, .defineMarket, .changeMarket,
            .recordMarketSize, .retireMarket, .restoreMarket,
            .withdrawMarketSize:
            false
        case .hireEmployee, .changeEmployee: true
        case .assignRole, .unassignRole, .joinTeam, .leaveTeam, .setCapacity, .transferPortfolio, .deactivateEmployee,
            .reactivateEmployee, .defineTeam, .changeTeam, .retireTeam, .defineTerritory, .changeTerritory,
            .retireTerritory, .assignTerritory, .assignOwner:
            false
        case .recordTraining(let training): training.hasPersonal
        case .correctTraining(let correction): correction.hasPersonal
        case .reviewRelationship(let review): review.hasPersonal
        case .setTarget, .withdrawTarget, .withdrawTraining:
            false
        case .setFiscalCalendar, .setReportingCurrency, .setExchangeRate,
            .closePeriod, .reopenPeriod, .setChannels:
            false
        case .defineField, .changeField, .retireField,
            .setFields:
            false
        case .verifyContactPoint, .retireContactPoint, .changePartyStatus, .archiveParty, .restoreParty, .defineProduct,
            .upsertProduct, .changeProduct, .addVariant, .retireProduct, .relateProducts, .definePriceBook, .setPrice,
            .confirmOrder, .cancelOrder, .fulfilLine, .completeOrder, .registerReturn, .upsertReturn, .refundReturn,
            .startImport, .commitImport, .tag, .untag, .setOrganisation, .registerPrincipal, .grantRole, .revokeRole,
            .bindPrincipal, .allowOnBehalfOf:
            false
        }
    }
}

extension AggregateKind {
    /// Whether aggregates of this kind are persons, so that their keys in other systems are personal.
    fileprivate var isPerson: Bool { self == .party || self == .employee }
}
