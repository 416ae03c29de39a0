export type { Level, Threshold } from './levels.ts'
export type { Fields, Logger, LogMethod } from './logger.ts'
export type { TraceContext } from './trace/trace-context.ts'
