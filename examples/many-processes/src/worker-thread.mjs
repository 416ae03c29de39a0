// Where a thread begins. On Node 20 tsx is in a process's first thread alone, and has to be asked into another one;
// a thread that is plain JavaScript begins where the next file does.
import { register } from 'tsx/esm/api'

register()
await import('./worker-thread.ts')
