export type { Latency } from './behaviours/answer.ts'
export type {
  Behaviour,
  ContentBlock,
  Fault,
  KillBy,
  Pace,
  Place,
  Reply,
  ReplyFields,
  Usage,
} from './behaviours/behaviour.ts'
export type { Rule } from './behaviours/rules.ts'
export type { Capacity } from './capacity/capacity.ts'
export { type ExceptionShape, exceptions } from './exceptions.ts'
export type { Operation } from './operations/operation.ts'
export type { RequestRecord } from './server/request-log.ts'
export type { TlsKeys } from './server/sniffing-server.ts'
export type { Script, Simulator, SimulatorOptions } from './simulator.ts'
export { startSimulator } from './start-simulator.ts'
