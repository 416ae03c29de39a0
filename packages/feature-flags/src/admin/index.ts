export type { Clock } from '@holdfast/internal'
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
export type { Access, AccessOptions, AdminTokens } from './access.ts'
export type { AdminEvent } from './admin-event.ts'
export type { AdminHandler } from './admin-handler.ts'
export { createAdminHandler } from './admin-handler.ts'
export type { AdminOptions } from './admin-options.ts'
