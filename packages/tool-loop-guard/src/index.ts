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
export type { CallOutcome, ToolLoopFacts, Usage } from './tool-loop-error.ts'
export { ToolLoopError } from './tool-loop-error.ts'
