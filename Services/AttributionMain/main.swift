import AttributionService
import ServiceKit

await ServiceHost.main(AttributionService.self)
