import type { Judge } from '../judge.ts'
import { cline } from './cline.ts'
import { geminiCli } from './gemini-cli.ts'
import { openHands } from './openhands.ts'
import { roo } from './roo.ts'
import { threeNames } from './three-names.ts'

/** The rules of others, restated from what they do: thresholds, key, and whether results are looked at. */
export const others: readonly Judge[] = [openHands, geminiCli, cline, roo, threeNames]
