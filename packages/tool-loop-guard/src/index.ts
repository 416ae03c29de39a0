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
