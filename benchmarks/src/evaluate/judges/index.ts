import type { Judge } from '../judge.ts'
import { cline } from './cline.ts'
import { geminiCli } from './gemini-cli.ts'
import { openHands } from './openhands.ts'
import { roo } from './roo.ts'
import { threeNames } from './three-names.ts'

/** The rules of other projects, reimplemented from their behavior: thresholds, how calls are compared, and whether results count. */
export const others: readonly Judge[] = [openHands, geminiCli, cline, roo, threeNames]
