import type { ToolLoopGuard, Verdict } from './guard.ts'

/** A call that a model asks for, and how it ends. Without either nobody tells. */
export interface Act {
  readonly tool: string
  readonly input?: unknown
  readonly output?: unknown
  readonly error?: unknown
}

export function says(tool: string, input: unknown, output: unknown): Act {
  return { tool, input, output }
}

export function fails(tool: string, input: unknown, error: unknown): Act {
  return { tool, input, error }
}

export function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

let ids = 0

/** One answer of the model: its calls are asked for at once, then those that may run do. */
export function step(guard: ToolLoopGuard, ...acts: readonly Act[]): Verdict[] {
  guard.turn()
  return calls(guard, ...acts)
}

/** The calls of an answer that was told of already. */
export function calls(guard: ToolLoopGuard, ...acts: readonly Act[]): Verdict[] {
  const asked = acts.map((act) => {
    const id = `id-${ids++}`
    return { id, act, verdict: guard.before({ id, tool: act.tool, input: act.input }) }
  })
  for (const { id, act, verdict } of asked) {
    if (!runs(verdict)) continue
    if ('error' in act) guard.after(id, { error: act.error })
    else if ('output' in act) guard.after(id, { output: act.output })
  }
  return asked.map(({ verdict }) => verdict)
}

/** What is said of each of these answers of one call. */
export function row(guard: ToolLoopGuard, ...acts: readonly Act[]): Verdict[] {
  return acts.flatMap((act) => step(guard, act))
}

/** As `row`, with what is said of the answers themselves. */
export function told(guard: ToolLoopGuard, ...acts: readonly Act[]): Verdict[] {
  return acts.map((act) => {
    const turn = guard.turn()
    const [call] = calls(guard, act)
    return turn.action === 'allow' && call ? call : turn
  })
}

/** In short: the action, and the detector. */
export function short(verdict: Verdict | undefined): string {
  if (verdict === undefined || verdict.action === 'allow') return 'allow'
  return `${verdict.action} ${verdict.evidence.detector}`
}

export function runs({ action }: Verdict): boolean {
  return action === 'allow' || action === 'warn'
}

/** From the first that is not allowed: its number, from 1, and in short. */
export function heard(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap((verdict, at) => {
    return verdict.action === 'allow' ? [] : [`${at + 1}: ${short(verdict)}`]
  })
}
