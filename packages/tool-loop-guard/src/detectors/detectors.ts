import type { CallAtHand, Detector, Finding } from '../detector.ts'
import type { Step } from '../history.ts'
import { cycle } from './cycle.ts'
import { frequent } from './frequent.ts'
import { sameAnswer } from './same-answer.ts'
import { sameCall } from './same-call.ts'
import { sameError } from './same-error.ts'
import { sameResult } from './same-result.ts'
import { unknownTool } from './unknown-tool.ts'

/** What every guard looks for, in the order of who is heard first. */
export const DETECTORS: readonly Detector[] = [
  unknownTool,
  sameError,
  sameResult,
  sameCall,
  cycle,
  sameAnswer,
  frequent,
]

/** A finding, and whose it is. */
export type Found = Finding & { readonly detector: string }

/** What is worth a warning or more, of each detector. One that throws finds nothing. */
export function findAll(
  detectors: readonly Detector[],
  call: CallAtHand,
  earlier: readonly Step[],
): readonly Found[] {
  return detectors.flatMap((detector) => {
    try {
      const finding = detector.detect(call, earlier)
      if (!finding || finding.count < finding.limit.warn) return []
      return { ...finding, detector: detector.name }
    } catch {
      return []
    }
  })
}
