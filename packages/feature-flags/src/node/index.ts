export type {
  FastifyLikeReply,
  FastifyLikeRequest,
  NodeListener,
  NodeRequest,
  NodeResponse,
  WebClient,
  WebHandler,
} from '@holdfast/internal/node-bridge'
export { toNodeListener } from '@holdfast/internal/node-bridge'
export type { FileOptions } from './file.ts'
export { file } from './file.ts'
export { reloadOnSignal } from './reload-on-signal.ts'
