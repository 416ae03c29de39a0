import type { Subject } from '../compare.ts'

/** The operation that every subject runs. */
export const work = async (): Promise<number> => 42

/** The baseline: the same work without any library. */
export const bareAwait: Subject = { name: 'await only', call: () => work() }
