import type { Registry, RegistrySnapshot } from './metrics.ts'

/** The samples of a text exposition, without what is told of them. */
export const samplesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

/** The samples of all metrics, or of those whose name begins like this. */
export async function scrape(registry: Registry, name = ''): Promise<string[]> {
  return samplesOf(await registry.render()).filter((line) => line.startsWith(name))
}

/** A snapshot after it went over the wire. */
export const sent = (snapshot: RegistrySnapshot): RegistrySnapshot =>
  JSON.parse(JSON.stringify(snapshot))
