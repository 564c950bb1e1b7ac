import KithClient

/// Document numbers of the next orders that are confirmed, from a position on; waits until there are so many.
func confirmedOrders(_ count: Int, from position: UInt64, socketPath: String) async throws -> [String] {
    let client = try await KithClient.connect(socketPath: socketPath)
    var confirmed: [String] = []
    var request = HistoryRequest()
    request.all = true
    request.from = position
    request.follow = true
    request.eventKinds = [.orderConfirmed]
    // Pages come as they are taken; leaving the loop ends the request.
    following: for try await page in client.history(request) {
        for event in page.value.events {
            var order = GetRequest()
            order.kind = .order
            order.reference.number = event.streamNumber
            order.atLeast = event.position
            let record = try await client.get(order).value.record
            confirmed.append(record.order.documentNumber)
            // Here: store event.position + 1 with what was done.
            if confirmed.count == count { break following }
        }
    }
    await client.close()
    return confirmed
}
