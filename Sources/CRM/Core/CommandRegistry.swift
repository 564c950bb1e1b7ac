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
