export type {
  Clock,
  FastifyLikeReply,
  FastifyLikeRequest,
  NodeListener,
  NodeRequest,
  NodeResponse,
  WebClient,
  WebHandler,
} from '@holdfast/internal'
export { toNodeListener } from '@holdfast/internal'
export type { Access, AccessOptions, AdminTokens } from './access.ts'
export type { AdminEvent } from './admin-event.ts'
export type { AdminHandler, AdminOptions } from './admin-handler.ts'
export { createAdminHandler } from './admin-handler.ts'
