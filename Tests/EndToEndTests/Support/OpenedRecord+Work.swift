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

// MARK: Customers

extension OpenedRecord {
    mutating func open(_ work: inout CustomerWork) {
        for index in work.tasks.indices {
            resolve(&work.tasks[index].number)
            resolve(&work.tasks[index].partyNumber)
            resolve(&work.tasks[index].assignee)
            work.tasks[index].id = ""
        }
        for index in work.appointments.indices {
            resolve(&work.appointments[index].number)
            resolve(&work.appointments[index].employeeNumbers)
            resolve(&work.appointments[index].partyNumbers)
            resolve(&work.appointments[index].concernedNumber)
            work.appointments[index].id = ""
        }
        for index in work.promises.indices {
            resolve(&work.promises[index].number)
            resolve(&work.promises[index].partyNumber)
            resolve(&work.promises[index].promisor)
            work.promises[index].id = ""
        }
    }
}
