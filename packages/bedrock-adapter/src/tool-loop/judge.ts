import type { Verdict } from '@holdfast/tool-loop-guard'
import type { RequestedCall } from './answer.ts'

type Remark = Exclude<Verdict, { readonly action: 'allow' }>
type Ending = Remark & { readonly action: 'finish' | 'stop' }

/** A verdict for each call of an answer. What the guard says of the answer holds for all; a warning is told with the first. */
export function judge(
  calls: readonly RequestedCall[],
  ofAnswer: Verdict,
  before: (call: RequestedCall) => Verdict,
): readonly Verdict[] {
  if (endsRun(ofAnswer)) return calls.map(() => ofAnswer)
  const verdicts = calls.map(before)
  if (ofAnswer.action === 'block') return verdicts.map((each) => (endsRun(each) ? each : ofAnswer))
  if (ofAnswer.action !== 'warn') return verdicts
  const warning = ofAnswer
  return verdicts.map((each, index) => (index === 0 ? withWarning(each, warning) : each))
}

/** The verdict that ends the run, if one does: then none of the calls is run. */
export function gravestOf(verdicts: readonly Verdict[]): Ending | undefined {
  const ending = verdicts.filter(endsRun)
  return ending.find(({ action }) => action === 'stop') ?? ending[0]
}

/** Why a call is not run: for its own sake, or for another's. */
export function reasonFor(verdict: Verdict | undefined, gravest: Ending): string {
  return verdict && endsRun(verdict) ? verdict.message : gravest.message
}

function endsRun(verdict: Verdict): verdict is Ending {
  return verdict.action === 'finish' || verdict.action === 'stop'
}

function withWarning(verdict: Verdict, warning: Remark): Verdict {
  if (verdict.action === 'allow') return warning
  return { ...verdict, message: `${verdict.message}\n${warning.message}` }
}
