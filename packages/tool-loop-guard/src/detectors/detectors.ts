import type { CallAtHand, Detector, Finding } from '../detector.ts'
import type { Step } from '../history.ts'
import { failingCheck } from './failing-check.ts'
import { repeatedCall } from './repeated-call.ts'
import { sameAnswer } from './same-answer.ts'
import { unknownTool } from './unknown-tool.ts'

/** The built-in detectors. If several find something equally grave, the first decides. */
export const DETECTORS: readonly Detector[] = [unknownTool, repeatedCall, sameAnswer, failingCheck]

/** A finding, and the name of who found it. */
export interface Found extends Finding {
  readonly name: string
}

/** Adds what each detector has found to `found`. */
export function findAll(
  detectors: readonly Detector[],
  call: CallAtHand,
  earlier: readonly Step[],
  found: Found[],
): void {
  for (const detector of detectors) {
    const finding = detector.detect(call, earlier)
    if (finding && isWorthWarning(finding)) {
      found.push({ ...finding, name: finding.name ?? detector.name })
    }
  }
}

/** Whether a finding is worth a warning, or more. */
export function isWorthWarning({ count, limit }: Finding): boolean {
  return Number.isFinite(count) && count >= limit.warn
}
