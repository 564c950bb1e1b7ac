import KithClient

func session(socketPath: String) async throws {
    let client = try await KithClient.connect(socketPath: socketPath)

    // One command, one body. The id is yours: sent again, the same command is not carried out twice.
    var body = CommandBody()
    body.registerParty.kind = .organisation
    body.registerParty.name.display = "Ostrich & Daughters"
    var command = Command()
    command.id = "01930ad2-7c40-7000-8000-000000000001"
    command.bodies = [body]

    let result = try await client.submit(command)
    switch result.value.outcome {
    case .accepted(let accepted): print("durable, tree size", accepted.treeSize)
    case .unchanged: print("nothing to do")
    case .refused(let refusal): print("refused:", refusal.code, refusal.sentence)
    case nil: print("an answer of a newer service")
    }

    // The view, as of that command or later.
    var request = CustomerRequest()
    request.party.id = result.value.accepted.bodies.first?.id ?? "unknown"
    request.atLeast = result.reflects.position
    let customer = try await client.customer(request)
    print(customer.value.party.id, "at position", customer.reflects.position)

    // Pages come as they are consumed; leaving the loop ends the request.
    var history = HistoryRequest()
    history.all = true
    history.limit = 3
    for try await page in client.history(history) {
        print(page.value.events.count, "events, next from", page.value.next)
    }
    await client.close()
}
