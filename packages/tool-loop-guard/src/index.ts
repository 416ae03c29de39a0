export type { CallbackFailedEvent, Clock } from '@holdfast/internal'
export type { AnswerKind } from './answer-kind.ts'
export type { BudgetOptions } from './budgets.ts'
export { createToolLoopGuard } from './create-tool-loop-guard.ts'
export type { CallAtHand, Detector, Finding } from './detector.ts'
export type { ToolLoopGuardEvent } from './events.ts'
export { fingerprint, MAX_HASHED } from './fingerprint.ts'
export type {
  Action,
  Evidence,
  GuardSnapshot,
  Mode,
  Reason,
  TokenUsage,
  ToolCall,
  ToolLoopGuard,
  ToolResult,
  Turn,
  Verdict,
} from './guard.ts'
export type { CallRecord, Step } from './history.ts'
export type { Limit, LimitOptions, Limits } from './limits.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export type { ToolLoopGuardOptions } from './options.ts'
export type { Effect } from './tool-effect.ts'
export type { CallOutcome, ToolLoopFacts, Usage } from './tool-loop-error.ts'
export { ToolLoopError } from './tool-loop-error.ts'
export type { ToolPolicy } from './tool-policy.ts'
