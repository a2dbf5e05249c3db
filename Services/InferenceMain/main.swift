import InferenceService
import ServiceKit

await ServiceHost.main(InferenceService.self)
