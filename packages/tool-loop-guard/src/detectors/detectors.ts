import type { CallAtHand, Detector, Finding } from '../detector.ts'
import type { Step } from '../history.ts'
import { cycle } from './cycle.ts'
import { frequent } from './frequent.ts'
import { sameAnswer } from './same-answer.ts'
import { sameCall } from './same-call.ts'
import { unknownTool } from './unknown-tool.ts'

/** What every guard looks for, in the order of who is heard first. */
export const DETECTORS: readonly Detector[] = [unknownTool, sameCall, cycle, sameAnswer, frequent]

/** A finding, and whose it is. */
export interface Found extends Finding {
  readonly name: string
}

/** Adds what each detector has found. One that throws finds nothing. */
export function findAll(
  detectors: readonly Detector[],
  call: CallAtHand,
  earlier: readonly Step[],
  found: Found[],
): void {
  for (const detector of detectors) {
    try {
      const finding = detector.detect(call, earlier)
      if (finding && isWorthWarning(finding)) {
        found.push({ ...finding, name: finding.name ?? detector.name })
      }
    } catch {
      // One of the user's, which has its own tests.
    }
  }
}

/** Whether it is worth a warning, or more. */
export function isWorthWarning({ count, limit }: Finding): boolean {
  return Number.isFinite(count) && count >= limit.warn
}
