import OrchestratorService
import ServiceKit

await ServiceHost.main(OrchestratorService.self)
