internal import Analytics

/// The names of time zones (IANA), from a table of a stated version: a name is valid or not on every machine alike.
package enum ZoneName {
    /// The version of the time zone database that the names come from, and the rules with them.
    package static var tzdataVersion: String { ZoneRules.version }

    /// Whether the name is a zone or a link of the database. Case matters, as it does there.
    package static func isKnown(_ name: String) -> Bool {
        ZoneRules.isKnown(name)
    }
}
