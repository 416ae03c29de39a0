import type { Subject } from '../compare.ts'

/** What every subject is given to run. */
export const work = async (): Promise<number> => 42

/** The floor: the same work with nothing around it. */
export const bareAwait: Subject = { name: 'bare await', call: () => work() }
