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
