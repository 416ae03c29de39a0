import {
  type Clock,
  checkFunction,
  checkFunctions,
  checkName,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { type BudgetOptions, checkBudgets } from './budgets.ts'
import type { Detector } from './detector.ts'
import { DETECTORS } from './detectors/detectors.ts'
import type { ToolLoopGuardEvent } from './events.ts'
import type { GuardSnapshot, Mode } from './guard.ts'
import { checkLimits, type LimitOptions, type Limits } from './limits.ts'
import type { ToolPolicy } from './tool-policy.ts'
import { ToolView } from './tool-view.ts'

/** Options of `createToolLoopGuard`. */
export interface ToolLoopGuardOptions {
  /** Stands in the events. Default `tool-loop-guard`. */
  readonly name?: string | undefined
  /** What verdicts there are. Default `enforce`. */
  readonly mode?: Mode | undefined
  /** How much of each is too much. */
  readonly limits?: LimitOptions | undefined
  /** What a run may use. Default: no bound but that of `limits.steps`. */
  readonly budgets?: BudgetOptions | undefined
  /** What holds for single tools, by name. */
  readonly tools?: Readonly<Record<string, ToolPolicy>> | undefined
  /** Which tools there are. Default: unknown, so that their errors have to tell. */
  readonly knownTools?: readonly string[] | undefined
  /** More detectors, asked after those that are there. */
  readonly detectors?: readonly Detector[] | undefined
  /** Goes on where another guard was. */
  readonly snapshot?: GuardSnapshot | undefined
  /** Is told of each verdict but `allow`. One that throws harms nobody. */
  readonly onEvent?: ((event: ToolLoopGuardEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** Options as they are looked at. */
export interface Settings {
  readonly name: string
  readonly limits: Limits
  readonly budgets: BudgetOptions
  readonly detectors: readonly Detector[]
  readonly isUnknown: (tool: string) => boolean
  /** How the calls of a tool are looked at. */
  readonly viewOf: (tool: string) => ToolView
  readonly onEvent: ToolLoopGuardOptions['onEvent']
  readonly clock: Clock
}

/** How many tools are remembered: a model may make up names without end. */
const MAX_VIEWS = 500

/** @throws TypeError or RangeError naming the option that is wrong. */
export function checkOptions(options: ToolLoopGuardOptions): Settings {
  const { name = 'tool-loop-guard', tools = {}, knownTools, detectors = [] } = options
  checkName(name)
  checkFunctions(options, 'onEvent')
  if (Object(tools) !== tools) throw refusal('tools', tools, 'an object')
  for (const detector of checkList('detectors', detectors)) {
    checkFunction('detectors[].detect', Object(detector).detect)
  }
  const known = knownTools && new Set<unknown>(checkList('knownTools', knownTools))
  const limits = checkLimits('limits', options.limits)
  const views = new Map<string, ToolView>()
  for (const [tool, policy] of Object.entries(tools)) {
    views.set(tool, new ToolView(tool, policy, limits))
  }

  return {
    name,
    limits,
    budgets: checkBudgets(options.budgets),
    detectors: [...DETECTORS, ...detectors],
    isUnknown: (tool) => known !== undefined && !known.has(tool),
    viewOf(tool) {
      const view = views.get(tool) ?? new ToolView(tool, {}, limits)
      if (views.size < MAX_VIEWS) views.set(tool, view)
      return view
    },
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
  }
}

/** @throws RangeError naming the modes that there are. */
export function checkMode(mode: unknown): Mode {
  if (mode === 'off' || mode === 'warn' || mode === 'enforce') return mode
  throw refusal('mode', mode, 'one of off, warn, enforce', RangeError)
}

function checkList<T>(option: string, list: readonly T[]): readonly T[] {
  if (!Array.isArray(list)) throw refusal(option, list, 'an array')
  return list
}
