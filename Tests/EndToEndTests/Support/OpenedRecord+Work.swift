import KithClient

/// Tasks, appointments and promises.
extension OpenedRecord {
    mutating func open(_ task: inout TaskRecord) {
        resolve(&task.partyNumber)
        task.partyID = ""
        resolve(&task.assignee)
        resolve(&task.concerns, \.number)
    }

    mutating func open(_ appointment: inout AppointmentRecord) {
        resolve(&appointment.employeeNumbers)
        resolve(&appointment.partyNumbers)
        resolve(&appointment.concernedNumber)
        resolve(&appointment.attendedNumbers)
        resolve(&appointment.calendarNumber)
        resolve(&appointment.concerns, \.number)
    }

    mutating func open(_ promise: inout PromiseRecord) {
        resolve(&promise.partyNumber)
        promise.partyID = ""
        resolve(&promise.promisor)
        resolve(&promise.concerns, \.number)
    }
}
