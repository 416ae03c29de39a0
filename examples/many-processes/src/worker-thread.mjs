// The entry of each thread, in plain JavaScript. On Node 20, tsx works only in the main thread, so this file registers it in the
// new thread before it loads the TypeScript program.
import { register } from 'tsx/esm/api'

register()
await import('./worker-thread.ts')
