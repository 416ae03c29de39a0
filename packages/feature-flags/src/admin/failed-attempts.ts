import type { Clock } from '@holdfast/internal'

const WINDOW_MS = 60_000
/** However many addresses an attacker has, the table stays small. */
const MAX_CLIENTS = 1000

/** Counts the failed attempts of each client within a minute, which begins with the first. */
export interface FailedAttempts {
  add(address: string | undefined): void
  /** How long the client must wait until it may try again: 0 or less while it may. */
  waitMs(address: string | undefined): number
}

/** @param limit - How many a client may have. */
export function createFailedAttempts(limit: number, clock: Clock): FailedAttempts {
  /** Those whose minute began first come first. */
  const clients = new Map<string, { count: number; readonly endsAt: number }>()
  return {
    add(address) {
      const network = networkOf(address)
      let client = clients.get(network)
      if (client === undefined || client.endsAt <= clock.now()) {
        client = { count: 0, endsAt: clock.now() + WINDOW_MS }
        clients.delete(network)
        clients.set(network, client)
        const [oldest] = clients.keys()
        if (clients.size > MAX_CLIENTS) clients.delete(oldest as string)
      }
      client.count += 1
    },
    waitMs(address) {
      const client = clients.get(networkOf(address))
      return client && client.count >= limit ? client.endsAt - clock.now() : 0
    },
  }
}

/** Of IPv6 the first half: the other is for one client to choose. An IPv4 address is one, however it is written. */
function networkOf(address = ''): string {
  if (address.includes('.')) return address.replace(/.*:/, '')
  return address.replace(/::.*/, '').split(':', 4).join(':')
}
