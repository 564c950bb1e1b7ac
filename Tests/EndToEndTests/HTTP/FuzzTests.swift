import Foundation
import Testing

/// A short run of the fuzzer: some hundred requests made at random from the OpenAPI document. `tools/fuzz-http` alone
/// is the long one.
@Suite struct FuzzTests {
    private static let python = Places.repository + "/.venv/fuzz/bin/python"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "there is no schemathesis in .venv/fuzz: run tools/fuzz-http once"))
    func `what a fuzzer sends is answered as the document says`() async throws {
        let folder = try TestFolder()
        let run = try await RunOutcome(
            ChildProcess(
                FuzzTests.python,
                [Places.repository + "/tools/fuzz.d/fuzz_http.py", "--kithd", Places.kithd, "--requests", "200"],
                output: folder["fuzz"]))
        #expect(run.code == 0, "\(run.output.suffix(4_000))\n\(run.complaint.suffix(1_000))")
        #expect(run.output.contains(" 0 failures"))
    }
}
