/// Limits of what one command body may hold. Counts are items, lengths are bytes of UTF-8.
package enum Limits {
    /// A name, a note, a value of a contact point, any other free text. Longer text belongs to a body.
    package static let textBytes = 1_000
    /// The name of another system.
    package static let externalSystemBytes = 64
    /// A key within another system.
    package static let externalKeyBytes = 256
    /// A tag.
    package static let tagBytes = 64
    /// A word of the owner's own: label of a contact point, role, topic, method, scope.
    package static let wordBytes = 64
    /// What something is called in lists.
    package static let labelBytes = 256
    /// Parts of one name.
    package static let nameParts = 20
    /// Contact points in use of one party.
    package static let contactPoints = 50
    /// Records of other systems that are one aggregate.
    package static let externalKeys = 20
    /// Lines of one postal address.
    package static let postalLines = 10
    /// Roles of one party.
    package static let partyRoles = 20
    /// All personal texts of one body together, so that they fit into one record.
    package static let personalBytes = 48_000
    /// How many candidates a DUPLICATE_EXACT names.
    package static let duplicateCandidates = 100
}
