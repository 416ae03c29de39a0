import { createJudge, type Judge } from '../judge.ts'
import { sortedJson } from './sorted-json.ts'

const SOFT = 3
const HARD = 5
/** The number of equal calls in a run that are allowed, even if their results change. */
const CEILING = 4 * HARD

interface Kept {
  step: number
  total: number
  outputs: string | undefined
  highest: number
  outputsOfStep: Set<string>
  progress: boolean
}

/**
 * The rules of the Cline SDK. The same call in three consecutive answers causes a warning, in five it ends the run. Input
 * keys are sorted, and equal calls in one answer count once. A changed output ends the streak. But 20 equal calls in total
 * end the run, unless a percentage or an "n/m" in the output increases. The limit on consecutive mistakes is omitted, as for Roo Code.
 */
export const cline: Judge = createJudge('Cline SDK', () => {
  let kept = new Map<string, Kept>()
  let last: string | undefined
  let streak = 0
  return {
    onUserMessage() {
      kept = new Map()
      last = undefined
    },
    beforeCall({ tool, input }, _act, step) {
      const key = `${tool} ${sortedJson(input)}`
      const call = kept.get(key) ?? create()
      kept.set(key, call)
      if (call.step === step) return undefined
      close(call)
      call.step = step
      if (call.progress) last = undefined
      call.progress = false
      streak = key === last ? streak + 1 : 1
      last = key
      if (streak >= HARD) return { action: 'stop', how: 'same call' }
      if (call.total + 1 >= CEILING) return { action: 'stop', how: 'ceiling' }
      return streak === SOFT ? { action: 'warn', how: 'same call' } : undefined
    },
    afterCall(call) {
      if (!('output' in call)) return undefined
      kept.get(`${call.tool} ${sortedJson(call.input)}`)?.outputsOfStep.add(sortedJson(call.output))
      return undefined
    },
  }
})

function create(): Kept {
  return {
    step: -1,
    total: 0,
    outputs: undefined,
    highest: -1,
    outputsOfStep: new Set(),
    progress: false,
  }
}

/** Records the last answer that contained the call, and the call's result. */
function close(call: Kept): void {
  if (call.step < 0) return
  call.total++
  if (call.outputsOfStep.size === 0) return
  const outputs = JSON.stringify([...call.outputsOfStep].toSorted())
  if (call.outputs !== undefined && call.outputs !== outputs) call.progress = true
  const highest = Math.max(...[...call.outputsOfStep].map(percentageIn))
  if (highest > call.highest) {
    call.highest = highest
    call.total = 0
  }
  call.outputs = outputs
  call.outputsOfStep = new Set()
}

/** The progress that an output states, in whole percent; -1 if it states none. */
function percentageIn(output: string): number {
  const percent = /\b(\d+(?:\.\d+)?)\s*%/.exec(output)
  if (percent) return within(Number(percent[1]))
  const named = /"(?:progress|percent|percentage|percentComplete)"\s*:\s*(\d+(?:\.\d+)?)/i.exec(
    output,
  )
  if (named) {
    const value = Number(named[1])
    return within(value <= 1 ? value * 100 : value)
  }
  const ratio = /\b(\d+)\s*\/\s*(\d+)\b/.exec(output)
  return ratio && Number(ratio[2]) > 0 ? within((100 * Number(ratio[1])) / Number(ratio[2])) : -1
}

const within = (percentage: number): number => (percentage <= 100 ? Math.floor(percentage) : -1)
