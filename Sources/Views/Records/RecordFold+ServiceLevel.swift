internal import Schema

extension DirectoryRow {
    /// Folds an event of a business calendar.
    mutating func foldCalendar(_ event: ViewEvent) {
        switch event.payload {
        case .calendarDefined(let defined):
            link(defined.external)
            calendar.content = defined.content
            calendar.version = defined.version
            calendar.isDefault = defined.isDefault
        case .calendarChanged(let changed):
            calendar.content = changed.content
            calendar.version = changed.version
            calendar.isDefault = (calendar.isDefault || changed.isDefault) && !changed.noLongerDefault
        case .calendarRetired(let retired):
            calendar.version = retired.version
            calendar.retired = true
            calendar.isDefault = false
        default: break
        }
    }

    /// Folds an event of a service level.
    mutating func foldSlaPolicy(_ event: ViewEvent) {
        switch event.payload {
        case .slaPolicyDefined(let defined):
            link(defined.external)
            slaPolicy.content = defined.content
            slaPolicy.version = defined.version
        case .slaPolicyChanged(let changed):
            // What was the last version until now may be the one that holds.
            if slaPolicy.activeVersion != 0, slaPolicy.activeVersion == slaPolicy.version {
                slaPolicy.activeContent = slaPolicy.content
            }
            slaPolicy.content = changed.content
            slaPolicy.version = changed.version
        case .slaVersionActivated(let activated):
            slaPolicy.activeVersion = activated.version
            if activated.version == slaPolicy.version {
                slaPolicy.clearActiveContent()
            } else {
                slaPolicy.activeContent = activated.content
            }
        case .slaPolicyDeactivated:
            slaPolicy.activeVersion = 0
            slaPolicy.clearActiveContent()
        default: break
        }
    }
}
